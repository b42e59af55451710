//! How an S3 request says what its body is.

use crate::authn::caller::SignatureKind;
use crate::authn::error::AuthError;
use crate::authn::signature::is_sha256_hex;
use crate::incoming::Head;

pub(super) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What a request says about its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PayloadMode {
    /// Its SHA-256, in hexadecimal.
    Sha256(String),
    /// Nothing.
    Unsigned,
    /// In chunks, each signed; perhaps with signed trailers.
    SignedChunks { trailers: bool },
    /// In chunks, with trailers, none of it signed.
    UnsignedChunks,
}

impl PayloadMode {
    /// Reads the mode of a request; also the text that stands for the body in its canonical form.
    ///
    /// # Errors
    /// That a header-signed request does not say, or says something unknown.
    pub(super) fn read(head: &Head, kind: SignatureKind) -> Result<(Self, String), AuthError> {
        let stated = head
            .header("x-amz-content-sha256")
            .map(str::to_owned)
            .or_else(|| match kind {
                SignatureKind::Header => None,
                _ => head.query_parameter("X-Amz-Content-Sha256"),
            });
        let text = match (stated, kind) {
            (Some(text), _) => text,
            (None, SignatureKind::Header) => return Err(AuthError::ContentSha256Missing),
            (None, _) => UNSIGNED.to_owned(),
        };
        let mode = Self::parse(&text)?;
        // Chunks of a presigned request would be signed by nobody who knows them beforehand.
        if kind != SignatureKind::Header && matches!(mode, Self::SignedChunks { .. }) {
            return Err(AuthError::ContentSha256Invalid);
        }
        Ok((mode, text))
    }
    /// Reads the mode of a request whose signature, if it has one, says nothing about the body.
    ///
    /// # Errors
    /// That it says something unknown, or speaks of chunks that a key signs.
    pub(super) fn unsigned(head: &Head) -> Result<Self, AuthError> {
        match Self::parse(head.header("x-amz-content-sha256").unwrap_or(UNSIGNED))? {
            Self::SignedChunks { .. } => Err(AuthError::ContentSha256Invalid),
            mode => Ok(mode),
        }
    }

    fn parse(text: &str) -> Result<Self, AuthError> {
        match text {
            UNSIGNED => Ok(Self::Unsigned),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Ok(Self::SignedChunks { trailers: false }),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
                Ok(Self::SignedChunks { trailers: true })
            }
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Ok(Self::UnsignedChunks),
            text if text.starts_with("STREAMING-AWS4-ECDSA-") => Err(AuthError::Asymmetric),
            text if is_sha256_hex(text) => Ok(Self::Sha256(text.to_owned())),
            _ => Err(AuthError::ContentSha256Invalid),
        }
    }
}
