//! The whole output in one run.

use crate::audio::{AudioError, Timeline};
use crate::ffmpeg::Ffmpeg;
use crate::output::join::{Chunk, MergeError};
use crate::progress::Progress;
use crate::rate::FrameRate;
use std::path::Path;
use std::time::Instant;
use tokio::sync::watch;

/// What an output is made of.
#[derive(Debug)]
pub struct Assembly<'a> {
    /// The chunks, in order.
    pub chunks: &'a [Chunk],
    /// Frames per second of every chunk.
    pub rate: FrameRate,
    /// The sound. `None` makes an output without audio track; an empty timeline makes a silent track.
    pub sound: Option<&'a Timeline>,
    /// Global metadata, such as `comment`.
    pub metadata: &'a [(String, String)],
    /// A folder on disk for what does not fit in memory. Nothing is left there.
    pub scratch: &'a Path,
}

/// A finished output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembled {
    /// Video frames.
    pub frames: u64,
    /// Samples of sound for each channel; 0 without audio track.
    pub samples: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// An output was not made.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// The video could not be joined.
    #[error(transparent)]
    Video(#[from] MergeError),
    /// The sound could not be made.
    #[error(transparent)]
    Audio(#[from] AudioError),
}

/// Joins the chunks, mixes and encodes the sound, and writes both to the mp4 file `destination`, index first.
///
/// The video has exactly the chunks' frames, the first at 0 s, and the sound lasts as long, to the sample. Follow
/// `progress` for video frames written.
///
/// # Errors
/// All of [`AssembleError`].
pub async fn assemble(
    ffmpeg: &Ffmpeg,
    assembly: &Assembly<'_>,
    destination: &Path,
    deadline: Instant,
    progress: &watch::Sender<Progress>,
) -> Result<Assembled, AssembleError> {
    let _ = (ffmpeg, assembly, destination, deadline, progress);
    todo!()
}
