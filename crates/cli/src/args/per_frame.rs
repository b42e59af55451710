//! `--timeout`: a duration with its unit.

use std::str::FromStr;
use std::time::Duration;

/// The page's own timers end two seconds before this, and need time to say why.
const SHORTEST: Duration = Duration::from_millis(7_000);

/// How long one frame may take to become ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PerFrame(pub(crate) Duration);

impl FromStr for PerFrame {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let milliseconds = match unit.trim() {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "" => {
                return Err(format!(
                    "it needs a unit: did you mean `{number}s` or `{number}ms`?"
                ));
            }
            other => return Err(format!("`{other}` is no unit; ms, s and m are")),
        };
        let number: u64 = number
            .parse()
            .map_err(|_| "a number and a unit are expected, such as 30s".to_owned())?;
        let duration = number.checked_mul(milliseconds).map(Duration::from_millis);
        match duration {
            Some(duration) if duration >= SHORTEST => Ok(Self(duration)),
            Some(_) => Err("a frame gets at least 7s".into()),
            None => Err("that is longer than any clock".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::PerFrame;

    #[test]
    fn a_duration_has_a_unit() {
        assert_eq!("30s".parse(), Ok(PerFrame(Duration::from_secs(30))));
        assert_eq!("7500ms".parse(), Ok(PerFrame(Duration::from_millis(7_500))));
        assert_eq!("2m".parse(), Ok(PerFrame(Duration::from_secs(120))));
        for wrong in [
            "30",
            "s",
            "",
            "1h",
            "-3s",
            "1.5s",
            "6s",
            "99999999999999999999s",
            "18446744073709551615m",
        ] {
            assert!(wrong.parse::<PerFrame>().is_err(), "{wrong}");
        }
        assert!("30".parse::<PerFrame>().unwrap_err().contains("`30s`"));
    }
}
