//! `still`: renders one image.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::start::default_timeout;
use crate::lenient::{null_as_default, object, string_map};
use crate::names::{BucketName, DeleteAfter, RenderId};
use crate::progress::ReceivedArtifact;
use crate::props::SerializedInputProps;
use crate::settings::{ChromiumOptions, DownloadBehavior, ImageFormat, LogLevel, OutName, Privacy};
use crate::version::Version;

/// Asks the function to render one frame as an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Still {
    /// The composition's name.
    pub composition: String,
    /// A site's name, or an http(s) address.
    pub serve_url: String,
    /// Props of the composition.
    #[serde(default, deserialize_with = "null_as_default")]
    pub input_props: SerializedInputProps,
    /// The format of the image.
    #[serde(default, deserialize_with = "null_as_default")]
    pub image_format: ImageFormat,
    /// Variables that the page sees as `process.env`.
    #[serde(default, deserialize_with = "string_map")]
    pub env_variables: BTreeMap<String, String>,
    /// 0 to 100; 80 where it is `None`.
    #[serde(default)]
    pub jpeg_quality: Option<u8>,
    /// How often the render is tried again.
    #[serde(default)]
    pub max_retries: Option<u32>,
    /// The frame; a negative one counts from the end, -1 being the last.
    #[serde(default, deserialize_with = "null_as_default")]
    pub frame: i64,
    /// Who may read the output.
    #[serde(default, deserialize_with = "null_as_default")]
    pub privacy: Privacy,
    /// Counts the client's attempts, from 1.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// How much is logged.
    #[serde(default, deserialize_with = "null_as_default")]
    pub log_level: LogLevel,
    /// Where the output goes; `out.<format>` beside the render's documents where it is `None`.
    #[serde(default)]
    pub out_name: Option<OutName>,
    /// How long the frame may take, in milliseconds.
    #[serde(default = "default_timeout")]
    pub timeout_in_milliseconds: u64,
    /// Options of Chrome.
    #[serde(default, deserialize_with = "object")]
    pub chromium_options: ChromiumOptions,
    /// Factor from the composition's pixels to the image's; 1 where it is `None`.
    #[serde(default)]
    pub scale: Option<f64>,
    /// What a browser does with the output's address.
    #[serde(default, deserialize_with = "null_as_default")]
    pub download_behavior: DownloadBehavior,
    /// The client's version.
    #[serde(default)]
    pub version: Option<Version>,
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
    /// How long the bucket's lifecycle rules keep the render.
    #[serde(default)]
    pub delete_after: Option<DeleteAfter>,
    /// Whether the answer is a framed stream; one JSON object otherwise.
    #[serde(default, deserialize_with = "null_as_default")]
    pub streamed: bool,
    /// How much `OffthreadVideo` may keep decoded, in bytes.
    #[serde(default)]
    pub offthread_video_cache_size_in_bytes: Option<u64>,
    /// How much media the page may keep decoded, in bytes.
    #[serde(default)]
    pub media_cache_size_in_bytes: Option<u64>,
    /// The storage class of the output, by S3's name.
    #[serde(default)]
    pub storage_class: Option<String>,
}

impl Still {
    /// Asks for the first frame of `composition` of the site `serve_url` with the defaults of clients, answered with
    /// one JSON object.
    #[must_use]
    pub fn new(composition: impl Into<String>, serve_url: impl Into<String>) -> Self {
        Self {
            composition: composition.into(),
            serve_url: serve_url.into(),
            input_props: SerializedInputProps::default(),
            image_format: ImageFormat::default(),
            env_variables: BTreeMap::new(),
            jpeg_quality: Some(80),
            max_retries: Some(1),
            frame: 0,
            privacy: Privacy::Private,
            attempt: Some(1),
            log_level: LogLevel::default(),
            out_name: None,
            timeout_in_milliseconds: default_timeout(),
            chromium_options: ChromiumOptions::default(),
            scale: Some(1.0),
            download_behavior: DownloadBehavior::default(),
            version: Some(Version::current()),
            force_height: None,
            force_width: None,
            force_fps: None,
            force_duration_in_frames: None,
            bucket_name: None,
            delete_after: None,
            streamed: false,
            offthread_video_cache_size_in_bytes: None,
            media_cache_size_in_bytes: None,
            storage_class: None,
        }
    }
}

/// The image that was rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StillResponse {
    /// Its address.
    pub output: String,
    /// Its key.
    pub out_key: String,
    /// Bytes.
    pub size: u64,
    /// Bytes, once more.
    pub size_in_bytes: u64,
    /// Its bucket.
    pub bucket_name: BucketName,
    /// What it cost.
    pub estimated_price: CostInfo,
    /// The render.
    pub render_id: RenderId,
    /// Files that the composition emitted.
    #[serde(default)]
    pub received_artifacts: Vec<ReceivedArtifact>,
}

/// What a render cost so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CostInfo {
    /// The amount.
    pub accrued_so_far: f64,
    /// The amount with its currency.
    pub display_cost: String,
    /// Its code.
    pub currency: String,
    /// What is not included.
    pub disclaimer: String,
}
