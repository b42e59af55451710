//! One invocation between the one who asked for it and an environment.

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::fleet::Unprovided;

/// The largest buffered response: 6 MiB and a little.
pub(crate) const MAX_BUFFERED_BYTES: u64 = 6 * 1024 * 1024 + 100;

/// The largest streamed response.
pub(crate) const MAX_STREAMED_BYTES: u64 = 200 * 1024 * 1024;

/// Pieces of a response that may wait for a slow reader before the function does.
const PIECES_IN_FLIGHT: usize = 16;

/// What a function is to do, and where its answer goes.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) event: Event,
    pub(crate) reply: Reply,
}

/// What the function sees of an invocation.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// The same for all attempts at an asynchronous event.
    pub(crate) request_id: String,
    pub(crate) payload: Bytes,
    /// The ARN as it was invoked, with the qualifier if one was given.
    pub(crate) function_arn: String,
    /// Base64 JSON, passed through.
    pub(crate) client_context: Option<String>,
}

/// How the one who invokes reads the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// At once, at most [`MAX_BUFFERED_BYTES`].
    Buffered,
    /// While it is produced, at most [`MAX_STREAMED_BYTES`].
    Streamed,
}

/// The environment's end of an invocation.
///
/// A reader that is gone stops nothing: the function runs to its end all the same.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) delivery: Delivery,
    pub(crate) pieces: mpsc::Sender<Bytes>,
    pub(crate) done: oneshot::Sender<Finished>,
}

/// The end of the one who invokes: the response as it is produced, then how it ended.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) pieces: mpsc::Receiver<Bytes>,
    pub(crate) done: oneshot::Receiver<Finished>,
}

/// An invocation that is over.
#[derive(Debug, Clone)]
pub(crate) struct Finished {
    pub(crate) outcome: Outcome,
    /// The last four kilobytes of the log, with the REPORT line.
    pub(crate) log_tail: Bytes,
}

/// Whether the function did what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its response was read to the end.
    Succeeded,
    /// It reported an error or did not survive.
    Failed(FunctionError),
    /// It was never begun, for want of an environment.
    Unprovided(Unprovided),
}

/// Why an invocation failed, as its caller reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionError {
    /// Such as `Runtime.ExitError`.
    pub(crate) kind: String,
    /// JSON with `errorType` and `errorMessage`, or whatever the function reported.
    pub(crate) payload: Bytes,
}

impl FunctionError {
    /// An error that the platform reports about an invocation.
    pub(crate) fn platform(kind: &str, request_id: &str, what: &str) -> Self {
        Self::new(kind, &format!("RequestId: {request_id} Error: {what}"))
    }

    /// An error with just a type and a text.
    pub(crate) fn new(kind: &str, message: &str) -> Self {
        let payload = serde_json::json!({ "errorType": kind, "errorMessage": message });
        Self {
            kind: kind.to_owned(),
            payload: payload.to_string().into(),
        }
    }

    /// The error of a response that is larger than its reader takes.
    pub(crate) fn too_large(limit: u64) -> Self {
        Self::new(
            "Function.ResponseSizeTooLarge",
            &format!(
                "Response payload size exceeded maximum allowed payload size ({limit} bytes)."
            ),
        )
    }
}

impl Reply {
    /// Closes the response and tells how it ended.
    pub(crate) fn finish(self, finished: Finished) {
        drop(self.pieces);
        // A caller that is gone does not want to know.
        drop(self.done.send(finished));
    }
}

impl Delivery {
    /// The size beyond which a response is an error.
    pub(crate) const fn limit(self) -> u64 {
        match self {
            Self::Buffered => MAX_BUFFERED_BYTES,
            Self::Streamed => MAX_STREAMED_BYTES,
        }
    }
}

impl Invocation {
    /// An invocation and the end at which its response is read.
    pub(crate) fn new(event: Event, delivery: Delivery) -> (Self, Reading) {
        let (pieces, read_pieces) = mpsc::channel(PIECES_IN_FLIGHT);
        let (done, read_done) = oneshot::channel();
        let invocation = Self {
            event,
            reply: Reply {
                delivery,
                pieces,
                done,
            },
        };
        let reading = Reading {
            pieces: read_pieces,
            done: read_done,
        };
        (invocation, reading)
    }
}
