//! Why there is no clip.

use std::io;

use crate::cut::Format;
use crate::failure::RunError;
use crate::probe::ProbeError;

/// A clip was not made.
#[derive(Debug, thiserror::Error)]
pub enum CutError {
    /// The source is no media, or damaged.
    #[error("the source cannot be read as media")]
    Unreadable(#[source] ProbeError),
    /// The source has neither video nor audio.
    #[error("the source has neither video nor audio")]
    NoMedia,
    /// The source is encrypted.
    #[error("the source is encrypted: its frames cannot be cut without its key")]
    Encrypted,
    /// A format for video was asked of a source that has none.
    #[error("the source has no video, and `{0}` is a format for video")]
    NoVideo(Format),
    /// A format for audio was asked of a source that has none.
    #[error("the source has no audio, and `{0}` is a format for audio")]
    NoAudio(Format),
    /// The end does not come after the start.
    #[error("`from` ({from:.3} s) is not before `to` ({to:.3} s)")]
    Backwards {
        /// Seconds.
        from: f64,
        /// Seconds.
        to: f64,
    },
    /// A time lies behind the end of the source.
    #[error("`{which}` ({at:.3} s) is beyond the end of the source ({end:.3} s)")]
    BeyondEnd {
        /// `from` or `to`.
        which: &'static str,
        /// Seconds.
        at: f64,
        /// Seconds.
        end: f64,
    },
    /// A frame number was given for a source without frames.
    #[error("the source has no video, so no frame can be numbered: give times in seconds")]
    NoFrames,
    /// A frame number was given for a source whose frames have no constant rate.
    #[error(
        "the frame rate of the source varies, so frames cannot be numbered: give times in seconds"
    )]
    VariableRate,
    /// No frame is shown within the span.
    #[error("no frame of the source is shown between {from:.3} s and {to:.3} s")]
    Nothing {
        /// Seconds.
        from: f64,
        /// Seconds.
        to: f64,
    },
    /// ffmpeg failed. [`RunError::kind`] tells a full disk, a passed deadline and a source that broke off.
    #[error("could not {doing}")]
    Ffmpeg {
        /// What was attempted, as a verb phrase.
        doing: &'static str,
        /// What ffmpeg did.
        #[source]
        source: RunError,
    },
    /// What came out is not what was planned: a defect here, or a source that contradicts itself.
    #[error("the clip should have {expected} frames here but has {found}")]
    FrameCount {
        /// Frames planned.
        expected: u64,
        /// Frames made.
        found: u64,
    },
    /// A file in the scratch folder cannot be written, or an index not be read.
    #[error("the clip's file cannot be written")]
    File(#[from] io::Error),
}

impl CutError {
    /// Why ffmpeg failed, where that is what went wrong.
    #[must_use]
    pub fn run(&self) -> Option<&RunError> {
        match self {
            Self::Ffmpeg { source, .. } => Some(source),
            Self::Unreadable(ProbeError::Unreadable { source, .. }) => Some(source),
            _ => None,
        }
    }

    pub(super) fn ffmpeg(doing: &'static str) -> impl Fn(RunError) -> Self + Copy {
        move |source| Self::Ffmpeg { doing, source }
    }
}
