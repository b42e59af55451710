//! Which launch leads a render, and what it has under way.

use serde::{Deserialize, Serialize};

use super::{Attempt, Part};
use crate::frames::{ChunkIndex, FrameRange};

/// Which launch leads a render.
///
/// Each holder writes the next epoch on condition that the lease is still the one it read. Whoever loses a
/// conditional write of the lease or of the progress document ends without effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// Counts the holders, from 1.
    pub epoch: u64,
    /// The holder: the request id of its invocation.
    pub holder: String,
    /// When it took the lease, in milliseconds of the Unix epoch.
    pub taken_at_unix_ms: u64,
    /// When its invocation ends at the latest, in milliseconds of the Unix epoch.
    pub deadline_unix_ms: u64,
    /// Whether the holder gave the lease up: anyone may take it at once.
    #[serde(default)]
    pub released: bool,
}

/// The leading launch's part of the progress document: its sign of life and what a successor must know.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leadership {
    /// The epoch of the leading launch.
    pub epoch: u64,
    /// When the leading launch last wrote, in milliseconds of the Unix epoch.
    pub heartbeat_unix_ms: u64,
    /// Which document this is of its epoch, from 0: tells a lost answer from a lost lease.
    pub sequence: u64,
    /// Renderers that were invoked and have neither stored their part nor failed, as far as the leader knows.
    #[serde(default)]
    pub in_flight: Vec<RecordedAttempt>,
    /// Attempts so far, by chunk; chunks never invoked are left out.
    #[serde(default)]
    pub tries: Vec<Tries>,
    /// Launches that began since a part was last stored.
    #[serde(default)]
    pub fruitless: u32,
    /// Invocations of any kind so far.
    #[serde(default)]
    pub invocations: u32,
    /// Whether a launch waits because the function's concurrency is used up.
    #[serde(default)]
    pub throttled: bool,
}

/// A renderer that was invoked; recorded before it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedAttempt {
    /// The chunk.
    pub chunk: ChunkIndex,
    /// The part of the chunk.
    pub part: Part,
    /// Counts the attempts at the chunk, from 1.
    pub attempt: Attempt,
    /// The frames asked for.
    pub frames: FrameRange,
    /// When it was invoked, in milliseconds of the Unix epoch.
    pub invoked_at_unix_ms: u64,
    /// When its invocation ends at the latest, in milliseconds of the Unix epoch.
    pub deadline_unix_ms: u64,
}

/// How often a chunk was tried, and why it was tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tries {
    /// The chunk.
    pub chunk: ChunkIndex,
    /// Attempts so far.
    pub attempts: u32,
    /// How many of them ended with an error of the page.
    pub page_errors: u32,
    /// How many of them ended without an answer: killed, out of memory, past the deadline, connection lost.
    pub deaths: u32,
}
