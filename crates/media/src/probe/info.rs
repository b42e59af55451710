//! What a file holds.

use std::time::Duration;

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaInfo {
    /// The container's names, as ffmpeg lists them: `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// How long it lasts, to 10 ms, where that is known: streams have no duration.
    pub duration: Option<Duration>,
    /// Bits per second of the whole file, where they are known.
    pub bits_per_second: Option<u64>,
    /// The earliest timestamp, in seconds; 0 where it is not known.
    pub start: f64,
    /// Video streams, without cover pictures.
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
    /// How its frames follow each other.
    pub rate: Rate,
    /// Clockwise turn that a player applies, in degrees from 0 to 359.
    pub rotation: u16,
    /// Whether its frames are made of fields.
    pub interlaced: bool,
    /// Whether it has transparency.
    pub alpha: bool,
    /// What the stream says of its colours.
    pub colour: Colour,
}

/// How the frames of a stream follow each other, in frames per second to two decimals, as far as the container tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// At this rate.
    Constant(f64),
    /// At this rate on average.
    Variable(f64),
    /// It cannot be told.
    Unknown,
}

/// What a stream says of its colours, in ffmpeg's names; `None` where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Colour {
    /// `tv` (limited) or `pc` (full).
    pub range: Option<String>,
    /// The matrix: `bt709`, `smpte170m`, `bt2020nc`.
    pub matrix: Option<String>,
    /// The primaries: `bt709`, `bt2020`.
    pub primaries: Option<String>,
    /// The transfer function: `bt709`, `smpte2084`.
    pub transfer: Option<String>,
}

impl Colour {
    /// Whether the transfer function is one of those for brightness beyond a page's white.
    pub fn is_hdr(&self) -> bool {
        matches!(self.transfer.as_deref(), Some("smpte2084" | "arib-std-b67"))
    }
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
