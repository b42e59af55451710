//! What a render came to.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::human;

/// The end of a render.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RenderReport {
    pub(crate) render_id: String,
    pub(crate) out: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) frames: u64,
    /// Length of the video.
    pub(crate) video_seconds: f64,
    /// From the command's start to the file on disk.
    pub(crate) seconds: f64,
    pub(crate) frames_per_second: f64,
    pub(crate) chunks: u64,
    pub(crate) invocations: u64,
    /// What the invocations cost, or would have cost, on AWS.
    pub(crate) cost_usd: f64,
    #[serde(skip)]
    pub(crate) on_aws: bool,
    /// Who rendered.
    pub(crate) identity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logs: Option<PathBuf>,
}

impl fmt::Display for RenderReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {}, {} of video",
            self.out.display(),
            human::bytes(self.bytes),
            human::seconds(self.video_seconds)
        )?;
        writeln!(
            f,
            "{} frames in {} ({:.1} frames/s), {} chunks, {} invocations",
            self.frames,
            human::seconds(self.seconds),
            self.frames_per_second,
            self.chunks,
            self.invocations
        )?;
        if let Some(logs) = &self.logs {
            writeln!(f, "logs: {}", logs.display())?;
        }
        let cost = human::dollars(self.cost_usd);
        if self.on_aws {
            writeln!(f, "this cost about {cost}")?;
        } else {
            writeln!(f, "on AWS this would have cost {cost}")?;
        }
        write!(f, "rendered as {}", self.identity)
    }
}
