//! The program itself: where it is, and whether it is new enough.

use crate::failure::RunError;
use crate::invocation::Invocation;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;

/// What an operating system calls the program, and the package that brings it on Debian.
const PROGRAM: &str = "ffmpeg";

/// How long the program may take to tell its version.
const VERSION_PATIENCE: Duration = Duration::from_secs(20);

/// An ffmpeg that exists and is new enough. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    program: Arc<Path>,
    version: Version,
}

/// The release that an ffmpeg says it is. A build from a development branch carries no number and is taken for newer
/// than every release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Release);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Release {
    Numbered(u32, u32),
    Development,
}

/// No usable ffmpeg.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// None of the folders searched has it.
    #[error("ffmpeg is missing: install the package `ffmpeg` (Debian: apt-get install ffmpeg)")]
    Missing,
    /// It is older than [`Ffmpeg::OLDEST`].
    #[error(
        "`{}` is version {found}, but {} or newer is needed: install the package `ffmpeg` of Debian 12 or newer",
        program.display(), Ffmpeg::OLDEST
    )]
    TooOld {
        /// The program that was found.
        program: PathBuf,
        /// What it says it is.
        found: Version,
    },
    /// It does not run, or does not tell a version as ffmpeg does.
    #[error("`{}` does not run as ffmpeg: install the package `ffmpeg` (Debian: apt-get install ffmpeg)", program.display())]
    Unusable {
        /// The program that was found.
        program: PathBuf,
        /// What it did instead. `None` if it ran but printed something else.
        #[source]
        source: Option<RunError>,
    },
}

impl Ffmpeg {
    /// The oldest release that this crate is tested with: Debian 12's.
    pub const OLDEST: Version = Version(Release::Numbered(5, 1));

    /// Finds ffmpeg in `/opt/bin`, then in `PATH`, and checks its version.
    ///
    /// # Errors
    /// All of [`LocateError`].
    pub async fn locate() -> Result<Self, LocateError> {
        let program = process::find_program(&[PROGRAM]).ok_or(LocateError::Missing)?;
        Self::at(program).await
    }

    /// Takes the program at `program` and checks its version.
    ///
    /// # Errors
    /// [`LocateError::TooOld`], [`LocateError::Unusable`].
    pub async fn at(program: impl Into<PathBuf>) -> Result<Self, LocateError> {
        let program = program.into();
        let text = match ask_version(&program).await {
            Ok(text) => text,
            Err(source) => {
                return Err(LocateError::Unusable {
                    program,
                    source: Some(source),
                });
            }
        };
        match parse_version(&text) {
            None => Err(LocateError::Unusable {
                program,
                source: None,
            }),
            Some(found) if found < Self::OLDEST => Err(LocateError::TooOld { program, found }),
            Some(version) => Ok(Self {
                program: program.into(),
                version,
            }),
        }
    }

    /// The path of the program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The release.
    pub fn version(&self) -> Version {
        self.version
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Release::Numbered(major, minor) => write!(f, "{major}.{minor}"),
            Release::Development => f.write_str("unnumbered"),
        }
    }
}

async fn ask_version(program: &Path) -> Result<String, RunError> {
    let mut running = Invocation::bare(program)
        .args(["-version"])
        .output_piped()
        .start(Instant::now() + VERSION_PATIENCE)?;
    let mut text = String::new();
    let read = running
        .take_stdout()?
        .take(64 * 1024)
        .read_to_string(&mut text)
        .await;
    running.finish().await?;
    read.map_err(RunError::Pipe)?;
    Ok(text)
}

/// The version in the first line that ffmpeg prints: `5.1.9-0+deb12u1`, `7.0.2-static`, `n7.1`, `N-12345-gabcdef`.
fn parse_version(text: &str) -> Option<Version> {
    let word = text
        .strip_prefix("ffmpeg version ")?
        .split_whitespace()
        .next()?;
    let mut numbers = word
        .trim_start_matches('n')
        .split(|c: char| !c.is_ascii_digit());
    let Some(major) = numbers.next().and_then(|major| major.parse().ok()) else {
        return Some(Version(Release::Development));
    };
    let minor = numbers
        .next()
        .and_then(|minor| minor.parse().ok())
        .unwrap_or(0);
    Some(Version(Release::Numbered(major, minor)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_builders_write_them() {
        let cases = [
            (
                "ffmpeg version 5.1.9-0+deb12u1 Copyright (c)",
                Some(Version(Release::Numbered(5, 1))),
            ),
            (
                "ffmpeg version 7.0.2-static https://x",
                Some(Version(Release::Numbered(7, 0))),
            ),
            (
                "ffmpeg version n7.1 Copyright",
                Some(Version(Release::Numbered(7, 1))),
            ),
            (
                "ffmpeg version 8 Copyright",
                Some(Version(Release::Numbered(8, 0))),
            ),
            (
                "ffmpeg version N-117000-gabcdef Copyright",
                Some(Version(Release::Development)),
            ),
            ("bash 5.1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_version(text), expected, "{text}");
        }
    }
}
