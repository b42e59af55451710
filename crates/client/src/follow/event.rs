//! What a follower tells.

use std::time::Duration;

use protocol::RenderId;
use protocol::error_info::EnhancedErrorInfo;
use protocol::progress::Retry;

/// Something happened in a render.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// It is known what the render consists of.
    Planned(Plan),
    /// Work was done.
    Advanced(Snapshot),
    /// A chunk is tried again.
    Retrying(Retry),
    /// Something went wrong that does not end the render.
    Warning(Box<EnhancedErrorInfo>),
    /// The account's limit of concurrent executions is used up; the render waits for it.
    Throttled,
    /// The render has shown no sign of life for this long, and was taken up again.
    TakenUp {
        /// For how long.
        silence: Duration,
    },
    /// The output is there. The last event.
    Finished(Box<Outcome>),
}

/// What a render consists of.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The composition.
    pub composition: String,
    /// Frames that are rendered.
    pub frames: u32,
    /// Chunks.
    pub chunks: u32,
    /// Pixels of the video.
    pub width: u32,
    /// Pixels of the video.
    pub height: u32,
}

/// How far a render is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snapshot {
    /// Frames captured.
    pub frames_rendered: u32,
    /// Frames encoded.
    pub frames_encoded: u32,
    /// Frames joined into the output.
    pub frames_combined: u32,
    /// Frames in all, once they are known.
    pub frames_total: Option<u32>,
    /// Chunks that are finished.
    pub chunks_done: u32,
    /// Chunks in all, once they are known.
    pub chunks_total: Option<u32>,
    /// Renderers that were started.
    pub renderers_invoked: u32,
    /// The whole of it, from 0 to 1.
    pub overall: f64,
    /// Frames captured per second over the last seconds.
    pub frames_per_second: Option<f64>,
    /// Time that the remaining frames take at that speed.
    pub time_left: Option<Duration>,
}

/// Where an output is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLocation {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
}

/// A finished render.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The render.
    pub id: RenderId,
    /// What it consisted of.
    pub plan: Plan,
    /// Where its output is.
    pub output: OutputLocation,
    /// Bytes of the output.
    pub size: u64,
    /// From the start of the render to its end.
    pub took: Duration,
    /// Invocations of the function, as far as they were counted.
    pub invocations: u32,
    /// Attempts at chunks beyond the first.
    pub retries: u32,
    /// What this costs on AWS, estimated.
    pub cost: Cost,
}

/// What a render costs on AWS, estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The amount.
    pub amount: f64,
    /// The amount with its currency, for people.
    pub display: String,
    /// The currency's code.
    pub currency: String,
    /// What is not included.
    pub disclaimer: String,
}

impl Outcome {
    /// Frames of the video per second that the render took.
    pub fn frames_per_second(&self) -> f64 {
        f64::from(self.plan.frames) / self.took.as_secs_f64().max(0.001)
    }
}
