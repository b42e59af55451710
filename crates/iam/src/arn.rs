//! Amazon resource names.

use std::fmt;
use std::str::FromStr;

/// An ARN: `arn:partition:service:region:account:resource`.
///
/// Split at the first five colons; the resource may hold further colons and slashes. Region and
/// account may be empty, the resource too. The text is kept as it was written.
// spec: iam/matching#arn-parts
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Arn {
    text: Box<str>,
    // INVARIANT: ascending offsets of the first five colons of `text`.
    colons: [u32; 5],
}

impl Arn {
    /// Reads an ARN.
    ///
    /// # Errors
    /// [`ArnError`] if the text does not start with `arn:` or holds fewer than five colons.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        match Self::split(text) {
            Some(colons) if text.starts_with("arn:") => Ok(Self {
                text: text.into(),
                colons,
            }),
            _ => Err(ArnError(text.to_owned())),
        }
    }

    /// Puts an ARN together.
    ///
    /// The head parts are joined as they are, so none of them may hold a colon.
    pub fn of(
        partition: &str,
        service: &str,
        region: &str,
        account: &str,
        resource: &str,
    ) -> Result<Self, ArnError> {
        Self::parse(&format!(
            "arn:{partition}:{service}:{region}:{account}:{resource}"
        ))
    }

    fn split(text: &str) -> Option<[u32; 5]> {
        let mut colons = [0; 5];
        let mut found = memchr::memchr_iter(b':', text.as_bytes());
        for colon in &mut colons {
            *colon = u32::try_from(found.next()?).ok()?;
        }
        Some(colons)
    }

    fn part(&self, index: usize) -> &str {
        let start = self.colons[index] as usize + 1;
        let end = self
            .colons
            .get(index + 1)
            .map_or(self.text.len(), |colon| *colon as usize);
        &self.text[start..end]
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub fn partition(&self) -> &str {
        self.part(0)
    }

    /// The service's prefix, such as `s3`.
    pub fn service(&self) -> &str {
        self.part(1)
    }

    /// The region; empty for global resources.
    pub fn region(&self) -> &str {
        self.part(2)
    }

    /// The account id; empty for S3 and `aws` for what AWS owns.
    pub fn account(&self) -> &str {
        self.part(3)
    }

    /// All that follows the fifth colon.
    pub fn resource(&self) -> &str {
        self.part(4)
    }
}

/// The text is no ARN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an ARN")]
pub struct ArnError(String);

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl AsRef<str> for Arn {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_the_first_five_colons() {
        let arn = Arn::parse("arn:aws:lambda:us-east-1:111122223333:function:f:$LATEST").unwrap();
        assert_eq!(
            (
                arn.partition(),
                arn.service(),
                arn.region(),
                arn.account(),
                arn.resource()
            ),
            (
                "aws",
                "lambda",
                "us-east-1",
                "111122223333",
                "function:f:$LATEST"
            ),
        );
        let object = Arn::parse("arn:aws:s3:::b/k:1").unwrap();
        assert_eq!(
            (object.region(), object.account(), object.resource()),
            ("", "", "b/k:1")
        );
    }

    #[test]
    fn refuses_what_is_no_arn() {
        for text in [
            "",
            "*",
            "arn:aws:s3",
            "arn:aws:s3::b",
            "ARN:aws:s3:::b",
            "x:aws:s3:::b",
        ] {
            assert!(Arn::parse(text).is_err(), "{text}");
        }
    }
}
