//! Reading what a function answers: whole, as a stream, or as an error.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::sync::mpsc;

use super::super::invocation::MAX_BUFFERED_BYTES;
use super::{Answer, Call, FunctionError, Misstep, Sink};

const TRAILER_TYPE: &str = "lambda-runtime-function-error-type";
const TRAILER_BODY: &str = "lambda-runtime-function-error-body";

/// What is still read of an answer that is too large.
const DRAINED_BYTES: usize = 16 * 1024 * 1024;

/// An answer that was begun. However its handler ends, the owner learns how the
/// answer did: one that is dropped was cut off.
#[derive(Debug)]
pub(super) struct Underway {
    owner: mpsc::UnboundedSender<Call>,
    request_id: String,
    answer: Answer,
}

impl Underway {
    pub(super) fn new(owner: mpsc::UnboundedSender<Call>, request_id: String) -> Self {
        Self {
            owner,
            request_id,
            answer: Answer::Truncated,
        }
    }

    fn end(mut self, answer: Answer) {
        self.answer = answer;
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let call = Call::End {
            request_id: std::mem::take(&mut self.request_id),
            answer: std::mem::replace(&mut self.answer, Answer::Truncated),
        };
        // An owner that is gone has told the invoker already.
        drop(self.owner.send(call));
    }
}

/// Passes an answer on once it is whole: one that is too large has no effect.
pub(super) async fn buffered(body: Body, sink: Sink, underway: Underway) -> Result<(), Misstep> {
    // The reader of a buffered answer may take streams, but this limit stays.
    let limit = sink.limit.min(MAX_BUFFERED_BYTES);
    match whole(body, limit).await {
        Ok(bytes) => {
            pass_on(&sink, bytes).await;
            underway.end(Answer::Complete);
            Ok(())
        }
        Err(Misstep::RequestEntityTooLarge) => {
            underway.end(Answer::TooLarge);
            Err(Misstep::RequestEntityTooLarge)
        }
        Err(misstep) => Err(misstep),
    }
}

/// Passes an answer on as it arrives. Trailers can still turn it into an error.
pub(super) async fn streaming(
    mut body: Body,
    sink: Sink,
    underway: Underway,
) -> Result<(), Misstep> {
    let mut passed = 0_u64;
    let mut trailers = HeaderMap::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Misstep::TruncatedBody)?;
        match frame.into_data() {
            Ok(bytes) => {
                passed += bytes.len() as u64;
                if passed > sink.limit {
                    underway.end(Answer::TooLarge);
                    drain(&mut body).await;
                    return Err(Misstep::RequestEntityTooLarge);
                }
                pass_on(&sink, bytes).await;
            }
            Err(frame) => trailers.extend(frame.into_trailers().into_iter().flatten()),
        }
    }
    underway.end(match trailers.get(TRAILER_TYPE) {
        None => Answer::Complete,
        Some(kind) => Answer::Failed(failure_of_trailers(kind, trailers.get(TRAILER_BODY))),
    });
    Ok(())
}

/// Takes an error report for an answer.
pub(super) async fn error(body: Body, kind: String, underway: Underway) -> Result<(), Misstep> {
    let payload = whole(body, MAX_BUFFERED_BYTES).await?;
    underway.end(Answer::Failed(FunctionError { kind, payload }));
    Ok(())
}

/// Takes a response mode that does not exist for an answer.
pub(super) fn of_unknown_mode(underway: Underway) {
    let kind = "Runtime.InvalidResponseModeHeader";
    underway.end(Answer::Failed(FunctionError::new(
        kind,
        "the response mode is neither `streaming` nor `buffered`",
    )));
}

/// The error type that a runtime names, if it has the form of one.
pub(super) fn error_type(named: Option<&HeaderValue>, otherwise: &str) -> String {
    named
        .and_then(|value| value.to_str().ok())
        .filter(|name| is_error_type(name))
        .unwrap_or(otherwise)
        .to_owned()
}

fn is_error_type(name: &str) -> bool {
    let Some((family, kind)) = name.split_once('.') else {
        return false;
    };
    matches!(family, "Runtime" | "Function" | "Extension")
        && kind.starts_with(|first: char| first.is_ascii_uppercase())
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn failure_of_trailers(kind: &HeaderValue, body: Option<&HeaderValue>) -> FunctionError {
    let kind = error_type(Some(kind), "Function.Unknown");
    let payload = body.and_then(|value| STANDARD.decode(value.as_bytes()).ok());
    match payload {
        Some(payload) => FunctionError {
            kind,
            payload: payload.into(),
        },
        None => FunctionError::new(&kind, "the stream ended in an error without a description"),
    }
}

async fn whole(mut body: Body, limit: u64) -> Result<Bytes, Misstep> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Misstep::TruncatedBody)?;
        if let Ok(data) = frame.into_data() {
            if (bytes.len() + data.len()) as u64 > limit {
                drain(&mut body).await;
                return Err(Misstep::RequestEntityTooLarge);
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.freeze())
}

/// Reads on for a while, so that the runtime reads the refusal and not a reset.
async fn drain(body: &mut Body) {
    let mut left = DRAINED_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(length) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// A reader that has gone does not stop the function.
async fn pass_on(sink: &Sink, bytes: Bytes) {
    if !bytes.is_empty() {
        drop(sink.pieces.send(bytes).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_types_have_a_family() {
        let check = |name: &'static str| {
            error_type(Some(&HeaderValue::from_static(name)), "Function.Unknown")
        };
        assert_eq!(
            check("Runtime.ImportModuleError"),
            "Runtime.ImportModuleError"
        );
        assert_eq!(check("Function.Oops"), "Function.Oops");
        for wrong in [
            "Unhandled",
            "Function.",
            "Other.Type",
            "Runtime.a b",
            "TypeError",
        ] {
            assert_eq!(check(wrong), "Function.Unknown", "{wrong}");
        }
    }

    #[test]
    fn a_stream_can_end_in_an_error() {
        let body = STANDARD.encode(r#"{"errorMessage":"no"}"#);
        let error = failure_of_trailers(
            &HeaderValue::from_static("Function.Broken"),
            Some(&HeaderValue::from_str(&body).unwrap()),
        );
        assert_eq!(error.kind, "Function.Broken");
        assert_eq!(error.payload, r#"{"errorMessage":"no"}"#);
    }
}
