//! An open video.

use crate::extract::owner::{self, Request};
use crate::failure::{FailureKind, RunError};
use crate::ffmpeg::Ffmpeg;
use crate::location::Location;
use crate::probe::{ProbeError, Rate, VideoStream, probe};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

/// Requests that wait for the one that is answered.
const WAITING: usize = 16;

/// Seconds before the end that a container tells in which there is certainly a frame.
const END_MARGIN: f64 = 1.0;

/// An open video. Cheap to clone: clones share the decoders, which end with the last of them.
#[derive(Debug, Clone)]
pub struct VideoSource {
    location: Location,
    requests: mpsc::Sender<Request>,
}

/// One frame of a video as a picture that a browser decodes.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The file of the picture, to be sent as it is.
    pub body: Bytes,
    /// Its media type.
    pub content_type: &'static str,
    /// The frame's own time, in seconds from the start of the file.
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
        source: Arc<RunError>,
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
    /// The runtime that it was opened in is shutting down.
    #[error("`{0}` is closed")]
    Closed(Location),
}

/// A video whose kind is supported, as its decoders need it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) location: Location,
    pub(super) stream: VideoStream,
    /// The timestamp, in seconds, that is the start of the file.
    pub(super) start: f64,
    duration: Option<f64>,
}

/// Why there is no picture, without where and when.
#[derive(Debug)]
pub(super) enum Failed {
    Ffmpeg(Arc<RunError>),
    Unsupported(Unsupported),
    NoFrames,
}

impl VideoSource {
    /// Opens a video. To be called within a tokio runtime. `deadline` is that of the opening alone.
    ///
    /// # Errors
    /// All of [`OpenError`].
    pub async fn open(
        ffmpeg: &Ffmpeg,
        location: Location,
        deadline: Instant,
    ) -> Result<Self, OpenError> {
        let info = probe(ffmpeg, &location, deadline).await?;
        let (start, duration) = (
            info.start,
            info.duration.map(|duration| duration.as_secs_f64()),
        );
        let Some(stream) = info.video.into_iter().next() else {
            return Err(OpenError::NoVideo(location));
        };
        if let Some(reason) = unsupported(&stream) {
            return Err(OpenError::Unsupported { location, reason });
        }
        let (requests, received) = mpsc::channel(WAITING);
        let opened = Opened {
            location: location.clone(),
            stream,
            start,
            duration,
        };
        tokio::spawn(owner::run(ffmpeg.clone(), opened, received));
        Ok(Self { location, requests })
    }

    /// The picture shown at `seconds` from the start of the file: that of the frame whose timestamp is nearest, of two
    /// equally near the later one, and beyond the end the last.
    ///
    /// Time is counted in whole ticks of the video, rounded down. Pictures asked for at once are made one after another.
    ///
    /// # Errors
    /// All of [`ExtractError`].
    pub async fn picture_at(&self, seconds: f64) -> Result<Picture, ExtractError> {
        if !(seconds.is_finite() && seconds >= 0.0) {
            return Err(ExtractError::InvalidTime(seconds));
        }
        let (reply, answer) = oneshot::channel();
        let closed = || ExtractError::Closed(self.location.clone());
        self.requests
            .send(Request { seconds, reply })
            .await
            .map_err(|_| closed())?;
        match answer.await.map_err(|_| closed())? {
            Ok((frame, shown_at)) => Ok(Picture {
                body: frame.picture,
                content_type: "image/jpeg",
                seconds: shown_at,
            }),
            Err(failed) => Err(failed.at(&self.location, seconds)),
        }
    }
}

impl Opened {
    /// A time at which there is a frame, close to the end, where the length is known.
    pub(super) fn last_frame_at_least(&self) -> Option<f64> {
        self.duration
            .map(|duration| (duration - END_MARGIN).max(0.0))
    }
}

impl Failed {
    pub(super) fn ffmpeg(error: RunError) -> Self {
        Self::Ffmpeg(Arc::new(error))
    }

    /// Whether the connection to the video broke.
    pub(super) fn is_lost_input(&self) -> bool {
        matches!(self, Self::Ffmpeg(error) if error.kind() == Some(FailureKind::InputLost))
    }

    fn at(self, location: &Location, seconds: f64) -> ExtractError {
        let location = location.clone();
        match self {
            Self::Ffmpeg(source) => ExtractError::Decode {
                location,
                seconds,
                source,
            },
            Self::Unsupported(reason) => ExtractError::Unsupported { location, reason },
            Self::NoFrames => ExtractError::NoFrames(location),
        }
    }
}

fn unsupported(video: &VideoStream) -> Option<Unsupported> {
    if video.rotation != 0 {
        return Some(Unsupported::Rotation(video.rotation));
    }
    if video.alpha {
        return Some(Unsupported::Alpha);
    }
    if video.colour.is_hdr() {
        return Some(Unsupported::Hdr(
            video.colour.transfer.clone().unwrap_or_default(),
        ));
    }
    matches!(video.rate, Rate::Variable(_)).then_some(Unsupported::VariableFrameRate)
}
