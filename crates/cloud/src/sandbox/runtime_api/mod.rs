//! The Runtime API of one environment, on a loopback port of its own.
//!
//! The HTTP side knows no state: each request becomes a [`Call`] to the
//! environment's owner, who knows whose [`Turn`] it is. Response bodies do not
//! pass through the owner. It hands the handler a [`Sink`], and bytes go from the
//! function to the one who invoked it as they arrive.

mod answer;
mod handlers;
mod misstep;
mod turn;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use self::misstep::Misstep;
pub(crate) use self::turn::Turn;
use super::invocation::{Event, FunctionError};

/// What the runtime asks of the environment's owner.
#[derive(Debug)]
pub(crate) enum Call {
    /// It asks for work and waits.
    Next {
        /// The event goes here when there is one.
        reply: oneshot::Sender<Result<Work, Misstep>>,
    },
    /// It begins to answer an event.
    Begin {
        /// The event, as the runtime names it.
        request_id: String,
        /// Where the bytes of the answer go.
        reply: oneshot::Sender<Result<Sink, Misstep>>,
    },
    /// An answer that was begun has ended.
    End {
        /// The event.
        request_id: String,
        /// How it ended.
        answer: Answer,
    },
    /// It could not initialise.
    InitialisationFailed {
        /// What it says about it.
        error: FunctionError,
        /// Whether it may say so now.
        reply: oneshot::Sender<Result<(), Misstep>>,
    },
}

/// An event on its way into the runtime.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) event: Event,
    /// When the environment ends if the function has not answered.
    pub(crate) deadline_unix_ms: i64,
    /// The value of the tracing header.
    pub(crate) trace: String,
}

/// Where the bytes of an answer go.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) pieces: mpsc::Sender<Bytes>,
    /// The size that the reader takes.
    pub(crate) limit: u64,
}

/// How an answer ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is whole.
    Complete,
    /// It is larger than its reader takes.
    TooLarge,
    /// The connection ended in its midst.
    Truncated,
    /// It was an error, or a stream that ended in one.
    Failed(FunctionError),
}

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    _running: DropGuard,
}

impl RuntimeApi {
    /// Serves on a free loopback port; calls arrive at the receiver.
    pub(crate) async fn serve() -> io::Result<(Self, mpsc::UnboundedReceiver<Call>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        // A runtime waits for each call's reply, so what queues up here is bounded
        // by its connections.
        let (calls, received) = mpsc::unbounded_channel();
        let end = CancellationToken::new();
        let server = axum::serve(listener, handlers::router(calls))
            .with_graceful_shutdown(end.clone().cancelled_owned());
        tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::warn!(%error, "a Runtime API server failed");
            }
        });
        let api = Self {
            address,
            _running: end.drop_guard(),
        };
        Ok((api, received))
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}
