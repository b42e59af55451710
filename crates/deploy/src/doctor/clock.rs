//! Whether this machine's clock agrees with the server's.

use std::time::Duration;

use jiff::Timestamp;

use super::{Finding, Verdict};

/// AWS refuses a signature that is farther off than this.
const REFUSED: Duration = Duration::from_secs(5 * 60);
/// A minute of difference is no trouble yet, and no accident any more.
const NOTICED: Duration = Duration::from_secs(60);

/// By how much this machine's clock is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    /// How much, whatever the direction.
    pub by: Duration,
    /// Whether this machine's clock runs ahead.
    pub is_ahead: bool,
}

/// Compares `here` with what a server said.
#[must_use]
pub fn skew(here: Timestamp, server: Timestamp) -> Skew {
    Skew {
        by: here.duration_since(server).unsigned_abs(),
        is_ahead: here > server,
    }
}

impl Skew {
    /// What it means.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let direction = if self.is_ahead { "ahead of" } else { "behind" };
        let seen = format!("{} s {direction} AWS", self.by.as_secs());
        let set = "set the machine's clock, for example with `timedatectl set-ntp true`";
        if self.by >= REFUSED {
            Finding::new("clock", Verdict::Bad, seen).advising(set)
        } else if self.by >= NOTICED {
            Finding::new("clock", Verdict::Advice, seen).advising(set)
        } else {
            Finding::new("clock", Verdict::Good, seen)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_minutes_are_too_much_in_both_directions() {
        let check = |seconds: i64, expected| {
            let server = Timestamp::from_second(1_000_000).unwrap();
            let here = Timestamp::from_second(1_000_000 + seconds).unwrap();
            assert_eq!(skew(here, server).finding().verdict, expected, "{seconds}");
        };
        check(0, Verdict::Good);
        check(-59, Verdict::Good);
        check(60, Verdict::Advice);
        check(299, Verdict::Advice);
        check(300, Verdict::Bad);
        check(-300, Verdict::Bad);
    }
}
