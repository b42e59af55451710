//! Names of functions, buckets and renders.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::version::Version;

/// What every render function's name starts with; policies match on it.
pub const FUNCTION_PREFIX: &str = "remotion-render-";

/// What every bucket's name starts with; policies match on it.
pub const BUCKET_PREFIX: &str = "remotionlambda-";

/// The name of the clip cutter.
pub const CLIP_FUNCTION: &str = "ffmpeg-clip-cutter";

/// A render function's name, which tells its version and its sizes.
///
/// Written as `remotion-render-4-0-527-mem2048mb-disk10240mb-900sec`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FunctionName {
    // INVARIANT: at most 10 characters, dots and pluses written as dashes
    version: String,
    /// Memory in MiB, 512 to 10240.
    pub memory_mib: u32,
    /// Size of `/tmp` in MiB, 512 to 10240.
    pub disk_mib: u32,
    /// How long one invocation may take, in seconds, 15 to 900.
    pub timeout_seconds: u32,
}

/// A name that does not follow the convention for render functions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is no render function's name: expected remotion-render-<version>-mem<N>mb-disk<N>mb-<N>sec"
)]
pub struct FunctionNameError {
    name: String,
}

impl FunctionName {
    /// The name of a function of `version` with these sizes.
    #[must_use]
    pub fn new(version: &Version, memory_mib: u32, disk_mib: u32, timeout_seconds: u32) -> Self {
        let version = version
            .as_str()
            .chars()
            .map(|c| if matches!(c, '.' | '+') { '-' } else { c })
            .take(10);
        Self {
            version: version.collect(),
            memory_mib,
            disk_mib,
            timeout_seconds,
        }
    }

    /// The version that the name tells. A version of more than ten characters is cut in the name.
    #[must_use]
    pub fn version(&self) -> Version {
        Version::new(self.version.replacen('-', ".", 2))
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            version,
            memory_mib,
            disk_mib,
            timeout_seconds,
        } = self;
        write!(
            f,
            "{FUNCTION_PREFIX}{version}-mem{memory_mib}mb-disk{disk_mib}mb-{timeout_seconds}sec"
        )
    }
}

impl FromStr for FunctionName {
    type Err = FunctionNameError;

    fn from_str(name: &str) -> Result<Self, FunctionNameError> {
        parse_function_name(name).ok_or_else(|| FunctionNameError {
            name: name.to_owned(),
        })
    }
}

fn parse_function_name(name: &str) -> Option<FunctionName> {
    let rest = name.strip_prefix(FUNCTION_PREFIX)?.strip_suffix("sec")?;
    let (rest, timeout) = rest.rsplit_once('-')?;
    let (rest, disk) = rest.rsplit_once('-')?;
    let (version, memory) = rest.rsplit_once('-')?;
    Some(FunctionName {
        version: version.to_owned(),
        memory_mib: mebibytes(memory, "mem")?,
        disk_mib: mebibytes(disk, "disk")?,
        timeout_seconds: timeout.parse().ok()?,
    })
}

fn mebibytes(text: &str, label: &str) -> Option<u32> {
    text.strip_prefix(label)?.strip_suffix("mb")?.parse().ok()
}

/// The name of a bucket that renders and sites are kept in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BucketName(String);

impl BucketName {
    /// The conventional name in `region`, told apart by `suffix`: ten characters of [`HASH_ALPHABET`].
    #[must_use]
    pub fn conventional(region: &str, suffix: &str) -> Self {
        Self(format!(
            "{BUCKET_PREFIX}{}-{suffix}",
            region.replace('-', "")
        ))
    }

    /// The name as it is, conventional or not.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region that a conventional name tells, among `regions`.
    #[must_use]
    pub fn region<'a>(&self, regions: &[&'a str]) -> Option<&'a str> {
        let (told, suffix) = self.0.strip_prefix(BUCKET_PREFIX)?.rsplit_once('-')?;
        let plain = !suffix.is_empty() && suffix.bytes().all(|b| b.is_ascii_alphanumeric());
        regions
            .iter()
            .find(|region| plain && region.replace('-', "") == told)
            .copied()
    }
}

