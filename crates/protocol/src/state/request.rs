//! The request that a render answers.

use serde::{Deserialize, Serialize};

use crate::names::{BucketName, RenderId};
use crate::payload::Start;
use crate::site::Site;

/// What `start` accepted. Every `launch` of the render reads it, so that whoever watches can begin one anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The render.
    pub render_id: RenderId,
    /// Where its objects are.
    pub bucket_name: BucketName,
    /// The site, pinned.
    pub site: Site,
    /// When `start` accepted it, in milliseconds of the Unix epoch.
    pub started_at_unix_ms: u64,
    /// Whether the keys of the service that the output goes to are an object of their own, and not in `start`.
    #[serde(default)]
    pub keys_apart: bool,
    /// What the client asked for.
    pub start: Start,
}
