//! `renderer`: renders frames of a chunk, or merges stored chunks.

use serde::{Deserialize, Serialize};

use crate::frames::{ChunkIndex, FrameRange};
use crate::lenient::{null_as_default, object};
use crate::names::{BucketName, RenderId};
use crate::settings::{ChromiumOptions, LogLevel};
use crate::state::{Attempt, Part, StoredPart};

/// Asks the function to render frames of a chunk and to store them, or to merge stored parts into a larger chunk.
/// Everything else is read from the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renderer {
    /// Where the render's objects are.
    pub bucket_name: BucketName,
    /// The render.
    pub render_id: RenderId,
    /// The chunk.
    pub chunk: ChunkIndex,
    /// The part of it.
    pub part: Part,
    /// Counts the attempts at the chunk, from 1.
    pub attempt: Attempt,
    /// The frames to render.
    pub frame_range: FrameRange,
    /// The epoch of the launch that invokes it.
    pub epoch: u64,
    /// Every how many frames progress is reported.
    pub progress_every_nth_frame: u32,
    /// The stored parts to merge, in order, instead of rendering anything: `frame_range` is theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merge: Vec<StoredPart>,
    /// Whether the client may cancel the render: the renderer looks for its wish.
    #[serde(default)]
    pub enable_cancellation: bool,
    /// Options of Chrome, so that it can start before the plan is read.
    #[serde(default, deserialize_with = "object")]
    pub chromium_options: ChromiumOptions,
    /// How much is logged.
    #[serde(default, deserialize_with = "null_as_default")]
    pub log_level: LogLevel,
}
