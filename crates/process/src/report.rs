//! What a keeper writes to its owner as its last act.

use crate::usage::Usage;
use std::time::Duration;

/// Why the keeper ended the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The program ended by itself.
    ProgramEnded,
    /// The deadline passed.
    Deadline,
    /// The owner asked, or went away.
    Owner,
}

/// The last words of a keeper. Written once, in one write, when no descendant is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) cause: Cause,
    /// The program's status as `waitpid` gives it.
    pub(crate) wait_status: i32,
    pub(crate) usage: Usage,
}

impl Report {
    pub(crate) const LENGTH: usize = 32;

    /// Never allocates: it runs in a forked process.
    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let cause: u32 = match self.cause {
            Cause::ProgramEnded => 0,
            Cause::Deadline => 1,
            Cause::Owner => 2,
        };
        bytes[0..4].copy_from_slice(&cause.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.wait_status.to_le_bytes());
        bytes[8..16].copy_from_slice(&micros(self.usage.user).to_le_bytes());
        bytes[16..24].copy_from_slice(&micros(self.usage.system).to_le_bytes());
        bytes[24..32].copy_from_slice(&self.usage.peak_resident_bytes.to_le_bytes());
        bytes
    }

    /// `None` if the keeper did not write a whole report, which means that it was killed.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::LENGTH] = bytes.try_into().ok()?;
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(word)
        };
        let cause = match u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) {
            0 => Cause::ProgramEnded,
            1 => Cause::Deadline,
            2 => Cause::Owner,
            _ => return None,
        };
        Some(Self {
            cause,
            wait_status: i32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]),
            usage: Usage {
                user: Duration::from_micros(word(8)),
                system: Duration::from_micros(word(16)),
                peak_resident_bytes: word(24),
            },
        })
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_survives_its_bytes() {
        let report = Report {
            cause: Cause::Deadline,
            wait_status: 0x0009,
            usage: Usage {
                user: Duration::from_micros(1_234_567),
                system: Duration::from_micros(89),
                peak_resident_bytes: 1 << 40,
            },
        };
        assert_eq!(Report::from_bytes(&report.to_bytes()), Some(report));
        assert_eq!(Report::from_bytes(&report.to_bytes()[1..]), None);
    }
}
