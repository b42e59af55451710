//! Invoke.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http::StatusCode;

use super::Lambda;
use super::call::{Call, authorize};
use super::fault::{invalid, service_fault, too_large, validation};
use super::function::Function;
use super::name::{FunctionName, LATEST};
use super::read_functions::naming;
use super::view::no_content;
use crate::api_error::ApiError;
use crate::authn::{Authenticated, Identity};
use crate::authz::{Authorized, Operation, Particulars};
use crate::body::VerifiedBody;
use crate::incoming::Head;
use crate::response::{Response, document, empty, set_header};
use crate::sandbox::{Delivery, Event, FunctionError, Origin, Outcome, Reading};
use crate::state::ChangeError;

/// The largest event of a synchronous invocation, and of an asynchronous one.
pub(super) const MAX_EVENT: usize = 6 * 1024 * 1024;
const MAX_ASYNCHRONOUS_EVENT: usize = 1024 * 1024;

/// The decision is taken on the head, before the event is read.
#[derive(Debug)]
pub(super) struct Invoke {
    function: FunctionName,
    kind: Kind,
    log_tail: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    RequestResponse,
    Event,
    DryRun,
}

impl Kind {
    fn of(head: &Head) -> Result<Self, ApiError> {
        match head.header("x-amz-invocation-type") {
            None | Some("RequestResponse") => Ok(Self::RequestResponse),
            Some("Event") => Ok(Self::Event),
            Some("DryRun") => Ok(Self::DryRun),
            Some(other) => Err(validation(
                other,
                "invocationType",
                "Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
            )),
        }
    }
}

impl Operation for Invoke {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "Invoke";
    const READ_ONLY: bool = false;
}

impl Call for Invoke {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.function)
    }

    async fn run(_lambda: &Lambda, _call: Authorized<Self>) -> Result<Response, ApiError> {
        Ok(no_content())
    }
}

/// Answers an Invoke.
pub(super) async fn invoke(
    lambda: &Lambda,
    request: &Authenticated,
    function: FunctionName,
    body: VerifiedBody,
) -> Result<Response, ApiError> {
    let call = Invoke {
        function,
        kind: Kind::of(request.head())?,
        log_tail: wants_log_tail(request.head()),
    };
    let call = authorize(lambda, request, call)?;
    let function = lambda.existing(&call.function)?;
    match call.kind {
        Kind::DryRun => Invoke::run(lambda, call).await,
        Kind::Event => {
            let event = read_event::<Invoke>(
                lambda,
                request,
                &call.function,
                body,
                MAX_ASYNCHRONOUS_EVENT,
            )
            .await?;
            let now = lambda.now().as_millisecond();
            let queued = lambda.queue().add(call.permit(), &function, event, now);
            queued.await.map_err(|error| match error {
                ChangeError::Refused(never) => match never {},
                ChangeError::State(error) => ApiError::from(error),
            })?;
            let mut response = Response::new(empty());
            *response.status_mut() = StatusCode::ACCEPTED;
            Ok(response)
        }
        Kind::RequestResponse => {
            let event =
                read_event::<Invoke>(lambda, request, &call.function, body, MAX_EVENT).await?;
            let origin = origin(lambda, request)?;
            let reading = lambda
                .executions()
                .invoke(function, event, Delivery::Buffered, origin)
                .await?;
            whole_answer(reading, call.log_tail).await
        }
    }
}

async fn whole_answer(mut reading: Reading, log_tail: bool) -> Result<Response, ApiError> {
    let mut payload = BytesMut::new();
    while let Some(piece) = reading.pieces.recv().await {
        payload.extend_from_slice(&piece);
    }
    let finished = reading.done.await.map_err(|_| service_fault())?;
    let mut response = match finished.outcome {
        Outcome::Succeeded => document(StatusCode::OK, "application/json", payload.freeze()),
        Outcome::Failed(FunctionError { payload, .. }) => {
            let mut response = document(StatusCode::OK, "application/json", payload);
            set_header(&mut response, "x-amz-function-error", "Unhandled");
            response
        }
        Outcome::Unprovided(unprovided) => return Err(unprovided.into()),
    };
    set_header(&mut response, "x-amz-executed-version", LATEST);
    if log_tail {
        let tail = STANDARD.encode(&finished.log_tail);
        set_header(&mut response, "x-amz-log-result", &tail);
    }
    Ok(response)
}

/// Reads the event, which must be JSON; an empty one is an empty object.
pub(super) async fn read_event<C: Operation>(
    lambda: &Lambda,
    request: &Authenticated,
    function: &FunctionName,
    body: VerifiedBody,
    limit: usize,
) -> Result<Event, ApiError> {
    let payload = body.collect(limit, || too_large(limit, C::NAME)).await?;
    let payload = if payload.is_empty() {
        Bytes::from_static(b"{}")
    } else {
        payload
    };
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&payload) {
        return Err(super::fault::unreadable(&error));
    }
    let client_context = request.head().header("x-amz-client-context");
    let client_context = client_context
        .map(|encoded| {
            let decoded = STANDARD.decode(encoded).ok();
            decoded
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or_else(|| {
                    invalid("Client context must be a valid Base64-encoded JSON object.")
                })
        })
        .transpose()?;
    Ok(Event {
        request_id: request.request_id().to_string(),
        payload,
        function_arn: lambda.home().qualified_arn(function),
        client_context,
    })
}

/// Whether the caller is a function that waits: then it must not take the place
/// of what it waits for.
pub(super) fn origin(lambda: &Lambda, request: &Authenticated) -> Result<Origin, ApiError> {
    let Identity::Session(session) = request.caller().identity() else {
        return Ok(Origin::Outside);
    };
    let runs_as = |function: &Function| function.role == session.role_arn;
    let calling = lambda.function(&session.session_name)?;
    Ok(if calling.as_ref().is_some_and(runs_as) {
        Origin::Function
    } else {
        Origin::Outside
    })
}

pub(super) fn wants_log_tail(head: &Head) -> bool {
    head.header("x-amz-log-type") == Some("Tail")
}
