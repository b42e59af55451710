//! What to render.

use crate::remote::RemoteMedia;
use crate::site::SiteFiles;
use media::encode::{ColourSpace, Crf, Preset};
use protocol::FrameRange;
use protocol::page::Composition;
use protocol::settings::{ChromiumOptions, LogLevel};
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Which bundle to open.
#[derive(Clone)]
pub enum ServeUrl {
    /// A bundle that the renderer's own server serves under `/sites/<name>/`, and mirrored at `/`.
    Private {
        /// The name, a single path part.
        name: String,
        /// Its files.
        files: Arc<dyn SiteFiles>,
    },
    /// A bundle that somebody else serves, at an http(s) address.
    Public(String),
}

/// How to open the page. Pages of equal requests behave alike.
#[derive(Clone)]
pub struct PageRequest {
    /// The bundle.
    pub site: ServeUrl,
    /// The client's props: a JSON object as a string, passed on untouched.
    pub input_props: String,
    /// Variables that the page sees as `process.env`.
    pub env_variables: BTreeMap<String, String>,
    /// How long a frame, the opening of the page, or a composition's evaluation may take. At least 7 s, 30 s by default.
    pub timeout: Duration,
    /// How much the page logs.
    pub log_level: LogLevel,
    /// Options of Chrome. A running Chrome with others is started anew.
    pub chromium_options: ChromiumOptions,
    /// How much media the page may keep decoded, in bytes; the page decides where it is `None`.
    pub media_cache_size_in_bytes: Option<u64>,
    /// How media of other hosts are read.
    pub remote_media: Arc<dyn RemoteMedia>,
}

/// The format of the pictures that Chrome takes for a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    /// JPEG of this quality, 0 to 100; 80 is usual.
    Jpeg(u8),
    /// PNG: exact, and two to three times as slow.
    Png,
}

/// The factor from the composition's pixels to the picture's: above 0, at most 16.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale(f64);

/// The number is no scale.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("scale `{0}` is not above 0 and at most 16")]
pub struct InvalidScale(f64);

impl Scale {
    /// # Errors
    /// [`InvalidScale`] unless `scale` is above 0 and at most 16.
    pub fn new(scale: f64) -> Result<Self, InvalidScale> {
        if scale > 0.0 && scale <= 16.0 {
            Ok(Self(scale))
        } else {
            Err(InvalidScale(scale))
        }
    }

    /// The factor.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self(1.0)
    }
}

/// How pictures become video. Equal for all chunks of a render.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Encoding {
    /// Constant quality.
    pub crf: Crf,
    /// How much work x264 puts into a frame.
    pub preset: Preset,
    /// The colours of the video.
    pub colour_space: ColourSpace,
}

/// Frames of one composition to render into one file.
#[derive(Clone)]
pub struct ChunkRequest {
    /// How to open the page.
    pub page: PageRequest,
    /// The composition, evaluated.
    pub composition: Composition,
    /// The frames.
    pub frames: FrameRange,
    /// Every how many of them one is rendered, from the first on.
    pub every_nth_frame: NonZeroU32,
    /// How Chrome takes pictures.
    pub pictures: Pictures,
    /// Their size.
    pub scale: Scale,
    /// How they become video.
    pub encoding: Encoding,
    /// Samples of audio per second; `None` renders without sound, and the page is told so.
    pub sample_rate: Option<u32>,
    /// Where the video goes; a name ending in `.mp4`. Its folder exists.
    pub destination: PathBuf,
    /// When everything must have ended.
    pub deadline: Instant,
}

/// The format of a still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StillFormat {
    /// JPEG of this quality, 0 to 100.
    Jpeg(u8),
    /// PNG, with alpha.
    Png,
}

/// One frame of one composition to render into a picture.
#[derive(Clone)]
pub struct StillRequest {
    /// How to open the page.
    pub page: PageRequest,
    /// The composition, evaluated.
    pub composition: Composition,
    /// The frame.
    pub frame: u32,
    /// The format of the picture.
    pub format: StillFormat,
    /// Its size.
    pub scale: Scale,
}

impl fmt::Debug for ServeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Private { name, .. } => f.debug_tuple("Private").field(name).finish(),
            Self::Public(url) => f.debug_tuple("Public").field(url).finish(),
        }
    }
}
