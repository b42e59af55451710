//! What goes wrong.

use media::encode::EncodeError;
use protocol::page::InvalidComposition;
use std::fmt;
use std::time::Duration;

/// A renderer could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Chrome is missing, too old, or does not start.
    #[error(transparent)]
    Chrome(#[from] chrome::LaunchError),
    /// ffmpeg is missing, too old, or does not start.
    #[error(transparent)]
    Ffmpeg(#[from] media::LocateError),
    /// No loopback port can be opened.
    #[error("could not open a port on 127.0.0.1")]
    Port(#[source] std::io::Error),
}

/// The page could not be brought to show what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Chrome could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The address does not answer, or not with a page.
    #[error("`{url}` could not be opened: {reason}")]
    Unreachable {
        /// The address of the page.
        url: String,
        /// The status or network error.
        reason: String,
    },
    /// The page is no Remotion bundle.
    #[error("`{url}` is no Remotion bundle; the page begins with: {beginning}")]
    NotABundle {
        /// The address of the page.
        url: String,
        /// The first 500 characters of its body.
        beginning: String,
    },
    /// The page is a bundle of a version that is not understood.
    #[error(
        "the bundle has site version {found}, but 11 is needed: bundle it with a 4.0 release of Remotion"
    )]
    Incompatible {
        /// What the page says.
        found: String,
    },
    /// The bundle has no such composition.
    #[error("no composition `{id}`; the bundle has: {}", .available.join(", "))]
    UnknownComposition {
        /// The one asked for.
        id: String,
        /// Those that exist.
        available: Vec<String>,
    },
    /// The composition refused its props.
    #[error("composition `{composition}` refused its props: {exception}")]
    PropsRefused {
        /// The composition.
        composition: String,
        /// What it threw.
        exception: PageException,
    },
    /// The composition has an impossible size, rate or length.
    #[error(transparent)]
    InvalidComposition(#[from] InvalidComposition),
    /// The frame is not of the composition.
    #[error("frame {frame} is outside composition `{composition}`, whose frames are 0-{last}")]
    FrameOutside {
        /// The composition.
        composition: String,
        /// The frame asked for.
        frame: u32,
        /// The last one that exists.
        last: u32,
    },
    /// The page did not become ready in time.
    #[error("{} did not become ready within {}s; still open: {}", At(*.frame), .timeout.as_secs_f64(), Labels(.open_handles))]
    NeverReady {
        /// The frame that was waited for; `None` before the first.
        frame: Option<u32>,
        /// How long it was waited for.
        timeout: Duration,
        /// The labels of the `delayRender()` calls that were not continued.
        open_handles: Vec<String>,
    },
    /// A component threw, or called `cancelRender()`.
    #[error("{}: {exception}", At(*.frame))]
    Exception {
        /// The frame; `None` before the first.
        frame: Option<u32>,
        /// What it threw.
        exception: PageException,
    },
    /// Chrome or the page died, and died again when it was tried again.
    #[error("Chrome crashed {times} times; the last time, {}: {reason}", At(*.frame))]
    Crashed {
        /// The frame; `None` before the first.
        frame: Option<u32>,
        /// How often it was tried.
        times: u32,
        /// How it died, as far as it is known.
        reason: String,
    },
    /// The page does not follow the protocol.
    #[error("the page answered `{call}` with something unexpected")]
    Protocol {
        /// What was asked.
        call: &'static str,
        /// What is wrong with the answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The stop signal came, or the deadline passed, before there was a frame.
    #[error("stopped before the first frame")]
    Stopped,
}

/// What a caller can do about a [`PageError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageErrorKind {
    /// Nothing: the request itself is wrong.
    Request,
    /// The page failed in a way that may be momentary.
    Page,
    /// Chrome or the machine failed.
    Machine,
}

impl PageError {
    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> PageErrorKind {
        match self {
            Self::NotABundle { .. }
            | Self::Incompatible { .. }
            | Self::UnknownComposition { .. }
            | Self::InvalidComposition(_)
            | Self::FrameOutside { .. } => PageErrorKind::Request,
            Self::Unreachable { .. }
            | Self::PropsRefused { .. }
            | Self::NeverReady { .. }
            | Self::Exception { .. }
            | Self::Protocol { .. } => PageErrorKind::Page,
            Self::Start(_) | Self::Crashed { .. } | Self::Stopped => PageErrorKind::Machine,
        }
    }

    /// The frame that failed, where it is known.
    #[must_use]
    pub fn frame(&self) -> Option<u32> {
        match self {
            Self::NeverReady { frame, .. }
            | Self::Exception { frame, .. }
            | Self::Crashed { frame, .. } => *frame,
            Self::FrameOutside { frame, .. } => Some(*frame),
            _ => None,
        }
    }

    /// The page's own stack, where there is one.
    #[must_use]
    pub fn stack(&self) -> Option<&str> {
        match self {
            Self::PropsRefused { exception, .. } | Self::Exception { exception, .. } => {
                Some(&exception.stack)
            }
            _ => None,
        }
    }
}

/// Something that was thrown in the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageException {
    /// Its class, for example `TypeError`.
    pub name: String,
    /// What it says, without class and stack.
    pub message: String,
    /// Where it was thrown: name, message and frames as V8 writes them, mapped to the sources where the bundle has a map.
    pub stack: String,
    /// React's stack of components, where React caught it: a line `    at Component` for each, the innermost first. May be empty.
    pub component_stack: String,
}

impl fmt::Display for PageException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

/// A chunk could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    /// The page failed.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The video could not be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The composition's rate cannot be encoded.
    #[error(transparent)]
    FrameRate(#[from] media::InvalidFrameRate),
    /// The deadline passed.
    #[error("the deadline passed after {frames} frames")]
    Deadline {
        /// Frames captured.
        frames: u32,
    },
}

/// A still could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum StillError {
    /// The page failed.
    #[error(transparent)]
    Page(#[from] PageError),
}

struct At(Option<u32>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(frame) => write!(f, "frame {frame}"),
            None => f.write_str("the page"),
        }
    }
}

struct Labels<'a>(&'a [String]);

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no delayRender() handle");
        }
        for (index, label) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "\"{label}\"")?;
        }
        Ok(())
    }
}
