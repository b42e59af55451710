//! Bytes in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The bytes of a base64 text; padding is required.
// spec: iam/conditions#binary
pub(crate) fn parse(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
