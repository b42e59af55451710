//! Chunks joined by copying.

use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::location::Location;
use crate::rate::FrameRate;
use std::path::Path;
use std::time::Instant;

/// A chunk as [`crate::encode::ChunkEncoder`] or [`merge`] made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// A local file, or a URL whose server answers ranges. It is read once, from its beginning on.
    pub location: Location,
    /// How many frames it has, exactly.
    pub frames: u64,
}

/// Chunks merged into a larger chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The sum of the parts' frames.
    pub frames: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// Chunks were not merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("there are no chunks")]
    NoChunks,
    /// ffmpeg failed.
    #[error("chunks could not be joined")]
    Ffmpeg(#[from] RunError),
    /// The chunks do not have the frames they were said to have.
    #[error("the chunks should have {expected} frames but {found} came out")]
    FrameCount {
        /// Sum of [`Chunk::frames`].
        expected: u64,
        /// Frames written.
        found: u64,
    },
    /// The list of chunks could not be written beside the destination.
    #[error("the list of chunks could not be written")]
    List(#[source] std::io::Error),
}

/// Joins `chunks`, in this order, into one chunk at `destination`. Memory is bounded; disk holds the result alone.
///
/// # Errors
/// All of [`MergeError`].
pub async fn merge(
    ffmpeg: &Ffmpeg,
    chunks: &[Chunk],
    rate: FrameRate,
    destination: &Path,
    deadline: Instant,
) -> Result<Merged, MergeError> {
    let _ = (ffmpeg, chunks, rate, destination, deadline);
    todo!()
}
