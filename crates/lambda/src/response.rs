//! What a handler answers: bytes at once, or bytes as they come.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::Frame;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::FunctionError;

/// Trailer that carries the error type of a response that failed after its first byte.
pub(crate) const ERROR_TYPE: HeaderName =
    HeaderName::from_static("lambda-runtime-function-error-type");
/// Trailer that carries the error document of such a response, in base64.
pub(crate) const ERROR_BODY: HeaderName =
    HeaderName::from_static("lambda-runtime-function-error-body");

/// Pieces that may wait between a handler and the connection before `write` waits.
const PIECES_IN_FLIGHT: usize = 8;

/// The answer to one invocation.
pub struct Response(pub(crate) Kind);

pub(crate) enum Kind {
    Buffered(Bytes),
    Streamed(Box<dyn FnOnce(ResponseWriter) -> Writing + Send>),
}

/// The handler's part of a streamed response, which runs while the response is sent.
pub(crate) type Writing = Pin<Box<dyn Future<Output = Result<(), FunctionError>> + Send>>;

impl Response {
    /// Answers with `bytes` and nothing else. The service refuses more than 6 MiB.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Buffered(bytes.into()))
    }

    /// Answers with a JSON document.
    ///
    /// # Errors
    /// When `document` has no JSON form.
    pub fn json<T: Serialize + ?Sized>(document: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(document).map(Self::bytes)
    }

    /// Answers with what `write` writes, as it writes it.
    ///
    /// The response is complete when `write` returns `Ok`. An error goes to the caller as the end
    /// of the stream, after all bytes written before it.
    pub fn stream<W, F>(write: W) -> Self
    where
        W: FnOnce(ResponseWriter) -> F + Send + 'static,
        F: Future<Output = Result<(), FunctionError>> + Send + 'static,
    {
        Self(Kind::Streamed(Box::new(|writer| Box::pin(write(writer)))))
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Buffered(bytes) => write!(formatter, "Response::bytes({} bytes)", bytes.len()),
            Kind::Streamed(_) => formatter.write_str("Response::stream"),
        }
    }
}

/// The handler's end of a streamed response. Clones write into the same stream.
#[derive(Debug, Clone)]
pub struct ResponseWriter {
    pieces: mpsc::Sender<Piece>,
}

impl ResponseWriter {
    /// Appends `bytes` to the response, waiting while the connection is behind.
    ///
    /// # Errors
    /// [`ResponseClosed`] when nobody takes the response any more. A handler whose effects matter
    /// beyond its response may go on.
    pub async fn write(&self, bytes: impl Into<Bytes>) -> Result<(), ResponseClosed> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Ok(());
        }
        self.pieces
            .send(Piece::Data(bytes))
            .await
            .map_err(|_| ResponseClosed)
    }

    /// Ends the response as `outcome` says.
    pub(crate) async fn end(self, outcome: Result<(), FunctionError>) {
        let last = outcome.map_or_else(|error| Piece::Failed(Box::new(error)), |()| Piece::End);
        // Where nobody reads any more, the request itself has failed, and `run` reports that.
        let _closed = self.pieces.send(last).await;
    }
}

/// The service closed a streamed response before the handler had ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the response was closed by the service")]
pub struct ResponseClosed;

#[derive(Debug)]
enum Piece {
    Data(Bytes),
    End,
    Failed(Box<FunctionError>),
}

/// The connection's end of a streamed response.
///
/// A channel that closes without `End` is an error: a response that was cut must reach the
/// service as a broken body, never as a complete one.
#[derive(Debug)]
pub(crate) struct ResponseBody {
    pieces: mpsc::Receiver<Piece>,
    ended: bool,
}

/// Both ends of one streamed response.
pub(crate) fn channel() -> (ResponseWriter, ResponseBody) {
    let (sender, receiver) = mpsc::channel(PIECES_IN_FLIGHT);
    let body = ResponseBody {
        pieces: receiver,
        ended: false,
    };
    (ResponseWriter { pieces: sender }, body)
}

/// The handler of a streamed response vanished before it had ended it.
#[derive(Debug, thiserror::Error)]
#[error("the response was abandoned by the handler")]
pub(crate) struct Abandoned;

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = Abandoned;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Abandoned>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let Poll::Ready(piece) = self.pieces.poll_recv(context) else {
            return Poll::Pending;
        };
        self.ended = !matches!(piece, Some(Piece::Data(_)));
        Poll::Ready(match piece {
            Some(Piece::Data(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Piece::End) => None,
            Some(Piece::Failed(error)) => Some(Ok(Frame::trailers(trailers(&error)))),
            None => Some(Err(Abandoned)),
        })
    }
}

fn trailers(error: &FunctionError) -> HeaderMap {
    let error_type = error.error_type().to_string();
    let body = STANDARD.encode(error.to_json());
    HeaderMap::from_iter(
        [(ERROR_TYPE, error_type), (ERROR_BODY, body)].map(|(name, value)| {
            let value = HeaderValue::try_from(value);
            (
                name,
                value.expect("an error type and base64 are visible ASCII"),
            )
        }),
    )
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::ErrorType;

    #[tokio::test]
    async fn a_failure_follows_the_data_as_trailers() {
        let (writer, body) = channel();
        writer.write("abc").await.expect("an open response");
        writer
            .end(Err(FunctionError::new(ErrorType::Function("Late"), "über")))
            .await;
        let collected = body.collect().await.expect("a body");
        let trailers = collected.trailers().expect("trailers");
        assert_eq!(trailers[&ERROR_TYPE], "Function.Late");
        let document = STANDARD.decode(&trailers[&ERROR_BODY]).expect("base64");
        let document: serde_json::Value = serde_json::from_slice(&document).expect("JSON");
        assert_eq!(document["errorMessage"], "über");
        assert_eq!(collected.to_bytes(), "abc");
    }

    #[tokio::test]
    async fn an_abandoned_response_is_no_complete_one() {
        let (writer, body) = channel();
        writer.write("abc").await.expect("an open response");
        drop(writer);
        assert!(body.collect().await.is_err());
    }
}
