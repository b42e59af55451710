//! Actions as a request names them.

use std::fmt;
use std::str::FromStr;

/// An action that a request needs, such as `s3:GetObject`.
///
/// Compared without regard to ASCII case, as AWS does; shown as it was written.
#[derive(Clone)]
pub struct Action {
    written: Box<str>,
    // INVARIANT: the ASCII lower-case form of `written`, one colon at `colon`.
    lower: Box<str>,
    colon: usize,
    service_hash: u64,
    hash: u64,
}

impl Action {
    /// Reads `service:Name`.
    ///
    /// # Errors
    /// [`ActionError`] if either part is empty, there is not exactly one colon, or a wildcard stands in it.
    pub fn parse(text: &str) -> Result<Self, ActionError> {
        let refused = || ActionError(text.to_owned());
        let (service, name) = text.split_once(':').ok_or_else(refused)?;
        let is_plain = |part: &str| !part.is_empty() && !part.contains([':', '*', '?']);
        if !is_plain(service) || !is_plain(name) {
            return Err(refused());
        }
        let lower = text.to_ascii_lowercase().into_boxed_str();
        let colon = service.len();
        let (service_hash, hash) = (hash(service), hash(text));
        Ok(Self {
            written: text.into(),
            lower,
            colon,
            service_hash,
            hash,
        })
    }

    /// The action as written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The service's prefix in lower case.
    pub fn service(&self) -> &str {
        &self.lower[..self.colon]
    }

    /// The name as written, without the prefix.
    pub fn name(&self) -> &str {
        &self.written[self.colon + 1..]
    }

    /// Whether this is `other`, by AWS's comparison.
    pub fn is(&self, other: &str) -> bool {
        self.written.eq_ignore_ascii_case(other)
    }

    pub(crate) fn lower(&self) -> &str {
        &self.lower
    }

    pub(crate) fn hashes(&self) -> (u64, u64) {
        (self.service_hash, self.hash)
    }
}

/// The index key of an action or a service: the same in every process, and for upper and lower case.
pub(crate) fn hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    // Letters of either case become one; that other characters do, too, makes a candidate more, and no other answer.
    let mix = |hash: u64, word: u64| {
        (hash.rotate_left(5) ^ (word | 0x2020_2020_2020_2020)).wrapping_mul(0x517c_c1b7_2722_0a95)
    };
    match bytes.last_chunk::<8>() {
        Some(last) => {
            let (words, _) = bytes.as_chunks::<8>();
            let words = words
                .iter()
                .chain([last])
                .map(|word| u64::from_le_bytes(*word));
            words.fold(bytes.len() as u64, mix)
        }
        None => bytes
            .iter()
            .fold(0, |hash, byte| mix(hash, u64::from(*byte))),
    }
}

/// The text names no single action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an action of the form `service:Name`")]
pub struct ActionError(String);

impl FromStr for Action {
    type Err = ActionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl PartialEq for Action {
    fn eq(&self, other: &Self) -> bool {
        self.lower == other.lower
    }
}

impl Eq for Action {}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
