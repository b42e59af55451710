//! The render function: every routine of the protocol in one program.
//!
//! ```text
//! event → payload → routine → answer
//!
//! start          request.json, progress.json ─► launch (asynchronous, delivered again where it dies)
//! launch         lease ─► plan ─► renderers ─► sound, joined video ─► output
//! renderer       plan ─► Chrome, ffmpeg ─► chunk, manifest; progress on its stream
//! status         progress.json ─► answer; a stalled render gets a new launch
//! still, compositions, info
//! ```
//!
//! Everything that a render is lies in its bucket, so that any invocation may die at any point and the next goes on.
//! What a launch does is decided by the pure steps of `launch`; the rest of this crate carries that out.

use std::process::ExitCode;
use std::time::Instant;

use lambda::{ErrorType, FunctionError, RuntimeApi};

use crate::environment::Environment;
use crate::handler::Handler;
use crate::invocation::Function;

mod bench;
mod bucket;
mod cancel;
mod clients;
mod clock;
mod documents;
mod environment;
mod fault;
mod handler;
mod invocation;
mod invoke;
mod launch;
mod log_lines;
mod output;
mod page;
mod rendering;
mod request;
mod routine;
mod scratch;
mod site;

/// Threads that serve an invocation: one for capturing and one beside it. Chrome and ffmpeg have their own.
const WORKERS: usize = 2;

/// Serves the invocations of this execution environment until it ends.
#[must_use]
pub fn run() -> ExitCode {
    log_lines::init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}", log_lines::chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = RuntimeApi::from_env()?;
    let environment = match Environment::read() {
        Ok(environment) => environment,
        Err(error) => {
            runtime
                .fail_init(&FunctionError::from_error(
                    ErrorType::Runtime("Environment"),
                    &error,
                ))
                .await?;
            return Err(error.into());
        }
    };
    // During the initialisation the environment has the whole processor.
    let began = Instant::now();
    match tokio::task::spawn_blocking(renderer::unpack_chrome).await? {
        Ok(Some(program)) => {
            let after_ms = began.elapsed().as_millis();
            tracing::info!(program = %program.display(), after_ms, "Chrome is unpacked");
        }
        Ok(None) => {}
        Err(error) => {
            let failure = FunctionError::from_error(ErrorType::Runtime("Chrome"), &error);
            runtime.fail_init(&failure).await?;
            return Err(error.into());
        }
    }
    let handler = Handler::new(Function::new(environment));
    lambda::run(&runtime, |invocation| handler.handle(invocation)).await?;
    Ok(())
}
