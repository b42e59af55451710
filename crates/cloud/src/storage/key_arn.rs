//! KMS keys by their ARNs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The ARN of a KMS key.
///
/// Invariant: `arn:aws:kms:REGION:ACCOUNT:key/ID`, all of them given, the ID of letters, digits and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct KeyArn(String);

/// A name that is no key's ARN or ID.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is neither the ARN nor the ID of a KMS key")]
pub(crate) struct InvalidKey(String);

impl KeyArn {
    /// The key that a request names in `region`: by its ARN, or by its ID where it is the account's own.
    pub(crate) fn of_named(named: &str, region: &str, account: &str) -> Result<Self, InvalidKey> {
        if named.starts_with("arn:") {
            return Self::try_from(named.to_owned());
        }
        Self::try_from(format!("arn:aws:kms:{region}:{account}:key/{named}"))
            .map_err(|_| InvalidKey(named.to_owned()))
    }

    /// The ARN as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The region that the key is in.
    pub(crate) fn region(&self) -> &str {
        self.part(3)
    }

    /// The account whose key it is.
    pub(crate) fn account(&self) -> &str {
        self.part(4)
    }

    fn part(&self, index: usize) -> &str {
        self.0.split(':').nth(index).unwrap_or_default()
    }
}

impl TryFrom<String> for KeyArn {
    type Error = InvalidKey;

    fn try_from(arn: String) -> Result<Self, InvalidKey> {
        let parts: Vec<_> = arn.split(':').collect();
        let is_key = match parts[..] {
            ["arn", "aws", "kms", region, account, key] => {
                let id = key.strip_prefix("key/").unwrap_or_default();
                let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                !region.is_empty()
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && !id.is_empty()
                    && id.bytes().all(allowed)
            }
            _ => false,
        };
        if is_key {
            Ok(Self(arn))
        } else {
            Err(InvalidKey(arn))
        }
    }
}

impl From<KeyArn> for String {
    fn from(arn: KeyArn) -> Self {
        arn.0
    }
}

impl fmt::Display for KeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::KeyArn;

    #[test]
    fn keys_are_named_by_arn_or_id() {
        let named = |name: &str| KeyArn::of_named(name, "us-east-1", "123456789012");
        let arn = "arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd";
        for name in [arn, "mrk-1234abcd"] {
            assert_eq!(named(name).unwrap().as_str(), arn);
        }
        let key = named("arn:aws:kms:eu-west-1:999999999999:key/1").unwrap();
        assert_eq!((key.region(), key.account()), ("eu-west-1", "999999999999"));
        for name in [
            "",
            "alias/videos",
            "arn:aws:kms:us-east-1:123456789012:alias/videos",
            "arn:aws:kms:us-east-1:12345:key/1",
            "arn:aws:s3:::bucket",
        ] {
            assert!(named(name).is_err(), "{name}");
        }
    }
}
