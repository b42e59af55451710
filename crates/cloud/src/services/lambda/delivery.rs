//! Delivers the log of an environment, by the rights of the execution role.
//!
//! The lines go the way that every request goes, signed with the environment's
//! credentials, so a role without `logs:` actions has no logs and the event
//! history tells why.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::as_role::{AsRole, CallError};
use crate::clock::Clock;
use crate::config::Region;
use crate::identity::TemporaryCredentials;
use crate::sandbox::{LogLine, LogLines};

/// How long a line may wait for others to go with.
const GATHERING: Duration = Duration::from_millis(250);

/// The most that goes in one call, by number and by size.
const BATCH_LINES: usize = 1000;
const BATCH_BYTES: usize = 768 * 1024;

/// Where lines go.
#[derive(Debug, Clone)]
pub(super) struct LogTarget {
    pub(super) group: String,
    pub(super) stream: String,
    pub(super) region: Region,
}

/// Delivers the lines of one environment.
#[derive(Debug)]
pub(super) struct Delivery {
    role: AsRole,
    target: LogTarget,
}

impl Delivery {
    pub(super) fn new(
        endpoint: &str,
        target: LogTarget,
        credentials: TemporaryCredentials,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let role = AsRole::new(endpoint, target.region.clone(), credentials, clock);
        Self { role, target }
    }

    /// Delivers until there are no more lines, or the role may not.
    pub(super) async fn run(self, mut lines: LogLines) {
        let mut stream_stands = false;
        while let Some(batch) = gather(&mut lines).await {
            let delivered = self.deliver(&batch, stream_stands).await;
            match delivered {
                Ok(()) => stream_stands = true,
                Err(error) => {
                    // AWS drops them as silently; the event history has the denial.
                    tracing::debug!(group = self.target.group, %error, "no logs");
                    return;
                }
            }
        }
    }

    async fn deliver(&self, batch: &[LogLine], stream_stands: bool) -> Result<(), CallError> {
        if !stream_stands {
            self.make_stream().await?;
        }
        let events: Vec<Value> = batch
            .iter()
            .map(|line| json!({ "timestamp": line.at.as_millisecond(), "message": line.text }))
            .collect();
        self.call(
            "PutLogEvents",
            json!({
                "logGroupName": self.target.group,
                "logStreamName": self.target.stream,
                "logEvents": events,
            }),
        )
        .await
    }

    /// Makes the stream, and before it the group if there is none.
    async fn make_stream(&self) -> Result<(), CallError> {
        let stream = json!({
            "logGroupName": self.target.group,
            "logStreamName": self.target.stream,
        });
        match self.call("CreateLogStream", stream.clone()).await {
            Err(CallError::Answered { code, .. }) if code == "ResourceNotFoundException" => {}
            other => return other,
        }
        let group = json!({ "logGroupName": self.target.group });
        match self.call("CreateLogGroup", group).await {
            // Another environment was faster.
            Err(CallError::Answered { code, .. }) if code == "ResourceAlreadyExistsException" => {}
            Ok(()) => {}
            Err(error) => return Err(error),
        }
        self.call("CreateLogStream", stream).await
    }

    async fn call(&self, operation: &str, input: Value) -> Result<(), CallError> {
        self.role
            .call("logs", &format!("Logs_20140328.{operation}"), &input)
            .await
            .map(drop)
    }
}

/// The next lines, in the order of their times; nothing if there are no more.
async fn gather(lines: &mut LogLines) -> Option<Vec<LogLine>> {
    let first = lines.recv().await?;
    let mut bytes = first.text.len();
    let mut batch = vec![first];
    let until = Instant::now() + GATHERING;
    while batch.len() < BATCH_LINES && bytes < BATCH_BYTES {
        match timeout_at(until, lines.recv()).await {
            Ok(Some(line)) => {
                bytes += line.text.len();
                batch.push(line);
            }
            Ok(None) | Err(_) => break,
        }
    }
    // Clocks are set back now and then.
    batch.sort_by_key(|line| line.at);
    Some(batch)
}
