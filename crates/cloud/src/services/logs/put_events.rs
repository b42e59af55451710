//! PutLogEvents.

use iam::calls::Slot;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::name::invalid;
use super::store::{LogStore, MAX_GROUP_BYTES};
use super::table::{self, EVENTS, Group, Stream, stored_bytes};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::state::{Change, ChangeError, StateError};

const MAX_BATCH_EVENTS: usize = 10_000;
const MAX_BATCH_BYTES: u64 = 1024 * 1024;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// Events that lie further ahead are rejected.
const MAX_AHEAD_MS: i64 = 2 * HOUR_MS;

/// Events that are older are rejected, as are those beyond the retention.
const MAX_AGE_MS: i64 = 14 * 24 * HOUR_MS;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutLogEvents {
    log_group_name: String,
    log_stream_name: String,
    log_events: Vec<InputEvent>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InputEvent {
    timestamp: i64,
    message: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutLogEventsOutput {
    /// Nobody needs it any more; clients still expect one.
    next_sequence_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_log_events_info: Option<Rejected>,
}

/// Which events of a batch were not taken. They are at its ends, since it is in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rejected {
    #[serde(skip_serializing_if = "Option::is_none")]
    too_new_log_event_start_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    too_old_log_event_end_index: Option<usize>,
}

impl Operation for PutLogEvents {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "PutLogEvents";
    const READ_ONLY: bool = false;
}

impl Call for PutLogEvents {
    type Output = PutLogEventsOutput;

    fn particulars(&self) -> Particulars {
        Particulars::new()
            .name(Slot::LogGroup, &self.log_group_name)
            .name(Slot::LogStream, &self.log_stream_name)
    }

    async fn carry_out(
        store: &LogStore,
        call: Authorized<Self>,
    ) -> Result<PutLogEventsOutput, ApiError> {
        let now = store.now_unix_ms();
        let (call, permit) = call.into_parts();
        check_batch(&call.log_events)?;
        let (accepted, rejected) = sort_out(&call.log_events, now);
        let next = store.state().change(&permit, move |change| {
            let (group_name, stream_name) = (&call.log_group_name, &call.log_stream_name);
            let mut group = table::group(change, group_name)?;
            let mut stream = table::stream(change, group_name, stream_name)?;
            let batch = Batch {
                group: group_name,
                stream: stream_name,
                events: &call.log_events[accepted.clone()],
                now,
            };
            batch.append(change, &mut group, &mut stream)?;
            table::put_group(change, group_name, &group)?;
            table::put_stream(change, group_name, stream_name, &stream)?;
            Ok::<_, ChangeError<ApiError>>(group.next_event)
        });
        let next = next.await?;
        Ok(PutLogEventsOutput {
            next_sequence_token: format!("{next:056}"),
            rejected_log_events_info: (rejected != Rejected::default()).then_some(rejected),
        })
    }
}

struct Batch<'a> {
    group: &'a str,
    stream: &'a str,
    events: &'a [InputEvent],
    now: i64,
}

impl Batch<'_> {
    fn append(
        &self,
        change: &mut Change<'_>,
        group: &mut Group,
        stream: &mut Stream,
    ) -> Result<(), StateError> {
        let mut events = change.write(EVENTS)?;
        for event in self.events {
            events.insert(
                (self.group, event.timestamp, group.next_event),
                (self.stream, self.now, event.message.as_str()),
            )?;
            group.next_event += 1;
            group.stored_bytes += stored_bytes(&event.message);
        }
        drop(events);
        if let (Some(first), Some(last)) = (self.events.first(), self.events.last()) {
            let (first, last) = (first.timestamp, last.timestamp);
            let earliest = stream.first_event_unix_ms.map_or(first, |at| at.min(first));
            let latest = stream.last_event_unix_ms.map_or(last, |at| at.max(last));
            stream.first_event_unix_ms = Some(earliest);
            stream.last_event_unix_ms = Some(latest);
            stream.last_ingestion_unix_ms = Some(self.now);
        }
        if group.stored_bytes > MAX_GROUP_BYTES {
            // A quarter at once, so that not every later batch pays for it.
            let excess = group.stored_bytes - MAX_GROUP_BYTES / 4 * 3;
            let freed = table::remove_oldest(change, self.group, excess)?;
            group.stored_bytes = group.stored_bytes.saturating_sub(freed);
        }
        Ok(())
    }
}

fn check_batch(events: &[InputEvent]) -> Result<(), ApiError> {
    if events.is_empty() {
        return Err(invalid(
            "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint: \
             Member must have length greater than or equal to 1",
        ));
    }
    if events.len() > MAX_BATCH_EVENTS {
        return Err(invalid(
            "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: \
             Member must have length less than or equal to 10000",
        ));
    }
    let bytes: u64 = events
        .iter()
        .map(|event| stored_bytes(&event.message))
        .sum();
    if bytes > MAX_BATCH_BYTES {
        return Err(invalid(format!(
            "Upload too large: {bytes} bytes exceeds limit of {MAX_BATCH_BYTES}"
        )));
    }
    if !events.is_sorted_by_key(|event| event.timestamp) {
        return Err(invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    let span = events[events.len() - 1].timestamp - events[0].timestamp;
    if span > 24 * HOUR_MS {
        return Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 \
             hours.",
        ));
    }
    Ok(())
}

/// The events that are neither too old nor too new.
fn sort_out(events: &[InputEvent], now: i64) -> (std::ops::Range<usize>, Rejected) {
    let old = events.partition_point(|event| event.timestamp < now - MAX_AGE_MS);
    let fit = events.partition_point(|event| event.timestamp <= now + MAX_AHEAD_MS);
    let rejected = Rejected {
        too_new_log_event_start_index: (fit < events.len()).then_some(fit),
        too_old_log_event_end_index: (old > 0).then_some(old),
    };
    (old..fit.max(old), rejected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(times: &[i64]) -> Vec<InputEvent> {
        let event = |timestamp: &i64| InputEvent {
            timestamp: *timestamp,
            message: "m".into(),
        };
        times.iter().map(event).collect()
    }

    #[test]
    fn too_old_and_too_new_are_rejected_by_index() {
        let now = 100 * MAX_AGE_MS;
        let (taken, rejected) = sort_out(
            &events(&[0, now - MAX_AGE_MS, now, now + MAX_AHEAD_MS + 1]),
            now,
        );
        assert_eq!(taken, 1..3);
        assert_eq!(rejected.too_old_log_event_end_index, Some(1));
        assert_eq!(rejected.too_new_log_event_start_index, Some(3));
    }

    #[test]
    fn batches_are_in_order_and_within_a_day() {
        assert!(check_batch(&events(&[1, 1, 2])).is_ok());
        assert!(check_batch(&events(&[2, 1])).is_err());
        assert!(check_batch(&events(&[0, 24 * HOUR_MS + 1])).is_err());
        assert!(check_batch(&events(&[])).is_err());
    }
}
