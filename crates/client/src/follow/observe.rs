//! One look at a render: its progress document, or the function's word for it.

use std::time::{Duration, SystemTime};

use protocol::keys::RenderKeys;
use protocol::payload::{Payload, Status};
use protocol::price::{Architecture, FunctionSize};
use protocol::progress::Progress;
use protocol::settings::LogLevel;
use protocol::status::{RenderProgress, StatusContext, StillHasNoProgress, status};
use protocol::version::Version;
use store::StoreError;

use crate::cancel::{PROGRESS_LIMIT, unix_ms};
use crate::{InvokeError, Render};

/// What one look at a render shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Observation {
    /// How far it is.
    pub(super) status: RenderProgress,
    /// Changes whenever the render shows a sign of life.
    pub(super) pulse: Pulse,
    /// How old the sign of life is by the clocks of both machines, where it has a time.
    pub(super) age: Option<Duration>,
    /// Whether it waits for the account's limit.
    pub(super) throttled: bool,
    /// Invocations, where they were counted.
    pub(super) invocations: Option<u32>,
}

/// A sign of life. Two that are equal are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pulse([u64; 5]);

/// Why a look showed nothing.
#[derive(Debug)]
pub(super) enum Blind {
    Store(StoreError),
    Invoke(InvokeError),
    Malformed(serde_json::Error),
    Still(StillHasNoProgress),
}

impl Render {
    /// Reads the progress document.
    pub(super) async fn read_progress(&self) -> Result<Observation, Blind> {
        let key = RenderKeys::new(&self.id).progress();
        let document = self.client.bucket.read(&key, PROGRESS_LIMIT).await;
        let document = document.map_err(Blind::Store)?;
        let progress = serde_json::from_slice(&document.bytes).map_err(Blind::Malformed)?;
        self.observation_of(&progress, unix_ms(SystemTime::now()))
    }

    /// Asks the function, which takes the render up again where it has stalled.
    pub(super) async fn ask_status(&self) -> Result<Observation, Blind> {
        let payload = Payload::Status(Status {
            bucket_name: self.client.installation.bucket.clone(),
            render_id: self.id.clone(),
            version: Some(Version::current()),
            s3_output_provider: None,
            log_level: LogLevel::default(),
        });
        let answer = self.client.call_plain::<RenderProgress>(&payload).await;
        let status = answer.map_err(Blind::Invoke)?;
        Ok(Observation {
            pulse: Pulse([
                u64::from(status.frames_rendered),
                u64::from(status.combined_frames),
                u64::from(status.chunks),
                u64::from(status.lambdas_invoked),
                status.errors.len() as u64,
            ]),
            status,
            age: None,
            throttled: false,
            invocations: None,
        })
    }

    fn observation_of(&self, progress: &Progress, now_unix_ms: u64) -> Result<Observation, Blind> {
        let function = &self.client.installation.function;
        let context = StatusContext {
            render_id: &self.id,
            bucket: &self.client.installation.bucket,
            region: &self.client.region,
            now_unix_ms,
            size: FunctionSize {
                memory_mib: function.memory_mib,
                disk_mib: function.disk_mib,
                architecture: Architecture::X86_64,
            },
        };
        let status = status(progress, context).map_err(Blind::Still)?;
        let leader = progress.framewright.clone().unwrap_or_default();
        let alive_at = leader.heartbeat_unix_ms.max(progress.function_launched);
        Ok(Observation {
            pulse: Pulse([
                leader.epoch,
                leader.sequence,
                leader.heartbeat_unix_ms,
                u64::from(progress.frames_rendered),
                u64::from(progress.combined_frames),
            ]),
            age: Some(Duration::from_millis(now_unix_ms.saturating_sub(alive_at))),
            throttled: leader.throttled,
            invocations: Some(leader.invocations).filter(|count| *count > 0),
            status,
        })
    }
}
