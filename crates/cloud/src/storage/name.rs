//! Names of buckets, objects and uploads, checked once.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a general purpose bucket.
///
/// Invariant: 3–63 characters of `a-z`, `0-9`, `.` and `-`, starting and ending with a letter or digit,
/// without adjacent dots, not shaped like an IPv4 address, and free of the prefixes and suffixes that S3
/// reserves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct BucketName(String);

/// A bucket name that S3 would not accept.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a valid bucket name")]
pub(crate) struct InvalidBucketName(String);

const RESERVED_PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

impl BucketName {
    /// Checks `name` against the rules for new buckets.
    pub(crate) fn parse(name: &str) -> Result<Self, InvalidBucketName> {
        let bytes = name.as_bytes();
        let alphanumeric = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let valid = (3..=63).contains(&bytes.len())
            && bytes
                .iter()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
            && alphanumeric(bytes.first())
            && alphanumeric(bytes.last())
            && !name.contains("..")
            && name.parse::<std::net::Ipv4Addr>().is_err()
            && !RESERVED_PREFIXES
                .iter()
                .any(|prefix| name.starts_with(prefix))
            && !RESERVED_SUFFIXES
                .iter()
                .any(|suffix| name.ends_with(suffix));
        if valid {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidBucketName(name.to_owned()))
        }
    }

    /// The name as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BucketName {
    type Error = InvalidBucketName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name)
    }
}

impl From<BucketName> for String {
    fn from(name: BucketName) -> Self {
        name.0
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key of an object, as S3 sees it after percent-decoding.
///
/// Invariant: 1–1,024 bytes of UTF-8. Keys order by their bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct ObjectKey(String);

/// A key that is empty or longer than 1,024 bytes.
#[derive(Debug, thiserror::Error)]
#[error("an object key has between 1 and 1024 bytes, not {0}")]
pub(crate) struct InvalidObjectKey(usize);

impl ObjectKey {
    /// The longest key in bytes.
    pub(crate) const LONGEST: usize = 1024;

    /// Checks the length of `key`.
    pub(crate) fn parse(key: &str) -> Result<Self, InvalidObjectKey> {
        if (1..=Self::LONGEST).contains(&key.len()) {
            Ok(Self(key.to_owned()))
        } else {
            Err(InvalidObjectKey(key.len()))
        }
    }

    /// The key as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ObjectKey {
    type Error = InvalidObjectKey;

    fn try_from(key: String) -> Result<Self, Self::Error> {
        Self::parse(&key)
    }
}

impl From<ObjectKey> for String {
    fn from(key: ObjectKey) -> Self {
        key.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of one multipart upload. Opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct UploadId(String);

impl UploadId {
    /// An id that no upload had before.
    pub(crate) fn unique() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// Takes an id as a client sent it. Whether it names an upload is for the store to say.
    pub(crate) fn from_wire(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The number of a part.
///
/// Invariant: 1–10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct PartNumber(u16);

impl PartNumber {
    /// The largest number of a part, and so the largest count of parts.
    pub(crate) const LARGEST: u16 = 10_000;

    /// Checks that `number` is between 1 and 10,000.
    pub(crate) fn parse(number: i64) -> Option<Self> {
        u16::try_from(number)
            .ok()
            .filter(|number| (1..=Self::LARGEST).contains(number))
            .map(Self)
    }

    /// The number.
    pub(crate) fn get(self) -> u16 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules_for_new_buckets() {
        for (name, valid) in [
            ("remotionlambda-useast1-0123456789", true),
            ("a.b", true),
            ("abc", true),
            ("ab", false),
            ("Abc", false),
            ("-abc", false),
            ("abc.", false),
            ("a..b", false),
            ("a_b_c", false),
            ("192.168.0.1", false),
            ("xn--abc", false),
            ("abc-s3alias", false),
        ] {
            assert_eq!(BucketName::parse(name).is_ok(), valid, "{name}");
        }
        assert!(BucketName::parse(&"a".repeat(63)).is_ok());
        assert!(BucketName::parse(&"a".repeat(64)).is_err());
    }

    #[test]
    fn keys_and_part_numbers_are_bounded() {
        assert!(ObjectKey::parse("").is_err());
        assert!(ObjectKey::parse(&"k".repeat(1024)).is_ok());
        assert!(ObjectKey::parse(&"k".repeat(1025)).is_err());
        assert_eq!(PartNumber::parse(0), None);
        assert_eq!(PartNumber::parse(10_000).map(PartNumber::get), Some(10_000));
        assert_eq!(PartNumber::parse(10_001), None);
    }
}
