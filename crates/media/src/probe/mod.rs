//! What a media file holds, told by ffmpeg alone.
//!
//! ffmpeg describes a file that it opens in its log. The log is read whole, from a pipe of its own: what a program prints
//! to standard error is kept in part only, and a film with many chapters says a lot.

mod info;
mod parse;

#[cfg(test)]
pub(crate) fn parse_for_tests(text: &str) -> MediaInfo {
    parse::parse(text).expect("a description")
}

pub use info::{AudioStream, Colour, MediaInfo, Rate, VideoStream};

use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::Invocation;
use crate::location::Location;
use crate::report;
use std::time::Instant;
use tokio::io::AsyncReadExt;

/// More than any file has to say; what comes after is not read.
const LONGEST_REPORT: u64 = 4 << 20;

/// What ffmpeg prints last when it opened its inputs and was told to do nothing with them.
const OPENED: &str = "At least one output file must be specified";

/// A file could not be probed.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// ffmpeg did not open it: it is missing or no media.
    #[error("`{location}` cannot be read as media")]
    Unreadable {
        /// The file or URL.
        location: Location,
        /// What ffmpeg did.
        #[source]
        source: RunError,
    },
    /// ffmpeg opened it but did not describe it in a known way.
    #[error("`{location}` is media of an unknown kind")]
    Undescribed {
        /// The file or URL.
        location: Location,
    },
}

/// Opens `location` and tells what it holds. At most the beginning is decoded.
///
/// # Errors
/// All of [`ProbeError`].
pub async fn probe(
    ffmpeg: &Ffmpeg,
    location: &Location,
    deadline: Instant,
) -> Result<MediaInfo, ProbeError> {
    let unreadable = |source| ProbeError::Unreadable {
        location: location.clone(),
        source,
    };
    let (invocation, report) = report::attach(Invocation::new(ffmpeg)).map_err(unreadable)?;
    let mut running = invocation
        .input(location)
        .start(deadline)
        .map_err(unreadable)?;
    let mut text = Vec::new();
    let read = report.take(LONGEST_REPORT).read_to_end(&mut text).await;
    // Without an output the run always ends in an error; whether it came so far is what counts.
    let ended = running.finish().await;
    read.map_err(|broken| unreadable(RunError::Pipe(broken)))?;
    let text = String::from_utf8_lossy(&text);
    match ended {
        Err(source) if !text.contains(OPENED) => Err(unreadable(source)),
        _ => parse::parse(&text).ok_or_else(|| ProbeError::Undescribed {
            location: location.clone(),
        }),
    }
}
