//! The clip cutter: a span of a video in S3, or at an https address, becomes a file of its own.
//!
//! ```text
//! event → Clip → Opened (source behind the range proxy) → Plan → parts, muxing → upload → answer
//! ```
//!
//! ffmpeg resolves no names and holds no credentials: it reads the source by ranges, through a proxy on loopback that
//! reads S3 with the function's role. What needs to be whole before its first byte is known (MP4, MOV, M4A) is made in
//! `/tmp`, and uploaded with its index in front; everything else goes into the upload as it comes.

use std::process::ExitCode;
use std::sync::Arc;

use lambda::{ErrorType, FunctionError, RuntimeApi};

use crate::environment::Environment;
use crate::handler::Handler;

mod environment;
mod error;
mod handler;
mod job;
mod scratch;
mod sink;
mod source;
#[cfg(test)]
mod tests;

/// Names what is logged, as `tracing-subscriber` reads it. `info` where it is unset.
const LOG_FILTER: &str = "FRAMEWRIGHT_LOG";

/// Serves the invocations of this execution environment until it ends.
#[must_use]
pub fn run() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env(LOG_FILTER);
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| "info".into()))
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_writer(std::io::stdout)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let served = match runtime {
        Ok(runtime) => runtime.block_on(serve()),
        Err(error) => Err(error.into()),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}", error::chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = RuntimeApi::from_env()?;
    let environment = match Environment::read() {
        Ok(environment) => environment,
        Err(error) => {
            let failure = FunctionError::from_error(ErrorType::Runtime("Environment"), &error);
            runtime.fail_init(&failure).await?;
            return Err(error.into());
        }
    };
    let handler = Arc::new(Handler::new(&environment));
    lambda::run(&runtime, |invocation| {
        let handler = Arc::clone(&handler);
        async move { handler.handle(&invocation) }
    })
    .await?;
    Ok(())
}
