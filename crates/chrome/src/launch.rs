//! Finding and starting Chrome.

use std::path::PathBuf;
use std::time::Duration;

/// The Debian package that holds a Chrome that fits.
const PACKAGE: &str = "chromium-headless-shell";

/// Chrome could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// There is none.
    #[error(
        "no Chrome in /opt/bin or PATH (looked for {}); on Debian: apt-get install {PACKAGE}",
        .looked_for.join(", ")
    )]
    Missing {
        /// The names that were looked for.
        looked_for: Vec<&'static str>,
    },
    /// It is too old.
    #[error("`{}` is Chrome {found}, but {oldest} or newer is needed; on Debian: apt-get install {PACKAGE}", program.display())]
    TooOld {
        /// The program.
        program: PathBuf,
        /// Its version.
        found: String,
        /// The oldest major version that fits.
        oldest: u32,
    },
    /// The system refused to start it.
    #[error(transparent)]
    Spawn(#[from] process::SpawnError),
    /// It ended before it answered.
    #[error("`{}` {exit} while it started; it printed:\n{stderr}", program.display())]
    Ended {
        /// The program.
        program: PathBuf,
        /// How it ended.
        exit: process::Exit,
        /// The end of what it printed.
        stderr: process::StderrTail,
    },
    /// It did not answer in time.
    #[error("`{}` did not answer within {patience:?}; it printed:\n{stderr}", program.display())]
    Silent {
        /// The program.
        program: PathBuf,
        /// How long it was waited for.
        patience: Duration,
        /// The end of what it printed.
        stderr: process::StderrTail,
    },
}
