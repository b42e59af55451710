//! What a render consists of, fixed before the first renderer starts.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::frames::{ChunkIndex, FrameRange};
use crate::names::RenderId;
use crate::page::Composition;
use crate::props::SerializedInputProps;
use crate::settings::{ChromiumOptions, DownloadBehavior, ImageFormat, LogLevel};
use crate::site::Site;

/// What a render consists of. Written once, before any renderer is invoked; nobody evaluates the page again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The render.
    pub render_id: RenderId,
    /// When the plan was made, in milliseconds of the Unix epoch.
    pub planned_at_unix_ms: u64,
    /// The site, pinned.
    pub site: Site,
    /// The composition, evaluated, with the client's overrides.
    pub composition: Composition,
    /// The frames of the render.
    pub frames: FrameRange,
    /// Every how many frames one is rendered.
    pub every_nth_frame: NonZeroU32,
    /// Frames that a chunk has at most.
    pub frames_per_function: u32,
    /// The chunks, ascending; see [`crate::chunking`].
    pub chunks: Vec<FrameRange>,
    /// How many renderers may be at work at once; all of them where it is `None`.
    pub renderer_concurrency: Option<NonZeroU32>,
    /// How often a chunk is tried again after an error of the page.
    pub max_retries: u32,
    /// How the page is opened.
    pub page: PagePlan,
    /// How frames become video.
    pub encode: EncodePlan,
    /// How the sound is made; `None` where there is no audio track.
    pub audio: Option<AudioPlan>,
    /// Where the result goes.
    pub output: OutputPlan,
    /// Bytes of video above which chunks are merged before they are joined; never, where it is `None`.
    #[serde(default)]
    pub merge_above_bytes: Option<u64>,
    /// When the page was open, in milliseconds of the Unix epoch.
    pub serve_url_opened_at_unix_ms: u64,
}

impl Plan {
    /// The frames of a chunk; `None` if the plan has fewer chunks.
    #[must_use]
    pub fn chunk(&self, index: ChunkIndex) -> Option<FrameRange> {
        self.chunks.get(usize::try_from(index.0).ok()?).copied()
    }

    /// Whether `index` is not one of [`Self::chunks`] but made of them: merged chunks are numbered from there on.
    #[must_use]
    pub fn is_merged(&self, index: ChunkIndex) -> bool {
        self.chunk(index).is_none()
    }

    /// How many frames are rendered in all.
    #[must_use]
    pub fn frame_count(&self) -> u32 {
        self.frames.count(self.every_nth_frame)
    }

    /// Frames per second of the result.
    #[must_use]
    pub fn output_fps(&self) -> f64 {
        self.composition.fps / f64::from(self.every_nth_frame.get())
    }
}

/// How the page is opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PagePlan {
    /// The client's props, as it sent them.
    pub input_props: SerializedInputProps,
    /// Variables that the page sees as `process.env`.
    pub env_variables: BTreeMap<String, String>,
    /// How long a frame may take, in milliseconds.
    pub timeout_in_milliseconds: u64,
    /// Options of Chrome.
    pub chromium_options: ChromiumOptions,
    /// How much the page logs.
    pub log_level: LogLevel,
    /// How much media the page may keep decoded, in bytes.
    pub media_cache_size_in_bytes: Option<u64>,
    /// How much `OffthreadVideo` may keep decoded, in bytes.
    pub offthread_video_cache_size_in_bytes: Option<u64>,
}

/// How frames become video: h264.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EncodePlan {
    /// How Chrome hands frames over.
    pub image_format: ImageFormat,
    /// 0 to 100, for JPEG.
    pub jpeg_quality: u8,
    /// Factor from the composition's pixels to the video's.
    pub scale: f64,
    /// Constant rate factor; the default is 18.
    pub crf: Option<u8>,
    /// Preset of the encoder; the default is `medium`.
    pub preset: Option<String>,
    /// Tags written into the file.
    pub metadata: BTreeMap<String, String>,
}

/// How the sound is made: AAC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AudioPlan {
    /// Samples per second.
    pub sample_rate: u32,
}

/// Where the result goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutputPlan {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Whether the request names another service than AWS for it.
    #[serde(default)]
    pub elsewhere: bool,
    /// Whether an object at that key may be replaced.
    pub overwrite: bool,
    /// What a browser does with it.
    pub download_behavior: DownloadBehavior,
    /// The storage class, by S3's name.
    pub storage_class: Option<String>,
}
