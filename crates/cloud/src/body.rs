//! The body of a request as services read it: verified, and without the wire's framing.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Limited};

use crate::api_error::ApiError;
use crate::response::BoxError;

/// The bytes of a request's body.
///
/// Chunk framing and chunk signatures are taken off and checked. The stream ends without an error
/// only if length, hash, checksums, signatures and trailers all held; until then nothing that was
/// read may take effect. Its error is an [`ApiError`].
#[derive(Debug)]
pub(crate) struct VerifiedBody {
    decoded_length: Option<u64>,
    receipt: Arc<OnceLock<Receipt>>,
}

/// What is known of a body once it has been read to its end and everything about it held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// The number of bytes that services saw.
    pub(crate) length: u64,
    /// The checksums that the client sent, in headers or trailers, all of them correct.
    pub(crate) checksums: Vec<ClaimedChecksum>,
}

/// A checksum that the client sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimedChecksum {
    pub(crate) algorithm: ChecksumAlgorithm,
    /// The value as on the wire: base64.
    pub(crate) value: String,
}

/// The checksums that are checked here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChecksumAlgorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl VerifiedBody {
    /// The length that the client declared for what services see, before anything is read.
    pub(crate) fn declared_length(&self) -> Option<u64> {
        self.decoded_length
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
        match Limited::new(self, limit).collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) => Err(api_error(error).unwrap_or_else(too_large)),
        }
    }
}

fn api_error(error: BoxError) -> Option<ApiError> {
    error.downcast::<ApiError>().ok().map(|error| *error)
}

impl Body for VerifiedBody {
    type Data = Bytes;
    type Error = ApiError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ApiError>>> {
        todo!("lands with the verifier")
    }

    fn size_hint(&self) -> SizeHint {
        self.decoded_length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
