//! The loop of an execution environment: take an invocation, answer it, again.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};

use crate::response::{self, Kind, ResponseWriter, Writing};
use crate::{ApiError, FunctionError, Invocation, Response, RuntimeApi};

/// Serves invocations until SIGTERM.
///
/// One invocation is served at a time. SIGTERM ends the wait for the next one; an invocation that
/// is being served is completed first. A handler's error is reported and ends its invocation, not
/// the loop; a panic ends the process, and the service starts another environment.
///
/// # Errors
/// [`ApiError`] when the service can no longer be reached or hands out what is no invocation.
/// The environment is of no use then, and the process should exit.
pub async fn run<H, F>(runtime: &RuntimeApi, handler: H) -> Result<(), ApiError>
where
    H: FnMut(Invocation) -> F,
    F: Future<Output = Result<Response, FunctionError>>,
{
    run_until(runtime, terminated(), handler).await
}

/// Serves invocations until `shutdown` is ready. See [`run`].
///
/// # Errors
/// As [`run`].
pub async fn run_until<H, F>(
    runtime: &RuntimeApi,
    shutdown: impl Future<Output = ()>,
    mut handler: H,
) -> Result<(), ApiError>
where
    H: FnMut(Invocation) -> F,
    F: Future<Output = Result<Response, FunctionError>>,
{
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let invocation = tokio::select! {
            biased;
            () = &mut shutdown => return Ok(()),
            invocation = runtime.next() => invocation?,
        };
        let request_id = invocation.context.request_id.clone();
        let outcome = handler(invocation).await;
        match answer(runtime, &request_id, outcome).await {
            // The service has recorded an outcome of its own, for instance that the response is
            // too large: nobody waits for another one, and the environment stays usable.
            Err(error @ ApiError::Refused { .. }) => {
                tracing::error!(request_id, %error, "the response was refused");
            }
            other => other?,
        }
    }
}

/// Ready once SIGTERM has come.
async fn terminated() {
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be awaited: it ends the process at once");
            std::future::pending::<()>().await;
        }
    }
}

async fn answer(
    runtime: &RuntimeApi,
    request_id: &str,
    outcome: Result<Response, FunctionError>,
) -> Result<(), ApiError> {
    match outcome.map(|response| response.0) {
        Ok(Kind::Buffered(bytes)) => runtime.respond(request_id, bytes).await,
        Ok(Kind::Streamed(write)) => stream(runtime, request_id, write).await,
        Err(error) => runtime.fail(request_id, &error).await,
    }
}

/// Runs the handler's writing and the transfer side by side.
///
/// The writing runs to its end even when the transfer has failed: a handler may have effects that
/// matter more than its response.
async fn stream(
    runtime: &RuntimeApi,
    request_id: &str,
    write: Box<dyn FnOnce(ResponseWriter) -> Writing + Send>,
) -> Result<(), ApiError> {
    let (writer, body) = response::channel();
    let writing = async {
        let outcome = write(writer.clone()).await;
        writer.end(outcome).await;
    };
    let ((), sent) = tokio::join!(writing, runtime.respond_streaming(request_id, body));
    sent
}
