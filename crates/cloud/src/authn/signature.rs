//! The arithmetic of SigV4: keys, strings to sign, signatures.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The SHA-256 of nothing, in hexadecimal.
pub(crate) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What a signature is valid for: a day, a region, a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// `20261121`
    pub(crate) date: String,
    pub(crate) region: String,
    pub(crate) service: String,
}

impl Scope {
    /// The scope as strings to sign carry it.
    pub(crate) fn text(&self) -> String {
        let Self {
            date,
            region,
            service,
        } = self;
        format!("{date}/{region}/{service}/aws4_request")
    }
}

/// The key that signs within one scope.
#[derive(Clone)]
pub(crate) struct SigningKey([u8; 32]);

impl SigningKey {
    /// Derives the key of a scope from a secret.
    pub(crate) fn derive(secret: &str, scope: &Scope) -> Self {
        let secret = format!("AWS4{secret}");
        let date = hmac_sha256(secret.as_bytes(), scope.date.as_bytes());
        let region = hmac_sha256(&date, scope.region.as_bytes());
        let service = hmac_sha256(&region, scope.service.as_bytes());
        Self(hmac_sha256(&service, b"aws4_request"))
    }

    /// The signature of a string, in hexadecimal.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> String {
        hex(&hmac_sha256(&self.0, string_to_sign))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// The string that a request's signature signs.
pub(crate) fn string_to_sign(signed_at: &str, scope: &Scope, canonical_request: &[u8]) -> String {
    format!(
        "AWS4-HMAC-SHA256\n{signed_at}\n{}\n{}",
        scope.text(),
        sha256_hex(canonical_request)
    )
}

/// Whether two signatures are equal, in a time that does not tell where they differ.
pub(crate) fn equal(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

/// The SHA-256 of bytes, in hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Whether text is a SHA-256 or a signature: 64 lower-case hexadecimal digits.
pub(crate) fn is_sha256_hex(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(data);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's own documentation of key derivation.
    #[test]
    fn signs_as_documented() {
        let scope = Scope {
            date: "20120215".into(),
            region: "us-east-1".into(),
            service: "iam".into(),
        };
        let key = SigningKey::derive("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", &scope);
        assert_eq!(
            hex(&key.0),
            "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"
        );
    }

    #[test]
    fn the_hash_of_nothing_is_the_constant() {
        assert_eq!(sha256_hex(b""), EMPTY_SHA256);
    }
}
