//! InvokeWithResponseStream.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http_body::Frame;
use http_body_util::StreamBody;
use serde_json::{Map, Value};

use super::Lambda;
use super::call::{Call, authorize};
use super::fault::service_fault;
use super::invoke::{MAX_EVENT, origin, read_event, wants_log_tail};
use super::name::{FunctionName, LATEST};
use super::read_functions::naming;
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::body::VerifiedBody;
use crate::response::{BoxError, Response, set_header, streamed};
use crate::sandbox::{Delivery, Finished, Outcome, Reading};

/// The largest piece of a response that goes in one message.
const MAX_CHUNK: usize = 256 * 1024;

/// The decision is taken on the head, before the event is read.
#[derive(Debug)]
pub(super) struct InvokeWithResponseStream(FunctionName);

impl Operation for InvokeWithResponseStream {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "InvokeWithResponseStream";
    const READ_ONLY: bool = false;
}

impl Call for InvokeWithResponseStream {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.0)
    }

    async fn run(_lambda: &Lambda, _call: Authorized<Self>) -> Result<Response, ApiError> {
        let mut response = Response::new(crate::response::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        Ok(response)
    }
}

/// Answers an InvokeWithResponseStream as soon as the function does.
pub(super) async fn invoke_with_response_stream(
    lambda: &Lambda,
    request: &Authenticated,
    function: FunctionName,
    body: VerifiedBody,
) -> Result<Response, ApiError> {
    let call = authorize(lambda, request, InvokeWithResponseStream(function))?;
    let function = lambda.existing(&call.0)?;
    if request.head().header("x-amz-invocation-type") == Some("DryRun") {
        return InvokeWithResponseStream::run(lambda, call).await;
    }
    let event =
        read_event::<InvokeWithResponseStream>(lambda, request, &call.0, body, MAX_EVENT).await?;
    let origin = origin(lambda, request)?;
    let reading = lambda
        .executions()
        .invoke(function, event, Delivery::Streamed, origin)
        .await?;
    let answering = Answering::begin(reading, wants_log_tail(request.head())).await?;
    let frames = stream::try_unfold(answering, Answering::next);
    let mut response = Response::new(streamed(StreamBody::new(frames)));
    set_header(
        &mut response,
        "content-type",
        "application/vnd.amazon.eventstream",
    );
    set_header(&mut response, "x-amz-executed-version", LATEST);
    Ok(response)
}

/// A response on its way.
struct Answering {
    reading: Option<Reading>,
    /// Bytes that have arrived and not gone on.
    pending: Bytes,
    /// How it ended, once that is known.
    finished: Option<Finished>,
    log_tail: bool,
}

impl Answering {
    /// Waits for the first byte, or the end: until then an error can be an error response.
    async fn begin(mut reading: Reading, log_tail: bool) -> Result<Self, ApiError> {
        let first = reading.pieces.recv().await;
        let mut answering = Self {
            reading: None,
            pending: first.unwrap_or_default(),
            finished: None,
            log_tail,
        };
        if answering.pending.is_empty() {
            let finished = reading.done.await.map_err(|_| service_fault())?;
            if let Outcome::Unprovided(unprovided) = finished.outcome {
                return Err(unprovided.into());
            }
            answering.finished = Some(finished);
        } else {
            answering.reading = Some(reading);
        }
        Ok(answering)
    }

    /// The next message of the event stream.
    async fn next(mut self) -> Result<Option<(Frame<Bytes>, Self)>, BoxError> {
        if self.pending.is_empty()
            && let Some(mut reading) = self.reading.take()
        {
            match reading.pieces.recv().await {
                Some(piece) => {
                    self.pending = piece;
                    self.reading = Some(reading);
                }
                // Without an end the response breaks off, which clients notice.
                None => self.finished = Some(reading.done.await?),
            }
        }
        if !self.pending.is_empty() {
            let length = self.pending.len().min(MAX_CHUNK);
            let chunk = self.pending.split_to(length);
            let frame = message("PayloadChunk", "application/octet-stream", chunk)?;
            return Ok(Some((frame, self)));
        }
        let Some(finished) = self.finished.take() else {
            return Ok(None);
        };
        let complete = invoke_complete(&finished, self.log_tail);
        let frame = message("InvokeComplete", "application/json", complete)?;
        Ok(Some((frame, self)))
    }
}

fn invoke_complete(finished: &Finished, log_tail: bool) -> Bytes {
    let mut members = Map::new();
    if let Outcome::Failed(error) = &finished.outcome {
        let details = String::from_utf8_lossy(&error.payload).into_owned();
        members.insert("ErrorCode".into(), "Unhandled".into());
        members.insert("ErrorDetails".into(), details.into());
    }
    if log_tail {
        let tail = STANDARD.encode(&finished.log_tail);
        members.insert("LogResult".into(), tail.into());
    }
    Value::Object(members).to_string().into()
}

fn message(
    event: &'static str,
    content_type: &'static str,
    payload: Bytes,
) -> Result<Frame<Bytes>, BoxError> {
    let header = |name: &'static str, value: &'static str| {
        Header::new(name, HeaderValue::String(value.into()))
    };
    let message = Message::new(payload)
        .add_header(header(":message-type", "event"))
        .add_header(header(":event-type", event))
        .add_header(header(":content-type", content_type));
    let mut frame = Vec::new();
    write_message_to(&message, &mut frame)?;
    Ok(Frame::data(frame.into()))
}
