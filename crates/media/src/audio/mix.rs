//! Tracks become PCM.

use crate::audio::timeline::Timeline;
use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::location::Location;
use std::path::Path;
use std::time::Instant;
use tokio::io::AsyncWrite;

/// Sound was not made.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// A source cannot be decoded.
    #[error("the sound of `{source_location}` cannot be decoded")]
    Decode {
        /// The file or URL.
        source_location: Location,
        /// What ffmpeg did.
        #[source]
        source: RunError,
    },
    /// A source has sound, but not as many streams.
    #[error("`{source_location}` has {streams} audio streams, so there is none with index {index}")]
    NoSuchStream {
        /// The file or URL.
        source_location: Location,
        /// The stream asked for, counted from 0.
        index: u32,
        /// How many it has.
        streams: usize,
    },
    /// PCM of the page ends before its span does.
    #[error("`{file}` ends before its samples do")]
    Truncated {
        /// The file of raw PCM.
        file: Location,
    },
    /// Something could not be written to the scratch folder.
    #[error("the scratch folder cannot be used")]
    Scratch(#[source] std::io::Error),
    /// The mix could not be handed on.
    #[error("the mix could not be written")]
    Write(#[source] std::io::Error),
}

/// Mixes `timeline` and writes it to `sink`: 16-bit little-endian, two channels interleaved, exactly
/// [`Timeline::samples`] samples for each channel.
///
/// Memory is bounded however long the composition is. Equal timelines give equal bytes.
///
/// # Errors
/// All of [`AudioError`].
pub async fn write_pcm(
    ffmpeg: &Ffmpeg,
    timeline: &Timeline,
    scratch: &Path,
    deadline: Instant,
    sink: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<(), AudioError> {
    let _ = (ffmpeg, timeline, scratch, deadline, sink);
    todo!()
}
