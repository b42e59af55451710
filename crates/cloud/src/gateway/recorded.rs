//! The end of a request: its record is kept when its response has been sent.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::body::Leftover;
use crate::events::{History, Trail};
use crate::response::{BoxError, ResponseBody, streamed};

/// A response body that counts what is sent, and when it ends keeps the record and reads what is
/// left of the request's body.
struct Recorded {
    body: ResponseBody,
    end: End,
}

/// What is done when the response has been sent, or the client has gone.
struct End {
    trail: Trail,
    history: History,
    leftover: Leftover,
}

/// Wraps a response body.
pub(super) fn recorded(
    body: ResponseBody,
    trail: Trail,
    history: History,
    leftover: Leftover,
) -> ResponseBody {
    streamed(Recorded {
        body,
        end: End {
            trail,
            history,
            leftover,
        },
    })
}

impl Body for Recorded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.end.trail.sent(data.len() as u64);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.history.keep(self.trail.record());
        // The head of the response is on its way by now, so reading on does not ask the client to
        // go on sending.
        self.leftover.drain();
    }
}
