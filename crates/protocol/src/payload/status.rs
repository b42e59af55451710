//! `status`: tells how far a render is.

use serde::{Deserialize, Serialize};

use crate::lenient::null_as_default;
use crate::names::{BucketName, RenderId};
use crate::settings::{LogLevel, S3OutputProvider};
use crate::version::Version;

/// Asks how far a render is. Answered with [`crate::status::RenderProgress`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Where the render's objects are.
    pub bucket_name: BucketName,
    /// The render.
    pub render_id: RenderId,
    /// The client's version.
    #[serde(default)]
    pub version: Option<Version>,
    /// Another service that the output went to.
    #[serde(default)]
    pub s3_output_provider: Option<S3OutputProvider>,
    /// How much is logged.
    #[serde(default, deserialize_with = "null_as_default")]
    pub log_level: LogLevel,
}
