//! Where queues and messages are kept.
//!
//! A message stands in two tables: under its place in the queue with all that it is, and under the
//! moment at which it becomes visible, so that a receiver finds the next ones without reading the
//! others.

use std::ops::RangeInclusive;

use redb::{ReadableTable, TableDefinition};

use super::message::Message;
use super::queue::Queue;
use crate::state::{Change, Snapshot, StateError, decode, encode};

/// Region and name → [`Queue`].
const QUEUES: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("sqs.queues");

/// Queue id and place → [`Message`].
const MESSAGES: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("sqs.messages");

/// Queue id, moment of visibility in milliseconds since 1970, and place → whether it was received.
const DUE: TableDefinition<'_, (&str, i64, u64), bool> = TableDefinition::new("sqs.due");

/// How many messages a queue has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) visible: u64,
    pub(super) in_flight: u64,
    pub(super) delayed: u64,
}

/// Makes the tables, so that every read finds them.
pub(super) fn make(change: &mut Change<'_>) -> Result<(), StateError> {
    change.write(QUEUES)?;
    change.write(MESSAGES)?;
    change.write(DUE)?;
    Ok(())
}

/// A queue.
pub(super) fn queue(
    snapshot: &Snapshot,
    region: &str,
    name: &str,
) -> Result<Option<Queue>, StateError> {
    let queues = snapshot.open_table(QUEUES)?;
    let entry = queues.get((region, name))?;
    entry
        .map(|entry| decode(&QUEUES, entry.value()))
        .transpose()
}

/// A queue, for a change to it.
pub(super) fn queue_in(
    change: &Change<'_>,
    region: &str,
    name: &str,
) -> Result<Option<Queue>, StateError> {
    let queues = change.read(QUEUES)?;
    let entry = queues.get((region, name))?;
    entry
        .map(|entry| decode(&QUEUES, entry.value()))
        .transpose()
}

/// The queues of a region by name.
pub(super) fn queues(snapshot: &Snapshot, region: &str) -> Result<Vec<Queue>, StateError> {
    let queues = snapshot.open_table(QUEUES)?;
    let mut found = Vec::new();
    for entry in queues.range((region, "")..)? {
        let (key, value) = entry?;
        if key.value().0 != region {
            break;
        }
        found.push(decode(&QUEUES, value.value())?);
    }
    Ok(found)
}

/// Writes a queue.
pub(super) fn put_queue(change: &mut Change<'_>, queue: &Queue) -> Result<(), StateError> {
    let entry = encode(&QUEUES, queue)?;
    change.write(QUEUES)?.insert(
        (queue.region.as_str(), queue.name.as_str()),
        entry.as_slice(),
    )?;
    Ok(())
}

/// Removes a queue with its messages.
pub(super) fn remove_queue(change: &mut Change<'_>, queue: &Queue) -> Result<(), StateError> {
    empty(change, queue)?;
    change
        .write(QUEUES)?
        .remove((queue.region.as_str(), queue.name.as_str()))?;
    Ok(())
}

/// Removes the messages of a queue.
pub(super) fn empty(change: &mut Change<'_>, queue: &Queue) -> Result<(), StateError> {
    let id = queue.id.as_str();
    change
        .write(MESSAGES)?
        .retain_in((id, 0)..=(id, u64::MAX), |_, _| false)?;
    change
        .write(DUE)?
        .retain_in(moments(id, i64::MAX), |_, _| false)?;
    Ok(())
}

/// Puts a message at the end of a queue.
pub(super) fn add(
    change: &mut Change<'_>,
    queue: &Queue,
    message: &Message,
) -> Result<(), StateError> {
    let id = queue.id.as_str();
    let last = {
        let messages = change.read(MESSAGES)?;
        let mut range = messages.range((id, 0)..=(id, u64::MAX))?;
        range.next_back().transpose()?.map(|(key, _)| key.value().1)
    };
    put(change, queue, last.map_or(0, |last| last + 1), message)
}

/// Writes a message at its place.
pub(super) fn put(
    change: &mut Change<'_>,
    queue: &Queue,
    place: u64,
    message: &Message,
) -> Result<(), StateError> {
    let id = queue.id.as_str();
    let entry = encode(&MESSAGES, message)?;
    change
        .write(MESSAGES)?
        .insert((id, place), entry.as_slice())?;
    change
        .write(DUE)?
        .insert((id, message.visible_at, place), message.received > 0)?;
    Ok(())
}

/// Removes the message at a place.
pub(super) fn remove(
    change: &mut Change<'_>,
    queue: &Queue,
    place: u64,
    message: &Message,
) -> Result<(), StateError> {
    let id = queue.id.as_str();
    change.write(MESSAGES)?.remove((id, place))?;
    change.write(DUE)?.remove((id, message.visible_at, place))?;
    Ok(())
}

/// Takes a message off its moment, before it gets another.
pub(super) fn undue(
    change: &mut Change<'_>,
    queue: &Queue,
    place: u64,
    message: &Message,
) -> Result<(), StateError> {
    let key = (queue.id.as_str(), message.visible_at, place);
    change.write(DUE)?.remove(key)?;
    Ok(())
}

/// The message at a place.
pub(super) fn message(
    change: &Change<'_>,
    queue: &Queue,
    place: u64,
) -> Result<Option<Message>, StateError> {
    let messages = change.read(MESSAGES)?;
    let entry = messages.get((queue.id.as_str(), place))?;
    entry
        .map(|entry| decode(&MESSAGES, entry.value()))
        .transpose()
}

/// The places of messages that are visible, those that have been it for longest first.
pub(super) fn visible(
    change: &Change<'_>,
    queue: &Queue,
    now: i64,
    most: usize,
) -> Result<Vec<u64>, StateError> {
    let due = change.read(DUE)?;
    let mut places = Vec::new();
    for entry in due.range(moments(&queue.id, now))?.take(most) {
        places.push(entry?.0.value().2);
    }
    Ok(places)
}

/// When the next message becomes visible or has become it; nothing for a queue without messages.
pub(super) fn next_moment(snapshot: &Snapshot, queue: &Queue) -> Result<Option<i64>, StateError> {
    let due = snapshot.open_table(DUE)?;
    let first = due.range(moments(&queue.id, i64::MAX))?.next();
    Ok(first.transpose()?.map(|(key, _)| key.value().1))
}

/// Counts the messages of a queue.
pub(super) fn counts(snapshot: &Snapshot, queue: &Queue, now: i64) -> Result<Counts, StateError> {
    let due = snapshot.open_table(DUE)?;
    let mut counts = Counts::default();
    for entry in due.range(moments(&queue.id, i64::MAX))? {
        let (key, received) = entry?;
        let count = if key.value().1 <= now {
            &mut counts.visible
        } else if received.value() {
            &mut counts.in_flight
        } else {
            &mut counts.delayed
        };
        *count += 1;
    }
    Ok(counts)
}

fn moments(id: &str, until: i64) -> RangeInclusive<(&str, i64, u64)> {
    (id, i64::MIN, 0)..=(id, until, u64::MAX)
}
