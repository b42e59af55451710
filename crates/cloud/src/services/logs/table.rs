//! How logs are kept.
//!
//! Events of a group lie in one table in the order of their time, whatever their
//! stream, since retention, filtering and the bound on a group's size all go by
//! time.

use redb::{ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use super::name::{no_such_group, no_such_stream};
use crate::api_error::ApiError;
use crate::state::{Change, ChangeError, StateError, decode, encode};

/// Group → [`Group`].
pub(super) const GROUPS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("logs.groups");

/// Group and stream → [`Stream`].
pub(super) const STREAMS: TableDefinition<'_, (&str, &str), &[u8]> =
    TableDefinition::new("logs.streams");

/// Group, time in milliseconds, number → stream, time of ingestion, message.
pub(super) const EVENTS: TableDefinition<'_, (&str, i64, u64), (&str, i64, &str)> =
    TableDefinition::new("logs.events");

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) created_unix_ms: i64,
    /// How long events are kept; nothing means this cloud's own limit.
    pub(super) retention_days: Option<u32>,
    pub(super) stored_bytes: u64,
    /// The number of the next event.
    pub(super) next_event: u64,
    #[serde(default)]
    pub(super) tags: std::collections::BTreeMap<String, String>,
}

/// A log stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stream {
    pub(super) created_unix_ms: i64,
    pub(super) first_event_unix_ms: Option<i64>,
    pub(super) last_event_unix_ms: Option<i64>,
    pub(super) last_ingestion_unix_ms: Option<i64>,
}

/// What an event adds to the size of its group, as AWS counts.
pub(super) fn stored_bytes(message: &str) -> u64 {
    message.len() as u64 + 26
}

/// A group, for a change to it, if it is there.
pub(super) fn find_group(change: &Change<'_>, name: &str) -> Result<Option<Group>, StateError> {
    let groups = change.read(GROUPS)?;
    let entry = groups.get(name)?;
    entry
        .map(|entry| decode(&GROUPS, entry.value()))
        .transpose()
}

/// A group, for a change to it, that must be there.
pub(super) fn group(change: &Change<'_>, name: &str) -> Result<Group, ChangeError<ApiError>> {
    find_group(change, name)?.ok_or_else(|| ChangeError::Refused(no_such_group()))
}

/// A stream, for a change to it.
pub(super) fn stream(
    change: &Change<'_>,
    group: &str,
    name: &str,
) -> Result<Stream, ChangeError<ApiError>> {
    match change.read(STREAMS)?.get((group, name))? {
        Some(entry) => Ok(decode(&STREAMS, entry.value())?),
        None => Err(ChangeError::Refused(no_such_stream())),
    }
}

/// Writes a group.
pub(super) fn put_group(
    change: &mut Change<'_>,
    name: &str,
    group: &Group,
) -> Result<(), StateError> {
    let entry = encode(&GROUPS, group)?;
    change.write(GROUPS)?.insert(name, entry.as_slice())?;
    Ok(())
}

/// Writes a stream.
pub(super) fn put_stream(
    change: &mut Change<'_>,
    group: &str,
    name: &str,
    stream: &Stream,
) -> Result<(), StateError> {
    let entry = encode(&STREAMS, stream)?;
    change
        .write(STREAMS)?
        .insert((group, name), entry.as_slice())?;
    Ok(())
}

/// Removes the events of a group that are older than `before`; the bytes that this freed.
pub(super) fn remove_events_before(
    change: &mut Change<'_>,
    group: &str,
    before_unix_ms: i64,
) -> Result<u64, StateError> {
    let mut events = change.write(EVENTS)?;
    let mut freed = 0;
    let range = (group, i64::MIN, 0)..(group, before_unix_ms, 0);
    events.retain_in(range, |_, (_, _, message)| {
        freed += stored_bytes(message);
        false
    })?;
    Ok(freed)
}

/// Removes the oldest events of a group until `excess` bytes are freed; the bytes that this freed.
pub(super) fn remove_oldest(
    change: &mut Change<'_>,
    group: &str,
    excess: u64,
) -> Result<u64, StateError> {
    let mut events = change.write(EVENTS)?;
    let mut freed = 0;
    events.retain_in(all_of(group), |_, (_, _, message)| {
        let keep = freed >= excess;
        if !keep {
            freed += stored_bytes(message);
        }
        keep
    })?;
    Ok(freed)
}

/// The keys of all events of a group.
pub(super) fn all_of(group: &str) -> std::ops::RangeInclusive<(&str, i64, u64)> {
    (group, i64::MIN, 0)..=(group, i64::MAX, u64::MAX)
}

/// The keys of all streams of a group.
pub(super) fn streams_of<'a>(group: &'a str, end: &'a str) -> std::ops::Range<(&'a str, &'a str)> {
    (group, "")..(end, "")
}

/// The least text that is greater than all that `name` begins a key of.
pub(super) fn successor(name: &str) -> String {
    format!("{name}\0")
}
