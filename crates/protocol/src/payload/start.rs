//! `start`: accepts a render.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::lenient::{null_as_default, object, string_map};
use crate::names::{BucketName, DeleteAfter, RenderId};
use crate::props::SerializedInputProps;
use crate::settings::{
    AudioCodec, ChromiumOptions, Codec, ColorSpace, DownloadBehavior, ImageFormat, LogLevel,
    OutName, Privacy, RequestedFrames, positive,
};
use crate::version::Version;

/// Asks the function to render a composition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Start {
    /// Whether the client may want to cancel the render.
    #[serde(default, deserialize_with = "null_as_default")]
    pub enable_cancellation: bool,
    /// Another function that renders the chunks.
    #[serde(default)]
    pub renderer_function_name: Option<String>,
    /// Frames of one chunk.
    #[serde(default)]
    pub frames_per_lambda: Option<u32>,
    /// How many chunks there are; not how many are rendered at once, see [`Extension`].
    #[serde(default)]
    pub concurrency: Option<u32>,
    /// The composition's name.
    pub composition: String,
    /// A site's name, or an http(s) address.
    pub serve_url: String,
    /// Props of the composition.
    #[serde(default, deserialize_with = "null_as_default")]
    pub input_props: SerializedInputProps,
    /// How frames become video.
    pub codec: Codec,
    /// How Chrome hands frames over.
    #[serde(default, deserialize_with = "null_as_default")]
    pub image_format: ImageFormat,
    /// Constant rate factor.
    #[serde(default)]
    pub crf: Option<f64>,
    /// Variables that the page sees as `process.env`.
    #[serde(default, deserialize_with = "string_map")]
    pub env_variables: BTreeMap<String, String>,
    /// Pixel format.
    #[serde(default)]
    pub pixel_format: Option<String>,
    /// Profile of ProRes.
    #[serde(default)]
    pub pro_res_profile: Option<String>,
    /// Preset of the encoder.
    #[serde(default)]
    pub x264_preset: Option<String>,
    /// Frames between key frames at most.
    #[serde(default, deserialize_with = "positive")]
    pub gop_size: Option<NonZeroU32>,
    /// 0 to 100; 80 where it is `None`.
    #[serde(default)]
    pub jpeg_quality: Option<u8>,
    /// The name that older clients use for `jpegQuality`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    /// How often a chunk is tried again after an error of the page; once where it is `None`.
    #[serde(default)]
    pub max_retries: Option<u32>,
    /// Who may read the output.
    #[serde(default, deserialize_with = "null_as_default")]
    pub privacy: Privacy,
    /// How much is logged.
    #[serde(default, deserialize_with = "null_as_default")]
    pub log_level: LogLevel,
    /// Which frames are rendered; all where it is `None`.
    #[serde(default)]
    pub frame_range: Option<RequestedFrames>,
    /// Where the output goes; `out.mp4` beside the render's documents where it is `None`.
    #[serde(default)]
    pub out_name: Option<OutName>,
    /// How long a frame may take, in milliseconds.
    #[serde(default = "default_timeout")]
    pub timeout_in_milliseconds: u64,
    /// Options of Chrome.
    #[serde(default, deserialize_with = "object")]
    pub chromium_options: ChromiumOptions,
    /// Factor from the composition's pixels to the video's; 1 where it is `None`.
    #[serde(default)]
    pub scale: Option<f64>,
    /// Every how many frames one is rendered.
    #[serde(default, deserialize_with = "positive")]
    pub every_nth_frame: Option<NonZeroU32>,
    /// How often a GIF plays; nothing else is concerned.
    #[serde(default)]
    pub number_of_gif_loops: Option<u32>,
    /// Tabs of one renderer.
    #[serde(default)]
    pub concurrency_per_lambda: Option<u32>,
    /// What a browser does with the output's address.
    #[serde(default, deserialize_with = "null_as_default")]
    pub download_behavior: DownloadBehavior,
    /// Without an audio track.
    #[serde(default, deserialize_with = "null_as_default")]
    pub muted: bool,
    /// The client's version.
    #[serde(default)]
    pub version: Option<Version>,
    /// Whether an existing output may be replaced.
    #[serde(default, deserialize_with = "null_as_default")]
    pub overwrite: bool,
    /// Bits of audio per second, for example `320k`.
    #[serde(default)]
    pub audio_bitrate: Option<String>,
    /// Bits of video per second in place of a rate factor.
    #[serde(default)]
    pub video_bitrate: Option<String>,
    /// Over what the bound of the bit rate holds.
    #[serde(default)]
    pub encoding_buffer_size: Option<String>,
    /// Upper bound of bits per second.
    #[serde(default)]
    pub encoding_max_rate: Option<String>,
    /// Whom to tell when the render has ended.
    #[serde(default)]
    pub webhook: Option<Webhook>,
    /// Pixels in place of the composition's.
    #[serde(default)]
    pub force_height: Option<f64>,
    /// Pixels in place of the composition's.
    #[serde(default)]
    pub force_width: Option<f64>,
    /// Frames per second in place of the composition's.
    #[serde(default)]
    pub force_fps: Option<f64>,
    /// Length in place of the composition's.
    #[serde(default)]
    pub force_duration_in_frames: Option<f64>,
    /// Where the render's objects go; the account's only bucket in the region where it is `None`.
    #[serde(default)]
    pub bucket_name: Option<String>,
    /// How sound is encoded.
    #[serde(default)]
    pub audio_codec: Option<AudioCodec>,
    /// How much `OffthreadVideo` may keep decoded, in bytes.
    #[serde(default)]
    pub offthread_video_cache_size_in_bytes: Option<u64>,
    /// How long the bucket's lifecycle rules keep the render.
    #[serde(default)]
    pub delete_after: Option<DeleteAfter>,
    /// The colour space of the video.
    #[serde(default)]
    pub color_space: Option<ColorSpace>,
    /// Lossless audio.
    #[serde(default, deserialize_with = "null_as_default")]
    pub prefer_lossless: bool,
    /// Tags written into the file.
    #[serde(default, deserialize_with = "string_map")]
    pub metadata: BTreeMap<String, String>,
    /// How much media the page may keep decoded, in bytes.
    #[serde(default)]
    pub media_cache_size_in_bytes: Option<u64>,
    /// The storage class of the output, by S3's name.
    #[serde(default)]
    pub storage_class: Option<String>,
    /// Samples of audio per second; 48000 where it is `None`.
    #[serde(default)]
    pub sample_rate: Option<u32>,
    /// What only Framewright's clients ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framewright: Option<Extension>,
}

