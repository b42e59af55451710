//! A Lambda function that starts renders: for requests of an HTTP API, and for messages of a queue.
//!
//! Both carry a job, `{"site": "my-site", "composition": "Title", "inputProps": {…}}`. The render goes
//! on by itself once it has started, so nobody has to wait for it, this function least of all.
//!
//! Its execution role needs what `framewright permissions show trigger` prints and nothing else of
//! renders. It is told where they happen by two variables of its environment.

mod event;
mod http;
mod job;
mod queue;
mod starter;

use std::process::ExitCode;

use lambda::{ErrorType, FunctionError, Invocation, Response, RuntimeApi};

use crate::event::Event;
use crate::starter::Starter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .without_time()
        .with_ansi(false)
        .with_max_level(tracing::Level::INFO)
        .init();
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the function ends");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = RuntimeApi::from_env()?;
    let starter = Starter::from_env()?;
    lambda::run(&runtime, |invocation| handle(&starter, invocation)).await?;
    Ok(())
}

async fn handle(starter: &Starter, invocation: Invocation) -> Result<Response, FunctionError> {
    let failed = |error: &(dyn std::error::Error + 'static)| {
        FunctionError::from_error(ErrorType::Function("Trigger"), error)
    };
    let account = invocation.context.account_id().unwrap_or_default();
    let client = starter.client(account);
    let answer = match Event::read(&invocation.payload).map_err(|error| failed(&error))? {
        Event::Http(request) => http::answer(&client, &request).await,
        Event::Queue(batch) => queue::answer(&client, &batch).await,
    };
    Response::json(&answer).map_err(|error| failed(&error))
}
