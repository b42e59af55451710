//! The encoder of one chunk.

use crate::encode::settings::EncodeSettings;
use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::progress::Progress;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::sync::watch;

/// An ffmpeg that takes pictures and writes a chunk. Dropping it before [`Self::finish`] ends ffmpeg; what is written of
/// the chunk stays where it is.
#[derive(Debug)]
pub struct ChunkEncoder {}

/// A finished chunk on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedChunk {
    /// Where it is.
    pub path: PathBuf,
    /// How many frames it has: exactly as many as were pushed.
    pub frames: u64,
    /// Its size.
    pub bytes: u64,
}

/// A chunk was not encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// ffmpeg failed. [`RunError::kind`] tells a full disk and a passed deadline.
    #[error("encoding stopped after {frames} frames")]
    Ffmpeg {
        /// Frames that were pushed.
        frames: u64,
        /// What ffmpeg did.
        #[source]
        source: RunError,
    },
    /// ffmpeg ended well but dropped or added frames.
    #[error("{pushed} frames were pushed but ffmpeg encoded {encoded}")]
    FrameCount {
        /// Frames that were pushed.
        pushed: u64,
        /// Frames that ffmpeg says it wrote.
        encoded: u64,
    },
    /// A chunk has at least one frame.
    #[error("no frame was pushed")]
    Empty,
    /// The first frame cannot be a repetition.
    #[error("there is no frame to repeat yet")]
    NothingToRepeat,
}

impl ChunkEncoder {
    /// Starts ffmpeg, which writes to `destination` (a name ending in `.mp4` is usual) and is ended at `deadline`.
    ///
    /// # Errors
    /// [`EncodeError::Ffmpeg`] if it cannot be started.
    pub fn start(
        ffmpeg: &Ffmpeg,
        settings: &EncodeSettings,
        destination: &Path,
        deadline: Instant,
    ) -> Result<Self, EncodeError> {
        let _ = (ffmpeg, settings, destination, deadline);
        todo!()
    }

    /// Adds one frame: an encoded picture in the settings' format, all of one size, width and height even.
    ///
    /// Returns when ffmpeg has taken it, which is how a slow encoder holds back the capture.
    ///
    /// # Errors
    /// [`EncodeError::Ffmpeg`] with the reason once ffmpeg has ended.
    pub async fn push(&mut self, picture: &[u8]) -> Result<(), EncodeError> {
        let _ = picture;
        todo!()
    }

    /// Adds the frame before once more. The result equals pushing the same bytes again, and costs neither their transport
    /// nor their decoding.
    ///
    /// # Errors
    /// [`EncodeError::NothingToRepeat`] before the first frame.
    pub fn repeat(&mut self) -> Result<(), EncodeError> {
        todo!()
    }

    /// Frames added so far.
    pub fn frames(&self) -> u64 {
        todo!()
    }

    /// Follows what is encoded, which runs behind what is pushed.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        todo!()
    }

    /// Ends the input and waits for the chunk.
    ///
    /// # Errors
    /// [`EncodeError::Empty`] without frames, [`EncodeError::FrameCount`] if the chunk's frames are not those pushed.
    pub async fn finish(self) -> Result<EncodedChunk, EncodeError> {
        todo!()
    }
}
