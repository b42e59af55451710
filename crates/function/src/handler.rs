//! From an event to the routine that it asks for, and from its result to an answer.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lambda::{Context, ErrorType, FunctionError, Invocation, Response, ResponseWriter};
use protocol::error_info::{ErrorInfo, ErrorKind};
use protocol::message::{ErrorOccurred, Message, RenderIdDetermined};
use protocol::payload::{ErrorResponse, Payload, Response as Answer, Still, StillResponse};
use protocol::settings::ChromiumOptions;
use renderer::Renderer;
use serde::Serialize;

use crate::invocation::Function;
use crate::routine::still::{Accepted, StillError};
use crate::routine::{compositions, info, renderer as chunk, start, status, still};
use crate::{launch, log_lines};

/// The handler of an environment's invocations.
pub(crate) struct Handler {
    function: Arc<Function>,
    is_warm: AtomicBool,
}

impl Handler {
    pub(crate) fn new(function: Function) -> Self {
        Self {
            function: Arc::new(function),
            is_warm: AtomicBool::new(false),
        }
    }

    /// Does what an event asks for.
    ///
    /// # Errors
    /// [`FunctionError`] where clients expect the invocation itself to fail. `start`, `info`, `compositions` and
    /// `still` answer with an error document instead.
    pub(crate) async fn handle(&self, invocation: Invocation) -> Result<Response, FunctionError> {
        let Invocation { payload, context } = invocation;
        let payload = Payload::parse(&payload).map_err(|error| failure("Payload", &error))?;
        let is_warm = self.is_warm.swap(true, Ordering::Relaxed);
        log_lines::invocation(&payload, &context, is_warm);
        let function = Arc::clone(&self.function);
        match payload {
            Payload::Info(_) => answer(&Answer::Success(info::info(&function))),
            Payload::Start(payload) => {
                let started = start::start(&function, &context, *payload).await;
                answer(&or_error(started))
            }
            Payload::Status(payload) => {
                let status = status::status(&function, &context, &payload).await;
                answer(&status.map_err(|error| failure("Status", &error))?)
            }
            Payload::Launch(payload) => {
                let renderer = browser(&function, &payload.chromium_options).await?;
                let end = launch::lead(function, &context, &payload, renderer).await?;
                tracing::info!(?end, "the launch ends");
                answer(&serde_json::Value::Object(serde_json::Map::new()))
            }
            Payload::Renderer(payload) if !payload.merge.is_empty() => {
                Ok(Response::stream(async move |stream| {
                    chunk::merge(function, context, payload, stream).await;
                    Ok(())
                }))
            }
            Payload::Renderer(payload) => {
                let renderer = browser(&function, &payload.chromium_options).await?;
                Ok(Response::stream(async move |stream| {
                    chunk::render(function, context, payload, renderer, stream).await;
                    Ok(())
                }))
            }
            Payload::Compositions(payload) => {
                let mut renderer = browser(&function, &payload.chromium_options).await?;
                let listed =
                    compositions::compositions(&function, &context, payload, &mut renderer).await;
                if listed.is_ok() {
                    function.bench.keep(renderer);
                }
                answer(&or_error(listed))
            }
            Payload::Still(payload) => answer_still(function, context, *payload).await,
        }
    }
}

/// The renderer, whose Chrome is starting.
async fn browser(
    function: &Function,
    options: &ChromiumOptions,
) -> Result<Renderer, FunctionError> {
    function
        .bench
        .take(options)
        .await
        .map_err(|error| failure("Browser", &error))
}

async fn answer_still(
    function: Arc<Function>,
    context: Context,
    payload: Still,
) -> Result<Response, FunctionError> {
    let renderer = browser(&function, &payload.chromium_options).await?;
    let streamed = payload.streamed;
    let accepted = still::accept(&function, payload);
    if streamed {
        return Ok(Response::stream(async move |stream| {
            stream_still(&function, &context, accepted, renderer, &stream).await
        }));
    }
    let rendered = match accepted {
        Ok(accepted) => render_still(&function, &context, accepted, renderer).await,
        Err(error) => Err(error),
    };
    answer(&or_error(rendered))
}

async fn stream_still(
    function: &Function,
    context: &Context,
    accepted: Result<Accepted, StillError>,
    renderer: Renderer,
    stream: &ResponseWriter,
) -> Result<(), FunctionError> {
    let rendered = match accepted {
        Ok(accepted) => {
            let render_id = accepted.render_id.clone();
            say(
                stream,
                &Message::RenderIdDetermined(RenderIdDetermined { render_id }),
            )
            .await?;
            render_still(function, context, accepted, renderer).await
        }
        Err(error) => Err(error),
    };
    let message = match rendered {
        Ok(still) => Message::StillRendered(Box::new(still)),
        Err(error) => still_failed(&error),
    };
    say(stream, &message).await
}

async fn render_still(
    function: &Function,
    context: &Context,
    accepted: Accepted,
    mut renderer: Renderer,
) -> Result<StillResponse, StillError> {
    let rendered = still::still(function, context, accepted, &mut renderer).await;
    if rendered.is_ok() {
        function.bench.keep(renderer);
    }
    rendered
}

async fn say(stream: &ResponseWriter, message: &Message) -> Result<(), FunctionError> {
    let frame = message
        .encode()
        .map_err(|error| failure("Message", &error))?;
    Ok(stream.write(frame).await?)
}

fn still_failed(error: &StillError) -> Message {
    let ErrorResponse { message, stack } = error_response(error);
    Message::ErrorOccurred(Box::new(ErrorOccurred {
        error: stack.clone(),
        should_retry: false,
        error_info: ErrorInfo {
            kind: ErrorKind::Browser,
            message,
            name: "Error".to_owned(),
            stack,
            frame: None,
            chunk: None,
            is_fatal: true,
            attempt: 1,
            will_retry: false,
            total_attempts: 1,
            tmp_dir: None,
        },
    }))
}

fn or_error<T, E: Error + 'static>(result: Result<T, E>) -> Answer<T> {
    match result {
        Ok(value) => Answer::Success(value),
        Err(error) => {
            tracing::error!("{}", log_lines::chain(&error));
            Answer::Error(error_response(&error))
        }
    }
}

fn error_response(error: &(dyn Error + 'static)) -> ErrorResponse {
    let message = log_lines::chain(error);
    ErrorResponse {
        stack: format!("Error: {message}"),
        message,
    }
}

fn answer<T: Serialize>(document: &T) -> Result<Response, FunctionError> {
    Response::json(document).map_err(|error| failure("Response", &error))
}

fn failure(kind: &'static str, error: &(dyn Error + 'static)) -> FunctionError {
    FunctionError::from_error(ErrorType::Function(kind), error)
}
