//! The body as it comes from the connection, and what is done with what nobody read of it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::api_error::ApiError;
use crate::events::Trail;
use crate::incoming::Head;

/// How much of a refused body is read and thrown away, so that a client that only then reads sees
/// the refusal and not a reset connection.
const DRAINED_BYTES: u64 = 32 * 1024 * 1024;
const DRAINED_FOR: Duration = Duration::from_secs(10);

/// A body on its way in. What is left of it when it is dropped goes back to the gateway.
#[derive(Debug)]
pub(crate) struct ReceivedBody {
    body: Option<Incoming>,
    begun: bool,
    leftover: Option<oneshot::Sender<Unread>>,
}

/// What nobody read of a body.
#[derive(Debug)]
struct Unread {
    body: Incoming,
    begun: bool,
}

/// What comes back of a body that was given away.
#[derive(Debug)]
pub(crate) struct Leftover {
    coming: oneshot::Receiver<Unread>,
    here: Option<Unread>,
}

impl Leftover {
    /// Whether the body came back before anybody asked for its first byte.
    pub(crate) fn is_untouched(&mut self) -> bool {
        self.take_in();
        self.here.as_ref().is_some_and(|unread| !unread.begun)
    }

    /// Reads what is left and throws it away, up to a bound.
    pub(crate) fn drain(&mut self) {
        self.take_in();
        if let Some(unread) = self.here.take() {
            tokio::spawn(drain(unread.body));
        }
    }

    fn take_in(&mut self) {
        if self.here.is_none() {
            self.here = self.coming.try_recv().ok();
        }
    }
}

impl ReceivedBody {
    /// The body, and where what is left of it comes back.
    pub(crate) fn new(body: Incoming) -> (Self, Leftover) {
        let (leftover, coming) = oneshot::channel();
        let received = Self {
            body: Some(body),
            begun: false,
            leftover: Some(leftover),
        };
        (received, Leftover { coming, here: None })
    }

    /// Reads all of it, at most `limit` bytes.
    ///
    /// # Errors
    /// That there is more, or that the connection broke.
    pub(crate) async fn whole(
        mut self,
        head: &Head,
        limit: usize,
        trail: &Trail,
    ) -> Result<Bytes, ApiError> {
        let too_large = || {
            ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLargeException",
                format!("Request must be smaller than {limit} bytes"),
            )
        };
        let announced: usize = match head.header("content-length") {
            Some(length) => length.parse().map_err(|_| too_large())?,
            None => 0,
        };
        if announced > limit {
            return Err(too_large());
        }
        let mut whole = BytesMut::with_capacity(announced);
        while let Some(frame) = self.frame().await {
            let Ok(data) = frame.map_err(incomplete)?.into_data() else {
                continue;
            };
            trail.received(data.len() as u64);
            if whole.len() + data.len() > limit {
                return Err(too_large());
            }
            whole.extend_from_slice(&data);
        }
        Ok(whole.freeze())
    }
}

/// The connection broke before the body was complete.
pub(super) fn incomplete(_: hyper::Error) -> ApiError {
    ApiError::bad_request(
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    )
}

impl Body for ReceivedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.begun = true;
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for ReceivedBody {
    fn drop(&mut self) {
        if let (Some(body), Some(leftover)) = (self.body.take(), self.leftover.take())
            && !body.is_end_stream()
        {
            let begun = self.begun;
            // The gateway may have answered already; then the connection ends with the body.
            let _ = leftover.send(Unread { body, begun });
        }
    }
}

async fn drain(mut body: Incoming) {
    let reading = async {
        let mut drained = 0;
        while let Some(Ok(frame)) = body.frame().await {
            drained += frame.data_ref().map_or(0, |data| data.len() as u64);
            if drained > DRAINED_BYTES {
                break;
            }
        }
    };
    // Whoever sends slower than this does not get to read the refusal.
    let _ = timeout(DRAINED_FOR, reading).await;
}
