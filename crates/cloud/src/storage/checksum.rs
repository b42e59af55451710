//! Checksums of object bytes: computed while the bytes pass, compared before anything is committed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use crc_fast::CrcAlgorithm;
use md5::Digest as _;
use serde::{Deserialize, Serialize};

/// A checksum algorithm that clients may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// What a stored checksum was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Coverage {
    /// All bytes of the object.
    FullObject,
    /// The checksums of its parts, in order.
    Composite,
}

/// The checksum that an object or a part carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    pub(crate) coverage: Coverage,
    /// Base64; composite ones end in `-` and the number of parts.
    pub(crate) value: String,
}

/// A checksum as a client states it: the raw bytes, big-endian for the CRCs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) algorithm: Algorithm,
    pub(crate) value: Vec<u8>,
}

/// A checksum value that is not base64 of the algorithm's length.
#[derive(Debug, thiserror::Error)]
#[error("the value for {} is not a valid checksum", .0.name())]
pub(crate) struct MalformedClaim(pub(crate) Algorithm);

impl Algorithm {
    /// Every algorithm.
    pub(crate) const ALL: [Self; 5] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
    ];

    /// The name as the API spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The algorithm of that name, in any letter case.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The header that carries a value of this algorithm.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// What a multipart object's checksum covers unless the upload says otherwise.
    pub(crate) fn multipart_coverage(self) -> Coverage {
        match self {
            Self::Crc64Nvme => Coverage::FullObject,
            Self::Crc32 | Self::Crc32c | Self::Sha1 | Self::Sha256 => Coverage::Composite,
        }
    }

    /// Whether values of parts can be combined into the value of the whole.
    pub(crate) fn combines(self) -> bool {
        self.crc().is_some()
    }

    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    fn big_endian(self, crc: u64) -> Vec<u8> {
        crc.to_be_bytes()[8 - self.length()..].to_vec()
    }
}

impl Claim {
    /// Reads a value from a checksum header or trailer.
    pub(crate) fn parse(algorithm: Algorithm, text: &str) -> Result<Self, MalformedClaim> {
        match BASE64.decode(text) {
            Ok(value) if value.len() == algorithm.length() => Ok(Self { algorithm, value }),
            _ => Err(MalformedClaim(algorithm)),
        }
    }
}

/// Takes one checksum over bytes that come in pieces.
pub(crate) struct Hasher {
    algorithm: Algorithm,
    state: State,
}

enum State {
    Crc(crc_fast::Digest),
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
}

impl Hasher {
    /// A hasher that has seen no byte.
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let state = match (algorithm, algorithm.crc()) {
            (_, Some(crc)) => State::Crc(crc_fast::Digest::new(crc)),
            (Algorithm::Sha1, None) => State::Sha1(sha1::Sha1::new()),
            (_, None) => State::Sha256(sha2::Sha256::new()),
        };
        Self { algorithm, state }
    }

    /// Takes in the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Crc(crc) => crc.update(bytes),
            State::Sha1(sha1) => sha1.update(bytes),
            State::Sha256(sha256) => sha256.update(bytes),
        }
    }

    /// The checksum of all bytes taken in, as raw bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        match self.state {
            State::Crc(crc) => self.algorithm.big_endian(crc.finalize()),
            State::Sha1(sha1) => sha1.finalize().to_vec(),
            State::Sha256(sha256) => sha256.finalize().to_vec(),
        }
    }
}

impl Checksum {
    /// The checksum of a whole object or part from its raw bytes.
    pub(crate) fn full(algorithm: Algorithm, raw: &[u8]) -> Self {
        Self {
            algorithm,
            coverage: Coverage::FullObject,
            value: BASE64.encode(raw),
        }
    }

    /// Whether `claim` states this checksum.
    pub(crate) fn is(&self, claim: &Claim) -> bool {
        self.algorithm == claim.algorithm && self.value == BASE64.encode(&claim.value)
    }

    /// The checksum of an object made of `parts`, each with its checksum and size in bytes.
    ///
    /// `None` if a part has a checksum of another algorithm, or if the values cannot be combined to a full one.
    pub(crate) fn of_parts<'a>(
        algorithm: Algorithm,
        coverage: Coverage,
        parts: impl Iterator<Item = (&'a Checksum, u64)>,
    ) -> Option<Self> {
        let raw = parts.map(|(checksum, size)| {
            let same = checksum.algorithm == algorithm && checksum.coverage == Coverage::FullObject;
            Some((BASE64.decode(&checksum.value).ok().filter(|_| same)?, size))
        });
        match coverage {
            Coverage::Composite => Self::composite(algorithm, raw),
            Coverage::FullObject => Self::combined(algorithm, raw),
        }
    }

    fn composite(
        algorithm: Algorithm,
        parts: impl Iterator<Item = Option<(Vec<u8>, u64)>>,
    ) -> Option<Self> {
        let mut hasher = Hasher::new(algorithm);
        let mut count = 0;
        for part in parts {
            hasher.update(&part?.0);
            count += 1;
        }
        let value = format!("{}-{count}", BASE64.encode(hasher.finish()));
        Some(Self {
            algorithm,
            coverage: Coverage::Composite,
            value,
        })
    }

    fn combined(
        algorithm: Algorithm,
        parts: impl Iterator<Item = Option<(Vec<u8>, u64)>>,
    ) -> Option<Self> {
        let crc = algorithm.crc()?;
        let mut whole = crc_fast::Digest::new(crc).finalize();
        for part in parts {
            let (raw, size) = part?;
            let value = raw
                .iter()
                .fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            whole = crc_fast::checksum_combine(crc, whole, value, size);
        }
        Some(Self::full(algorithm, &algorithm.big_endian(whole)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the catalogues, over `123456789`.
    #[test]
    fn check_values() {
        for (algorithm, value) in [
            (Algorithm::Crc32, "y/Q5Jg=="),
            (Algorithm::Crc32c, "4waSgw=="),
            (Algorithm::Crc64Nvme, "rosUhgp5mIg="),
            (Algorithm::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
            (
                Algorithm::Sha256,
                "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
            ),
        ] {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(b"1234");
            hasher.update(b"56789");
            let raw = hasher.finish();
            assert_eq!(BASE64.encode(&raw), value, "{algorithm:?}");
            assert_eq!(Claim::parse(algorithm, value).unwrap().value, raw);
            assert!(Claim::parse(algorithm, "AAA=").is_err());
            assert!(Claim::parse(algorithm, "not base64").is_err());
        }
    }

    proptest::proptest! {
        /// Combining the CRCs of parts equals taking one over all bytes.
        #[test]
        fn parts_combine_to_the_whole(parts: Vec<Vec<u8>>) {
            for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| algorithm.combines()) {
                let full = |bytes: &[u8]| {
                    let mut hasher = Hasher::new(algorithm);
                    hasher.update(bytes);
                    Checksum::full(algorithm, &hasher.finish())
                };
                let sums: Vec<_> = parts.iter().map(|part| (full(part), part.len() as u64)).collect();
                let combined = Checksum::of_parts(
                    algorithm,
                    Coverage::FullObject,
                    sums.iter().map(|(sum, size)| (sum, *size)),
                );
                proptest::prop_assert_eq!(combined, Some(full(&parts.concat())));
            }
        }
    }
}