/// Whom to tell when a render has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// An http(s) address.
    pub url: String,
}

/// What only Framewright's clients ask for. Other functions ignore it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extension {
    /// How many renderers may be at work at once; all where it is `None`.
    #[serde(default)]
    pub renderer_concurrency: Option<NonZeroU32>,
    /// How the chunks are chosen where the client names neither their number nor their size.
    #[serde(default, deserialize_with = "null_as_default")]
    pub chunking: Chunking,
}

/// How chunks are chosen where the client names neither their number nor their size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chunking {
    /// As documented for AWS: many small chunks.
    #[default]
    Documented,
    /// As many as keep `rendererConcurrency` renderers equally busy.
    Even,
}

impl Start {
    /// Asks for `composition` of the site `serve_url` with the defaults of clients.
    #[must_use]
    pub fn new(composition: impl Into<String>, serve_url: impl Into<String>) -> Self {
        Self {
            enable_cancellation: false,
            renderer_function_name: None,
            frames_per_lambda: None,
            concurrency: None,
            composition: composition.into(),
            serve_url: serve_url.into(),
            input_props: SerializedInputProps::default(),
            codec: Codec::H264,
            image_format: ImageFormat::default(),
            crf: None,
            env_variables: BTreeMap::new(),
            pixel_format: None,
            pro_res_profile: None,
            x264_preset: None,
            gop_size: None,
            jpeg_quality: Some(80),
            quality: None,
            max_retries: Some(1),
            privacy: Privacy::Private,
            log_level: LogLevel::default(),
            frame_range: None,
            out_name: None,
            timeout_in_milliseconds: default_timeout(),
            chromium_options: ChromiumOptions::default(),
            scale: Some(1.0),
            every_nth_frame: NonZeroU32::new(1),
            number_of_gif_loops: None,
            concurrency_per_lambda: Some(1),
            download_behavior: DownloadBehavior::default(),
            muted: false,
            version: Some(Version::current()),
            overwrite: false,
            audio_bitrate: None,
            video_bitrate: None,
            encoding_buffer_size: None,
            encoding_max_rate: None,
            webhook: None,
            force_height: None,
            force_width: None,
            force_fps: None,
            force_duration_in_frames: None,
            bucket_name: None,
            audio_codec: None,
            offthread_video_cache_size_in_bytes: None,
            delete_after: None,
            color_space: None,
            prefer_lossless: false,
            metadata: BTreeMap::new(),
            media_cache_size_in_bytes: None,
            storage_class: None,
            sample_rate: Some(48_000),
            framewright: None,
        }
    }
}

/// The render that `start` accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartResponse {
    /// Where its objects are.
    pub bucket_name: BucketName,
    /// Its id.
    pub render_id: RenderId,
}

pub(super) fn default_timeout() -> u64 {
    30_000
}
