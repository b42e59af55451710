//! From what single frames sound like to tracks.

use crate::location::Location;
use crate::rate::FrameRate;

/// What an `<Audio>` or a video with sound registered for one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioAsset {
    /// The same on consecutive frames for one stretch of one thing.
    pub id: String,
    /// The file it plays.
    pub source: Location,
    /// Which of the file's audio streams, counted from 0.
    pub stream: u32,
    /// The frame inside the media's own sequence, in frames of the composition.
    pub media_frame: f64,
    /// The trimmed start of the media, in frames of the composition.
    pub start_frame: f64,
    /// Source seconds for each second heard. Above 0.
    pub playback_rate: f64,
    /// Pitch: 1 leaves it alone. Above 0.
    pub tone_frequency: f64,
    /// Loudness in this frame: 0 is silent, 1 leaves it alone; may exceed 1.
    pub volume: f64,
}

/// Sound that the page made itself for one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct InlineAsset {
    /// The same for all pieces of one thing. Where pieces of one id overlap, the later one is heard.
    pub id: String,
    /// Pitch: 1 leaves it alone. The same for all pieces of one id.
    pub tone_frequency: f64,
    /// The samples, which begin with the frame.
    pub pcm: PcmSpan,
}

/// A run of samples inside a file of raw PCM: 16-bit little-endian, two channels interleaved, at
/// [`Timeline::SAMPLE_RATE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PcmSpan {
    /// The file.
    pub file: Location,
    /// Where the run begins, in bytes: a multiple of 4.
    pub offset: u64,
    /// Samples for each channel. The run has four times as many bytes.
    pub samples: u64,
}

/// A frame says something that cannot be heard.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TimelineError {
    /// A playback rate, pitch or trim is no usable number.
    #[error("{what} of `{id}` in frame {frame} is {value}, which cannot be played")]
    Unplayable {
        /// The asset.
        id: String,
        /// Counted from the first frame of the render.
        frame: u64,
        /// Which of the numbers.
        what: &'static str,
        /// The number.
        value: f64,
    },
}

/// The sound of a composition: its tracks, and how long it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {}

/// Makes a [`Timeline`] from frame after frame.
#[derive(Debug)]
pub struct TimelineBuilder {}

impl Timeline {
    /// Samples per second of everything that is mixed.
    pub const SAMPLE_RATE: u32 = 48_000;

    /// Samples for each channel: the number of frames over the rate, to the nearest sample.
    pub fn samples(&self) -> u64 {
        todo!()
    }

    /// Frames that were pushed.
    pub fn frames(&self) -> u64 {
        todo!()
    }

    /// Whether nothing is ever heard.
    pub fn is_silent(&self) -> bool {
        todo!()
    }
}

impl TimelineBuilder {
    /// A timeline without frames.
    pub fn new(rate: FrameRate) -> Self {
        let _ = rate;
        todo!()
    }

    /// Adds the next frame and what is heard in it; most frames repeat what the frame before said.
    ///
    /// An id that is mentioned on consecutive frames makes one track; of two mentions in one frame the first counts.
    ///
    /// # Errors
    /// [`TimelineError::Unplayable`].
    pub fn push_frame(
        &mut self,
        assets: impl IntoIterator<Item = AudioAsset>,
        inline: impl IntoIterator<Item = InlineAsset>,
    ) -> Result<(), TimelineError> {
        let _ = (assets.into_iter(), inline.into_iter());
        todo!()
    }

    /// The timeline of all frames pushed.
    pub fn finish(self) -> Timeline {
        todo!()
    }
}
