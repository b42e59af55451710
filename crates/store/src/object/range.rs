//! Ranges of bytes, as HTTP asks for them and as answers give them.

use std::fmt;

/// One range of an object, as a `Range` header asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From this byte to the end.
    From(u64),
    /// Both ends inclusive; the second may lie behind the end of the object.
    Between(u64, u64),
    /// This many bytes before the end.
    Last(u64),
}

impl ByteRange {
    /// Reads a `Range` header. `None` for what HTTP allows to ignore: other units, several ranges,
    /// ends before starts.
    pub fn parse(header: &str) -> Option<Self> {
        let (start, end) = header
            .trim()
            .strip_prefix("bytes=")?
            .trim()
            .split_once('-')?;
        match (start, end) {
            ("", length) => Some(Self::Last(digits(length)?)),
            (start, "") => Some(Self::From(digits(start)?)),
            (start, end) => {
                let (start, end) = (digits(start)?, digits(end)?);
                (start <= end).then_some(Self::Between(start, end))
            }
        }
    }

    /// The bytes that this means in an object of `size` bytes, both ends inclusive.
    ///
    /// `None` when no byte is meant, which HTTP answers with 416.
    pub fn within(self, size: u64) -> Option<(u64, u64)> {
        let last = size.checked_sub(1)?;
        match self {
            Self::From(start) => (start <= last).then_some((start, last)),
            Self::Between(start, end) => (start <= last).then(|| (start, end.min(last))),
            Self::Last(0) => None,
            Self::Last(length) => Some((size.saturating_sub(length), last)),
        }
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(start) => write!(formatter, "bytes={start}-"),
            Self::Between(start, end) => write!(formatter, "bytes={start}-{end}"),
            Self::Last(length) => write!(formatter, "bytes=-{length}"),
        }
    }
}

/// What part of which whole an answer carries, from its `Content-Range`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentRange {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) size: u64,
}

impl ContentRange {
    /// Reads `bytes FIRST-LAST/SIZE`. `None` for anything else, an unknown size included: without
    /// it nobody can seek.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let (range, size) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let range = Self {
            first: digits(first)?,
            last: digits(last)?,
            size: digits(size)?,
        };
        (range.first <= range.last && range.last < range.size).then_some(range)
    }

    /// Whether this is what `asked` means in a whole of that size.
    pub(crate) fn answers(self, asked: ByteRange) -> bool {
        asked.within(self.size) == Some((self.first, self.last))
    }

    pub(crate) fn length(self) -> u64 {
        self.last - self.first + 1
    }
}

/// A number without the sign that `parse` would take.
fn digits(text: &str) -> Option<u64> {
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_that_http_ignores_are_none() {
        for header in [
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=+1-2",
            "bytes=1-x",
            "0-1",
        ] {
            assert_eq!(ByteRange::parse(header), None, "{header}");
        }
    }

    #[test]
    fn content_ranges_must_be_consistent() {
        for header in [
            "bytes 0-9/*",
            "bytes */10",
            "bytes 5-4/10",
            "bytes 0-10/10",
            "bytes=0-1/2",
            "0-1/2",
        ] {
            assert_eq!(ContentRange::parse(header), None, "{header}");
        }
        let range = ContentRange::parse("bytes 2-4/10").expect("a range");
        assert!(range.answers(ByteRange::Between(2, 4)));
        assert!(!range.answers(ByteRange::Between(2, 5)));
        assert!(!range.answers(ByteRange::From(2)));
        assert_eq!(range.length(), 3);
    }

    fn any_range() -> impl Strategy<Value = ByteRange> {
        prop_oneof![
            any::<u64>().prop_map(ByteRange::From),
            (any::<u64>(), any::<u64>()).prop_map(|(a, b)| ByteRange::Between(a.min(b), a.max(b))),
            any::<u64>().prop_map(ByteRange::Last),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(range in any_range()) {
            prop_assert_eq!(ByteRange::parse(&range.to_string()), Some(range));
        }

        #[test]
        fn a_meant_range_lies_inside(range in any_range(), size in any::<u64>()) {
            if let Some((first, last)) = range.within(size) {
                prop_assert!(first <= last && last < size);
            }
        }

        #[test]
        fn small_ranges_mean_what_counting_says(a in 0..12_u64, b in 0..12_u64, size in 0..10_u64) {
            let all: Vec<u64> = (0..size).collect();
            let check = |range: ByteRange, expected: Vec<u64>| {
                let got = range.within(size).map_or(Vec::new(), |(first, last)| (first..=last).collect());
                assert_eq!(got, expected, "{range} of {size}");
            };
            check(ByteRange::From(a), all.iter().copied().filter(|i| *i >= a).collect());
            if a <= b {
                check(ByteRange::Between(a, b), all.iter().copied().filter(|i| *i >= a && *i <= b).collect());
            }
            check(ByteRange::Last(a), all.iter().copied().filter(|i| *i + a >= size).collect());
        }
    }
}