impl From<String> for BucketName {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl From<&str> for BucketName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What random parts of names are made of.
pub const HASH_ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// How many characters the random part of a name has.
pub const HASH_LENGTH: usize = 10;

/// The random part of a name, from random bytes that the caller provides.
#[must_use]
pub fn hash(random: [u64; HASH_LENGTH]) -> String {
    let letters = HASH_ALPHABET.len() as u64;
    random
        .iter()
        .map(|&n| char::from(HASH_ALPHABET[(n % letters) as usize]))
        .collect()
}

/// How long a bucket's lifecycle rules keep a render.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeleteAfter {
    /// One day.
    #[serde(rename = "1-day")]
    OneDay,
    /// Three days.
    #[serde(rename = "3-days")]
    ThreeDays,
    /// Seven days.
    #[serde(rename = "7-days")]
    SevenDays,
    /// Thirty days.
    #[serde(rename = "30-days")]
    ThirtyDays,
}

impl DeleteAfter {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [
        Self::OneDay,
        Self::ThreeDays,
        Self::SevenDays,
        Self::ThirtyDays,
    ];

    /// The days that it stands for.
    #[must_use]
    pub fn days(self) -> u32 {
        match self {
            Self::OneDay => 1,
            Self::ThreeDays => 3,
            Self::SevenDays => 7,
            Self::ThirtyDays => 30,
        }
    }

    /// What a render id starts with, and what a lifecycle rule's prefix and id end with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::OneDay => "1-day",
            Self::ThreeDays => "3-days",
            Self::SevenDays => "7-days",
            Self::ThirtyDays => "30-days",
        }
    }
}

/// The id of a render. It is part of its objects' keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RenderId(
    // INVARIANT: one or more of [A-Za-z0-9-_]
    String,
);

/// A render id with characters that could change the meaning of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no render id: letters, digits, `-` and `_` are expected")]
pub struct RenderIdError(String);

impl RenderId {
    /// A fresh id; `hash` is [`hash`] of random numbers.
    ///
    /// # Errors
    /// [`RenderIdError`] if `hash` has other characters than the alphabet of [`hash`].
    pub fn new(delete_after: Option<DeleteAfter>, hash: &str) -> Result<Self, RenderIdError> {
        match delete_after {
            None => hash.parse(),
            Some(after) => format!("{}-{hash}", after.prefix()).parse(),
        }
    }

    /// The id as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RenderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RenderId {
    type Err = RenderIdError;

    fn from_str(id: &str) -> Result<Self, RenderIdError> {
        id.to_owned().try_into()
    }
}

impl TryFrom<String> for RenderId {
    type Error = RenderIdError;

    fn try_from(id: String) -> Result<Self, RenderIdError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if id.is_empty() || !id.bytes().all(plain) {
            return Err(RenderIdError(id));
        }
        Ok(Self(id))
    }
}

impl From<RenderId> for String {
    fn from(id: RenderId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_names_round_trip() {
        let name = FunctionName::new(&Version::current(), 2048, 10240, 900);
        assert_eq!(
            name.to_string(),
            "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec"
        );
        assert_eq!(name.to_string().parse(), Ok(name.clone()));
        assert_eq!(name.version(), Version::current());
        let long = FunctionName::new(&Version::new("4.0.527-alpha+1"), 512, 512, 15);
        assert_eq!(
            long.to_string(),
            "remotion-render-4-0-527-al-mem512mb-disk512mb-15sec"
        );
    }

    #[test]
    fn other_names_are_refused() {
        for name in [
            "remotion-render-4-0-527",
            "ffmpeg-clip-cutter",
            "remotion-render-4-0-527-mem2048mb-disk10240mb-900",
            "remotion-render-4-0-527-memmb-disk10240mb-900sec",
        ] {
            assert!(name.parse::<FunctionName>().is_err(), "{name}");
        }
    }

    #[test]
    fn bucket_names_tell_their_region() {
        let regions = ["eu-central-1", "us-east-1"];
        let bucket = BucketName::conventional("us-east-1", "abc123def4");
        assert_eq!(bucket.as_str(), "remotionlambda-useast1-abc123def4");
        assert_eq!(bucket.region(&regions), Some("us-east-1"));
        assert_eq!(BucketName::from("my-bucket").region(&regions), None);
        assert_eq!(
            BucketName::from("remotionlambda-useast1-").region(&regions),
            None
        );
    }

    #[test]
    fn render_ids_cannot_leave_their_folder() {
        assert_eq!(
            RenderId::new(Some(DeleteAfter::OneDay), "a1b2c3d4e5")
                .unwrap()
                .as_str(),
            "1-day-a1b2c3d4e5"
        );
        for id in ["", "a/b", "..", "a b"] {
            assert!(id.parse::<RenderId>().is_err(), "{id}");
        }
    }

    #[test]
    fn a_hash_uses_the_alphabet_alone() {
        assert_eq!(
            hash([0, 1, 35, 36, 25, 26, 0, 0, 0, u64::MAX]),
            "ab9az0aaap"
        );
    }
}
