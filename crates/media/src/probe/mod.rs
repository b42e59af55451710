//! What a media file holds, told by ffmpeg alone.

use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::location::Location;
use std::time::{Duration, Instant};

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaInfo {
    /// The container's names, as ffmpeg lists them: `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// How long it lasts, where that is known: streams and pictures have none.
    pub duration: Option<Duration>,
    /// The earliest timestamp, in seconds.
    pub start: f64,
    /// Video streams; cover pictures are not counted.
    pub video: Vec<VideoStream>,
    /// Audio streams.
    pub audio: Vec<AudioStream>,
}

/// A video stream.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoStream {
    /// ffmpeg's name of the codec: `h264`.
    pub codec: String,
    /// ffmpeg's name of the pixel format: `yuv420p`.
    pub pixel_format: String,
    /// Stored width in pixels.
    pub width: u32,
    /// Stored height in pixels.
    pub height: u32,
    /// Width over height of one pixel, as a fraction.
    pub sample_aspect: (u32, u32),
    /// Frames per second.
    pub rate: Rate,
    /// Clockwise turns that a player applies, in degrees: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Whether it has transparency.
    pub alpha: bool,
    /// What the stream says of its colours.
    pub colour: Colour,
    /// Ticks a second of its timestamps.
    pub ticks_per_second: f64,
}

/// How the frames of a stream follow each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// At this rate.
    Constant(f64),
    /// At this rate on average.
    Variable(f64),
    /// It cannot be told.
    Unknown,
}

/// What a stream says of its colours; `None` where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Colour {
    /// `tv` or `pc`.
    pub range: Option<String>,
    /// The matrix: `bt709`, `smpte170m`, `bt2020nc`.
    pub matrix: Option<String>,
    /// The primaries.
    pub primaries: Option<String>,
    /// The transfer function.
    pub transfer: Option<String>,
}

/// An audio stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioStream {
    /// ffmpeg's name of the codec: `aac`.
    pub codec: String,
    /// Samples per second.
    pub sample_rate: u32,
    /// ffmpeg's name of the layout, or a count: `stereo`, `5.1`, `3 channels`.
    pub channels: String,
}

/// A file could not be probed.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// ffmpeg did not open it.
    #[error("`{location}` cannot be read as media")]
    Unreadable {
        /// The file or URL.
        location: Location,
        /// What ffmpeg did.
        #[source]
        source: RunError,
    },
}

/// Opens `location` and tells what it holds, without decoding it.
///
/// # Errors
/// [`ProbeError::Unreadable`] if it is missing or no media.
pub async fn probe(
    ffmpeg: &Ffmpeg,
    location: &Location,
    deadline: Instant,
) -> Result<MediaInfo, ProbeError> {
    let _ = (ffmpeg, location, deadline);
    todo!()
}
