//! Accepting connections, and letting go of them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::gateway::answer::Gateway;

/// How long a client may take for the head of a request.
const HEAD_WITHIN: Duration = Duration::from_secs(60);

/// The largest head, and how much of a body is buffered: Lambda takes a megabyte of request line
/// and headers, nobody here sends that.
const BUFFER: usize = 64 * 1024;

/// How long requests that are under way may take once the gateway closes.
const CLOSING: Duration = Duration::from_secs(5);

/// Serves connections until `closing`, then finishes what is under way and returns.
pub(crate) async fn serve(
    gateway: Arc<Gateway>,
    listener: TcpListener,
    closing: CancellationToken,
) {
    let connections = TaskTracker::new();
    let giving_up = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let gateway = Arc::clone(&gateway);
                let (closing, giving_up) = (closing.clone(), giving_up.clone());
                connections.spawn(async move {
                    tokio::select! {
                        () = connection(gateway, stream, peer.ip(), closing) => {}
                        () = giving_up.cancelled() => {}
                    }
                });
            }
            Err(error) => {
                // Descriptors may be used up; they come back when connections end.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(CLOSING, connections.wait())
        .await
        .is_err()
    {
        giving_up.cancel();
        connections.wait().await;
    }
}

async fn connection(
    gateway: Arc<Gateway>,
    stream: TcpStream,
    peer: std::net::IpAddr,
    closing: CancellationToken,
) {
    // Small answers leave at once.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let service = service_fn(move |request| {
        let gateway = Arc::clone(&gateway);
        async move { Ok::<_, Infallible>(gateway.answer(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
