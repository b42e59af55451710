//! A body that fails at its end unless all that was said about it held.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Limited};
use sha2::{Digest, Sha256};

use crate::api_error::ApiError;
use crate::authn::{equal, hex};
use crate::body::chunked::{ChunkDecoder, ChunkSigning, Decoded};
use crate::body::received::{ReceivedBody, incomplete};
use crate::events::Trail;
use crate::incoming::Head;
use crate::response::BoxError;

/// The largest body that one S3 request may bring: 5 GiB.
const LARGEST: u64 = 5 << 30;

/// The bytes of a request's body.
///
/// Chunk framing and chunk signatures are taken off and checked. The stream ends without an error
/// only if length, hash, signatures and trailers all held; until then nothing that was read may
/// take effect. Checksum headers and trailers are for the service to compare, which computes the
/// checksums anyway: trailers are in the [`Receipt`]. Its error is an [`ApiError`].
#[derive(Debug)]
pub(crate) struct VerifiedBody {
    source: Source,
    framing: Framing,
    declared_length: Option<u64>,
    seen: u64,
    sha256: Option<Claimed>,
    trail: Option<Trail>,
    receipt: Arc<OnceLock<Receipt>>,
    failed: Option<ApiError>,
}

#[derive(Debug)]
enum Source {
    Connection(ReceivedBody),
    Memory(Option<Bytes>),
}

#[derive(Debug)]
enum Framing {
    Plain,
    // What has been received and not yet decoded, beside the decoder.
    Chunked(Box<ChunkDecoder>, Bytes),
}

/// A hash that the client signed.
#[derive(Debug)]
struct Claimed {
    hash: String,
    running: Sha256,
}

/// What is known of a body once it has been read to its end and everything about it held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// The number of bytes that services saw.
    pub(crate) length: u64,
    /// The trailers that the client announced, by lower-case name.
    pub(crate) trailers: Vec<(String, String)>,
}

impl VerifiedBody {
    /// A body without framing of its own, whose hash may be claimed.
    ///
    /// # Errors
    /// That it announces more than one request may bring.
    pub(crate) fn plain(
        body: ReceivedBody,
        head: &Head,
        sha256: Option<String>,
        trail: Trail,
    ) -> Result<Self, ApiError> {
        let declared_length = length_header(head, "content-length")?;
        let sha256 = sha256.map(|hash| Claimed {
            hash,
            running: Sha256::new(),
        });
        Ok(Self {
            sha256,
            ..Self::new(
                Source::Connection(body),
                Framing::Plain,
                declared_length,
                Some(trail),
            )
        })
    }

    /// A body in `aws-chunked` framing.
    ///
    /// # Errors
    /// That its length is missing, or more than one request may bring.
    pub(crate) fn chunked(
        body: ReceivedBody,
        head: &Head,
        signing: Option<ChunkSigning>,
        trailers: bool,
        trail: Trail,
    ) -> Result<Self, ApiError> {
        let Some(length) = length_header(head, "x-amz-decoded-content-length")? else {
            return Err(ApiError::new(
                StatusCode::LENGTH_REQUIRED,
                "MissingContentLength",
                "You must provide the Content-Length HTTP header.",
            ));
        };
        let announced = if trailers {
            announced_trailers(head)
        } else {
            Vec::new()
        };
        let decoder = Box::new(ChunkDecoder::new(signing, announced));
        Ok(Self::new(
            Source::Connection(body),
            Framing::Chunked(decoder, Bytes::new()),
            Some(length),
            Some(trail),
        ))
    }

