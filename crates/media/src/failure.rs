//! How a run of ffmpeg goes wrong.

use process::{Ended, Exit, SpawnError, StderrTail};
use std::fmt;
use std::io;
use std::time::Duration;

/// ffmpeg could not be run to a good end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It was not started.
    #[error("ffmpeg could not be started")]
    NotStarted(#[from] SpawnError),
    /// It ended in another way than with exit code 0.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// Our end of a pipe to or from it broke, although it ended well.
    #[error("the pipe to ffmpeg broke")]
    Pipe(#[source] io::Error),
}

/// ffmpeg ended before its work was done.
#[derive(Debug, Clone)]
pub struct Failure {
    kind: FailureKind,
    exit: Exit,
    elapsed: Duration,
    stderr: StderrTail,
}

/// How much of its input a run is to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// What there is: a file that was cut off is read as far as it goes.
    WhatThereIs,
    /// All that it was asked for: a file that was cut off before is lost input.
    All,
}

/// Why ffmpeg failed, as far as a caller can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The disk it wrote to is full.
    DiskFull,
    /// It passed the deadline that it was given.
    Deadline,
    /// Something outside ended it: the kernel for want of memory, or a user.
    Killed,
    /// What it read is damaged, or not what its name says.
    InvalidInput,
    /// What it read broke off before its end.
    InputLost,
    /// Something else; the tail of its messages tells.
    Other,
}

impl Failure {
    /// The failure that `ended` is. `None` for a run that ended well: one that lost its input does not, although ffmpeg
    /// takes a lost connection for the end of a file and exits with code 0.
    pub(crate) fn of(ended: Ended, elapsed: Duration, wanted: Wanted) -> Option<Self> {
        let kind = kind_of(ended.exit, &ended.stderr, wanted);
        if ended.exit.is_success() && kind != FailureKind::InputLost {
            return None;
        }
        Some(Self {
            kind,
            exit: ended.exit,
            elapsed,
            stderr: ended.stderr,
        })
    }

    /// Why, as far as a caller can act on it.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// How the process ended.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The last lines that it printed.
    pub fn stderr(&self) -> &StderrTail {
        &self.stderr
    }
}

impl RunError {
    /// Why ffmpeg failed, where it ran and failed.
    pub fn kind(&self) -> Option<FailureKind> {
        match self {
            Self::Failed(failure) => Some(failure.kind),
            Self::NotStarted(_) | Self::Pipe(_) => None,
        }
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == FailureKind::DiskFull {
            f.write_str("the disk is full: ")?;
        }
        write!(f, "ffmpeg {} after {:.1?}", self.exit, self.elapsed)?;
        if !self.stderr.is_empty() {
            write!(f, "; it printed:\n{}", self.stderr)?;
        }
        Ok(())
    }
}

/// What ffmpeg prints when a connection breaks.
const LOST: [&str; 5] = [
    "Stream ends prematurely",
    "Input/output error",
    "Connection reset",
    "Connection refused",
    "Connection timed out",
];

/// What it prints, and exits with code 0, when a file ends before its index does.
const CUT_OFF: [&str; 2] = [": partial file", "File ended prematurely"];

fn kind_of(exit: Exit, stderr: &StderrTail, wanted: Wanted) -> FailureKind {
    let printed = |text: &str| stderr.lines().any(|line| line.contains(text));
    let is_cut_off = || wanted == Wanted::All && CUT_OFF.iter().any(|text| printed(text));
    match exit {
        Exit::Deadline => FailureKind::Deadline,
        Exit::Signal(_) | Exit::Killed | Exit::KeeperLost => FailureKind::Killed,
        Exit::Code(_) if printed("No space left on device") => FailureKind::DiskFull,
        Exit::Code(_) if LOST.iter().any(|text| printed(text)) => FailureKind::InputLost,
        Exit::Code(_) if is_cut_off() => FailureKind::InputLost,
        Exit::Code(_) if printed("Invalid data found when processing input") => {
            FailureKind::InvalidInput
        }
        Exit::Code(_) => FailureKind::Other,
    }
}
