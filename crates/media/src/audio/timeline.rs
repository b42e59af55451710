//! The tracks of a composition.

use crate::location::Location;
use crate::rate::FrameRate;

/// A run of samples inside a file of raw PCM: 16-bit little-endian, two channels interleaved, at
/// [`Timeline::SAMPLE_RATE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PcmSpan {
    /// The file.
    pub file: Location,
    /// Where the run begins, in bytes.
    pub offset: u64,
    /// Samples for each channel. The run has four times as many bytes.
    pub samples: u64,
}

/// The sound of a composition: its tracks, and how long it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    pub(super) rate: FrameRate,
    pub(super) frames: u64,
    // INVARIANT: in the order of their first frames, and of mention within one.
    pub(super) tracks: Vec<Track>,
    // INVARIANT: as above, and so are the pieces of each.
    pub(super) inline: Vec<InlineTrack>,
}

/// One stretch of one file, heard from a frame on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Track {
    pub(super) source: Location,
    pub(super) stream: u32,
    pub(super) playback_rate: f64,
    pub(super) tone_frequency: f64,
    /// Sample of the composition at which it begins.
    pub(super) begin: u64,
    /// Sample at which it begins in the source, counted in the sound at the playback rate.
    pub(super) trim: u64,
    /// Loudness from `begin` to the last step's end.
    // INVARIANT: not empty, ends ascend.
    pub(super) loudness: Vec<Loudness>,
}

/// Loudness up to a sample of the composition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Loudness {
    pub(super) end: u64,
    pub(super) gain: f32,
}

/// Sound made by the page, in pieces.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InlineTrack {
    pub(super) tone_frequency: f64,
    // INVARIANT: not empty.
    pub(super) pieces: Vec<Piece>,
}

/// Samples that begin at a sample of the composition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) begin: u64,
    pub(super) pcm: PcmSpan,
}

impl Timeline {
    /// Samples per second of everything that is mixed.
    pub const SAMPLE_RATE: u32 = 48_000;

    /// Samples for each channel: the number of frames over the rate, to the nearest sample.
    pub fn samples(&self) -> u64 {
        self.rate.sample_of(self.frames, Self::SAMPLE_RATE)
    }

    /// Frames that were pushed.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Whether no frame mentions anything to be heard.
    pub fn is_silent(&self) -> bool {
        self.tracks.is_empty() && self.inline.is_empty()
    }
}

impl Track {
    /// Sample of the composition at which it ends.
    pub(super) fn end(&self) -> u64 {
        self.loudness.last().map_or(self.begin, |last| last.end)
    }
}
