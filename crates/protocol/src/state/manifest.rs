//! What a renderer stored.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audio::{ChunkAudio, InlineSpan};
use crate::frames::{ChunkIndex, FrameRange};

/// A part of a chunk, from 0. There is more than one where a renderer stored fewer frames than it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Part(pub u32);

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An attempt at a chunk, from 1, over all of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attempt(pub u32);

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which part of which chunk is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StoredPart {
    /// The chunk.
    pub chunk: ChunkIndex,
    /// The part of it.
    pub part: Part,
}

/// A stored object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its key in the render's bucket.
    pub key: String,
    /// Bytes.
    pub size: u64,
}

/// Samples that the page decoded itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pcm {
    /// 16-bit little-endian samples, stereo, interleaved, at the render's sample rate.
    pub object: Object,
    /// Where each frame's samples are in it.
    pub spans: Vec<InlineSpan>,
}

/// A part of a chunk that is stored. The part exists when this document does; it is written last, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The chunk.
    pub chunk: ChunkIndex,
    /// The part of it.
    pub part: Part,
    /// Who made it.
    pub attempt: Attempt,
    /// The frames that are stored. May end before what was asked for: the rest is planned anew.
    pub frames: FrameRange,
    /// The video, without audio, beginning with a key frame.
    pub video: Object,
    /// What is heard.
    pub audio: ChunkAudio,
    /// What is heard and was decoded by the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pcm: Option<Pcm>,
    /// When the renderer began, in milliseconds of the Unix epoch.
    pub started_at_unix_ms: u64,
    /// When it had captured and encoded all of these frames, in milliseconds of the Unix epoch.
    pub rendered_at_unix_ms: u64,
}

/// A renderer's sign of life, written while it renders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Heartbeat {
    /// When it was written, in milliseconds of the Unix epoch.
    pub at_unix_ms: u64,
    /// When the invocation ends at the latest, in milliseconds of the Unix epoch.
    pub deadline_unix_ms: u64,
    /// Frames captured so far.
    pub frames_rendered: u32,
}
