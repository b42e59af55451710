//! Decimal numbers of any size.

use std::cmp::Ordering;

/// A decimal number, exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    // INVARIANT: false for zero.
    negative: bool,
    // INVARIANT: no leading zeros.
    whole: Box<str>,
    // INVARIANT: no trailing zeros.
    fraction: Box<str>,
}

impl Decimal {
    /// Reads digits with an optional sign and point; `None` for all else, exponents included.
    // spec: iam/conditions#numeric
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        let is_zero = whole.is_empty() && fraction.is_empty();
        let negative = text.starts_with('-') && !is_zero;
        Some(Self {
            negative,
            whole: whole.into(),
            fraction: fraction.into(),
        })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = || {
            let by_length = self.whole.len().cmp(&other.whole.len());
            // Digits of equal length and fractions compare as text does.
            by_length
                .then_with(|| self.whole.cmp(&other.whole))
                .then_with(|| self.fraction.cmp(&other.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(),
            (true, true) => size().reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_by_value() {
        let ascending = [
            "-10",
            "-9.5",
            "-0.1",
            "0",
            "0.05",
            "0.5",
            ".75",
            "1",
            "9",
            "10",
            "10.01",
            "99999999999999999999",
        ];
        for (index, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                let compared = Decimal::parse(left)
                    .unwrap()
                    .cmp(&Decimal::parse(right).unwrap());
                assert_eq!(compared, index.cmp(&other), "{left} {right}");
            }
        }
    }

    #[test]
    fn writing_does_not_matter() {
        for (left, right) in [
            ("10", "10.0"),
            ("007", "7"),
            ("-0", "0"),
            ("1.", "1"),
            ("+3", "3"),
        ] {
            assert_eq!(Decimal::parse(left), Decimal::parse(right));
        }
        for text in [
            "", "-", ".", "1e3", "0x1", " 1", "1,5", "1.2.3", "ten", "\u{0661}",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
