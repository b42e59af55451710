//! The id of a request, in the spelling of each protocol.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The id of one request: unique, and the key of its event record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RequestId(Uuid);

impl RequestId {
    /// A fresh id.
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// S3's `x-amz-request-id`: sixteen upper-case letters and digits.
    pub(crate) fn s3(self) -> String {
        let mut text = self.0.simple().to_string();
        text.truncate(16);
        text.make_ascii_uppercase();
        text
    }

    /// S3's `x-amz-id-2`: base64, derived from the id.
    pub(crate) fn s3_extended(self) -> String {
        STANDARD.encode(Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
