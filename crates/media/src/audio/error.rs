//! Why there is no sound.

use crate::failure::RunError;
use crate::location::Location;
use crate::probe::ProbeError;
use std::io;

/// Sound was not made.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// A source cannot be opened.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// A source cannot be decoded.
    #[error("the sound of `{media}` cannot be decoded")]
    Decode {
        /// The file or URL.
        media: Location,
        /// What ffmpeg did.
        #[source]
        source: RunError,
    },
    /// A source has sound, but not as many streams.
    #[error("`{media}` has {streams} audio streams, so there is none with index {index}")]
    NoSuchStream {
        /// The file or URL.
        media: Location,
        /// The stream asked for, counted from 0.
        index: u32,
        /// How many it has.
        streams: usize,
    },
    /// Sound of the page cannot be read.
    #[error("the sound of the page in `{file}` cannot be read")]
    Inline {
        /// The file of raw PCM.
        file: Location,
        /// What the system said; an unexpected end if the file is shorter than its spans say.
        #[source]
        source: io::Error,
    },
    /// The pitch of the page's sound cannot be changed.
    #[error("the pitch of the page's sound cannot be changed")]
    Pitch(#[source] RunError),
    /// Sound that is kept on disk for a while cannot be written or read there.
    #[error("the scratch folder cannot be used")]
    Scratch(#[source] io::Error),
    /// The mix could not be handed on.
    #[error("the mix could not be written")]
    Write(#[source] io::Error),
}

impl AudioError {
    /// The run of ffmpeg that failed, where one did.
    pub fn run(&self) -> Option<&RunError> {
        match self {
            Self::Probe(ProbeError::Unreadable { source, .. })
            | Self::Decode { source, .. }
            | Self::Pitch(source) => Some(source),
            Self::Probe(ProbeError::Undescribed { .. })
            | Self::NoSuchStream { .. }
            | Self::Inline { .. }
            | Self::Scratch(_)
            | Self::Write(_) => None,
        }
    }
}
