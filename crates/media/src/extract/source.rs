//! A video and its decoders.

use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::location::Location;
use crate::probe::ProbeError;
use bytes::Bytes;
use std::time::Instant;

/// An open video. Cheap to clone: clones share the decoders, which end with the last of them.
#[derive(Debug, Clone)]
pub struct VideoSource {}

/// One frame of a video as a picture that a browser decodes.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The file of the picture, to be sent as it is.
    pub body: Vec<Bytes>,
    /// Its media type.
    pub content_type: &'static str,
    /// The frame's own time, in seconds.
    pub seconds: f64,
}

/// A video of a kind whose frames are not chosen or drawn exactly yet.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unsupported {
    /// It must be turned before it is drawn.
    #[error("rotated video ({0}°) is not supported yet")]
    Rotation(u16),
    /// Its frames do not follow each other at one rate.
    #[error("video with a variable frame rate is not supported yet")]
    VariableFrameRate,
    /// It is transparent.
    #[error("video with an alpha channel is not supported yet")]
    Alpha,
    /// Its brightness is beyond what a page shows.
    #[error("HDR video (transfer `{0}`) is not supported yet")]
    Hdr(String),
}

/// A video could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is missing or no media.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// It has sound at best.
    #[error("`{0}` has no video")]
    NoVideo(Location),
    /// It is of a kind that comes later.
    #[error("`{location}`: {reason}")]
    Unsupported {
        /// The file or URL.
        location: Location,
        /// The kind.
        reason: Unsupported,
    },
}

/// A picture could not be taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ExtractError {
    /// The time is negative or no number.
    #[error("a video has no picture at {0} s")]
    InvalidTime(f64),
    /// ffmpeg failed.
    #[error("`{location}` cannot be decoded at {seconds} s")]
    Decode {
        /// The file or URL.
        location: Location,
        /// The time asked for.
        seconds: f64,
        /// What ffmpeg did.
        #[source]
        source: std::sync::Arc<RunError>,
    },
    /// While decoding it turned out to be of a kind that comes later.
    #[error("`{location}`: {reason}")]
    Unsupported {
        /// The file or URL.
        location: Location,
        /// The kind.
        reason: Unsupported,
    },
    /// It has no frame at all.
    #[error("`{0}` has no frames")]
    NoFrames(Location),
}

impl VideoSource {
    /// Opens a video. To be called within a tokio runtime.
    ///
    /// # Errors
    /// All of [`OpenError`].
    pub async fn open(
        ffmpeg: &Ffmpeg,
        location: Location,
        deadline: Instant,
    ) -> Result<Self, OpenError> {
        let _ = (ffmpeg, location, deadline);
        todo!()
    }

    /// The picture shown at `seconds` from the start of the file: that of the frame whose timestamp is nearest, of two
    /// equally near the later one, and beyond the end the last.
    ///
    /// # Errors
    /// All of [`ExtractError`].
    pub async fn picture_at(&self, seconds: f64) -> Result<Picture, ExtractError> {
        let _ = seconds;
        todo!()
    }
}