    /// A body that has been read and verified.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        Self::new(
            Source::Memory(Some(bytes)),
            Framing::Plain,
            Some(length),
            None,
        )
    }

    fn new(
        source: Source,
        framing: Framing,
        declared_length: Option<u64>,
        trail: Option<Trail>,
    ) -> Self {
        Self {
            source,
            framing,
            declared_length,
            seen: 0,
            sha256: None,
            trail,
            receipt: Arc::new(OnceLock::new()),
            failed: None,
        }
    }

    /// The length that the client declared for what services see, before anything is read.
    pub(crate) fn declared_length(&self) -> Option<u64> {
        self.declared_length
    }

    /// A handle that holds the receipt once the body has been read to its end.
    pub(crate) fn receipt(&self) -> Arc<OnceLock<Receipt>> {
        Arc::clone(&self.receipt)
    }

    /// Reads all of it, at most `limit` bytes.
    ///
    /// # Errors
    /// The error of the stream, or `too_large` if there is more than `limit`.
    pub(crate) async fn collect(
        self,
        limit: usize,
        too_large: impl FnOnce() -> ApiError,
    ) -> Result<Bytes, ApiError> {
        let collected = match Limited::new(self, limit).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(error) => return Err(api_error(error).unwrap_or_else(too_large)),
        };
        Ok(collected)
    }

    /// The next decoded bytes; nothing at the verified end.
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, ApiError>> {
        loop {
            if let Framing::Chunked(decoder, pending) = &mut self.framing {
                match decoder.decode(pending)? {
                    Decoded::Data(data) => return Poll::Ready(self.pass(data)),
                    Decoded::NeedsMore => {}
                }
            }
            let received = match &mut self.source {
                Source::Memory(bytes) => bytes.take(),
                Source::Connection(body) => match ready!(Pin::new(body).poll_frame(cx)) {
                    Some(Ok(frame)) => Some(frame.into_data().unwrap_or_default()),
                    Some(Err(error)) => return Poll::Ready(Err(incomplete(error))),
                    None => None,
                },
            };
            let Some(received) = received else {
                return Poll::Ready(self.finish().map(|()| None));
            };
            if let Some(trail) = &self.trail {
                trail.received(received.len() as u64);
            }
            match &mut self.framing {
                Framing::Plain if received.is_empty() => {}
                Framing::Plain => return Poll::Ready(self.pass(received)),
                Framing::Chunked(_, pending) => *pending = received,
            }
        }
    }

    fn pass(&mut self, data: Bytes) -> Result<Option<Bytes>, ApiError> {
        self.seen += data.len() as u64;
        if self.seen > self.declared_length.unwrap_or(LARGEST) {
            return Err(match self.declared_length {
                Some(_) => wrong_length(),
                None => too_large(self.seen),
            });
        }
        if let Some(claimed) = &mut self.sha256 {
            claimed.running.update(&data);
        }
        Ok(Some(data))
    }

    fn finish(&mut self) -> Result<(), ApiError> {
        if self
            .declared_length
            .is_some_and(|length| length != self.seen)
        {
            return Err(wrong_length());
        }
        if let Some(claimed) = self.sha256.take() {
            let computed = hex(&claimed.running.finalize());
            if !equal(&computed, &claimed.hash) {
                return Err(ApiError::bad_request(
                    "XAmzContentSHA256Mismatch",
                    "The provided 'x-amz-content-sha256' header does not match what was computed.",
                )
                .with("ClientComputedContentSHA256", claimed.hash)
                .with("S3ComputedContentSHA256", computed));
            }
        }
        let trailers = match &mut self.framing {
            Framing::Plain => Vec::new(),
            Framing::Chunked(decoder, _) => decoder.finish()?,
        };
        let receipt = Receipt {
            length: self.seen,
            trailers,
        };
        // A stream that is polled after its end finds its receipt made.
        let _ = self.receipt.set(receipt);
        Ok(())
    }
}

impl Body for VerifiedBody {
    type Data = Bytes;
    type Error = ApiError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ApiError>>> {
        if let Some(error) = &self.failed {
            return Poll::Ready(Some(Err(error.clone())));
        }
        if self.receipt.get().is_some() {
            return Poll::Ready(None);
        }
        match ready!(self.poll_data(cx)) {
            Ok(data) => Poll::Ready(data.map(|data| Ok(Frame::data(data)))),
            Err(error) => {
                self.failed = Some(error.clone());
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    // Never at its end before a poll said so: only that poll verifies it.
    fn is_end_stream(&self) -> bool {
        self.receipt.get().is_some()
    }

    fn size_hint(&self) -> SizeHint {
        match self.declared_length {
            Some(length) => SizeHint::with_exact(length.saturating_sub(self.seen)),
            None => SizeHint::default(),
        }
    }
}

fn api_error(error: BoxError) -> Option<ApiError> {
    error.downcast::<ApiError>().ok().map(|error| *error)
}

/// The length in a header, if it is there and one request may bring as much.
fn length_header(head: &Head, name: &str) -> Result<Option<u64>, ApiError> {
    let Some(text) = head.header(name) else {
        return Ok(None);
    };
    let length: u64 = text.parse().map_err(|_| {
        ApiError::bad_request("InvalidArgument", "The length of the body is no number")
            .with("ArgumentName", name)
            .with("ArgumentValue", text)
    })?;
    if length > LARGEST {
        return Err(too_large(length));
    }
    Ok(Some(length))
}

/// The trailers that the client will send, by lower-case name.
fn announced_trailers(head: &Head) -> Vec<String> {
    head.headers
        .get_all("x-amz-trailer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}

fn wrong_length() -> ApiError {
    ApiError::bad_request(
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    )
}

fn too_large(size: u64) -> ApiError {
    ApiError::bad_request(
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size",
    )
    .with("ProposedSize", size.to_string())
    .with("MaxSizeAllowed", LARGEST.to_string())
}
