//! `--frames`: a range of frames.

use std::str::FromStr;

/// Frames counted from 0, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frames {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl FromStr for Frames {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| {
            part.trim()
                .parse::<u32>()
                .map_err(|_| "A-B is expected, such as 0-89".to_owned())
        };
        let (first, last) = match text.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(text)?, number(text)?),
        };
        if first > last {
            return Err(format!(
                "the range ends before it starts; did you mean {last}-{first}?"
            ));
        }
        Ok(Self { first, last })
    }
}

#[cfg(test)]
mod tests {
    use super::Frames;

    #[test]
    fn a_range_has_two_ends_or_one() {
        assert_eq!("3-9".parse(), Ok(Frames { first: 3, last: 9 }));
        assert_eq!("5".parse(), Ok(Frames { first: 5, last: 5 }));
        for wrong in ["", "-", "9-3", "a-b", "1-", "-1", "1-2-3"] {
            assert!(wrong.parse::<Frames>().is_err(), "{wrong}");
        }
    }
}
