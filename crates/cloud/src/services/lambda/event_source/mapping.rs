//! Mappings as they are kept and shown.

use jiff::Timestamp;
use redb::{ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::state::{Change, State, StateError, decode, encode};

/// Region and id → [`Mapping`].
const MAPPINGS: TableDefinition<'_, (&str, &str), &[u8]> =
    TableDefinition::new("lambda.event_source_mappings");

/// A queue whose messages go to a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mapping {
    pub(super) region: String,
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) source_arn: String,
    /// The name of the function.
    pub(super) function: String,
    pub(super) function_arn: String,
    pub(super) settings: Settings,
    pub(super) modified_at: Timestamp,
}

/// How messages are handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) enabled: bool,
    /// Messages of one invocation, at most.
    pub(super) batch_size: u32,
    /// How long a batch may wait to become full.
    pub(super) window_seconds: u32,
    /// Whether the function says which messages of a batch failed.
    pub(super) reports_failures: bool,
    /// Invocations at once, if the mapping says so.
    pub(super) concurrency: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            batch_size: 10,
            window_seconds: 0,
            reports_failures: false,
            concurrency: None,
        }
    }
}

impl Mapping {
    /// The mapping as answers show it.
    pub(super) fn shown(&self, state: &str) -> Value {
        let settings = &self.settings;
        let responses: &[&str] = if settings.reports_failures {
            &["ReportBatchItemFailures"]
        } else {
            &[]
        };
        let mut shown = json!({
            "UUID": self.id,
            "EventSourceMappingArn": self.arn,
            "BatchSize": settings.batch_size,
            "MaximumBatchingWindowInSeconds": settings.window_seconds,
            "EventSourceArn": self.source_arn,
            "FunctionArn": self.function_arn,
            // Seconds with a fraction: this protocol's way to spell times.
            "LastModified": self.modified_at.as_millisecond() as f64 / 1000.0,
            "State": state,
            "StateTransitionReason": "USER_INITIATED",
            "FunctionResponseTypes": responses,
        });
        if let Some(concurrency) = settings.concurrency {
            shown["ScalingConfig"] = json!({ "MaximumConcurrency": concurrency });
        }
        shown
    }

    /// What the mapping does.
    pub(super) fn state(&self) -> &'static str {
        if self.settings.enabled {
            "Enabled"
        } else {
            "Disabled"
        }
    }
}

/// Makes the table, so that every read finds it.
pub(in crate::services::lambda) fn make_table(change: &mut Change<'_>) -> Result<(), StateError> {
    change.write(MAPPINGS).map(drop)
}

/// A mapping.
pub(super) fn mapping(
    state: &State,
    region: &str,
    id: &str,
) -> Result<Option<Mapping>, StateError> {
    let mappings = state.read()?.open_table(MAPPINGS)?;
    let entry = mappings.get((region, id))?;
    entry
        .map(|entry| decode(&MAPPINGS, entry.value()))
        .transpose()
}

/// A mapping, for a change to it.
pub(super) fn mapping_in(
    change: &Change<'_>,
    region: &str,
    id: &str,
) -> Result<Option<Mapping>, StateError> {
    let mappings = change.read(MAPPINGS)?;
    let entry = mappings.get((region, id))?;
    entry
        .map(|entry| decode(&MAPPINGS, entry.value()))
        .transpose()
}

/// The mapping of a queue to a function, for a change.
pub(super) fn mapping_of(
    change: &Change<'_>,
    source_arn: &str,
    function_arn: &str,
) -> Result<Option<Mapping>, StateError> {
    for entry in change.read(MAPPINGS)?.iter()? {
        let mapping: Mapping = decode(&MAPPINGS, entry?.1.value())?;
        if mapping.source_arn == source_arn && mapping.function_arn == function_arn {
            return Ok(Some(mapping));
        }
    }
    Ok(None)
}

/// All mappings.
pub(super) fn mappings(state: &State) -> Result<Vec<Mapping>, StateError> {
    let mappings = state.read()?.open_table(MAPPINGS)?;
    let mut found = Vec::new();
    for entry in mappings.iter()? {
        found.push(decode(&MAPPINGS, entry?.1.value())?);
    }
    Ok(found)
}

/// Writes a mapping.
pub(super) fn put(change: &mut Change<'_>, mapping: &Mapping) -> Result<(), StateError> {
    let entry = encode(&MAPPINGS, mapping)?;
    change.write(MAPPINGS)?.insert(
        (mapping.region.as_str(), mapping.id.as_str()),
        entry.as_slice(),
    )?;
    Ok(())
}

/// Removes a mapping.
pub(super) fn remove(change: &mut Change<'_>, mapping: &Mapping) -> Result<(), StateError> {
    change
        .write(MAPPINGS)?
        .remove((mapping.region.as_str(), mapping.id.as_str()))?;
    Ok(())
}
