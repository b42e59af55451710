//! The logs of the account.

use std::convert::Infallible;
use std::sync::Arc;

use iam::AccountId;
use redb::ReadableTable;

use super::name::no_such_group;
use super::table::{self, EVENTS, GROUPS, Group, STREAMS, Stream};
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::config::Region;
use crate::state::{ChangeError, State, StateError, decode};

/// How long events of a group without a retention policy are kept. AWS keeps
/// them for ever; this disk is the user's own.
const KEPT_DAYS: u32 = 14;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A group that grows beyond loses its oldest events.
pub(super) const MAX_GROUP_BYTES: u64 = 64 * 1024 * 1024;

/// The log groups of the account; a handle.
#[derive(Debug, Clone)]
pub(crate) struct LogStore {
    state: State,
    clock: Arc<dyn Clock>,
    account: AccountId,
    region: Region,
}

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredEvent {
    pub(super) at_unix_ms: i64,
    /// Tells events of one group and time apart.
    pub(super) number: u64,
    pub(super) stream: String,
    pub(super) ingested_unix_ms: i64,
    pub(super) message: String,
}

impl LogStore {
    /// The logs in a state. Makes the tables, so that every read finds them.
    pub(crate) async fn open(
        state: State,
        clock: Arc<dyn Clock>,
        account: AccountId,
        region: Region,
    ) -> Result<Self, StateError> {
        let made = state.maintain(|change| {
            change.write(GROUPS)?;
            change.write(STREAMS)?;
            change.write(EVENTS)?;
            Ok(())
        });
        infallible(made.await)?;
        Ok(Self {
            state,
            clock,
            account,
            region,
        })
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn now_unix_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// The ARN of a group, without the `:*` that IAM and some calls want.
    pub(super) fn group_arn(&self, name: &str) -> String {
        format!(
            "arn:aws:logs:{}:{}:log-group:{name}",
            self.region, self.account
        )
    }

    /// All groups by name.
    pub(super) fn groups(&self) -> Result<Vec<(String, Group)>, StateError> {
        let groups = self.state.read()?.open_table(GROUPS)?;
        let mut found = Vec::new();
        for entry in groups.iter()? {
            let (name, group) = entry?;
            found.push((name.value().to_owned(), decode(&GROUPS, group.value())?));
        }
        Ok(found)
    }

    /// A group that must be there.
    pub(super) fn group(&self, name: &str) -> Result<Group, ApiError> {
        let find = || -> Result<Option<Group>, StateError> {
            let groups = self.state.read()?.open_table(GROUPS)?;
            let entry = groups.get(name)?;
            entry
                .map(|entry| decode(&GROUPS, entry.value()))
                .transpose()
        };
        find()?.ok_or_else(no_such_group)
    }

    /// The streams of a group by name.
    pub(super) fn streams(&self, group: &str) -> Result<Vec<(String, Stream)>, StateError> {
        let streams = self.state.read()?.open_table(STREAMS)?;
        let mut found = Vec::new();
        for entry in streams.range(table::streams_of(group, &table::successor(group)))? {
            let (key, stream) = entry?;
            found.push((key.value().1.to_owned(), decode(&STREAMS, stream.value())?));
        }
        Ok(found)
    }

    /// The time before which the events of a group are gone, or about to be.
    pub(super) fn expired_unix_ms(&self, group: &Group) -> i64 {
        let days = group.retention_days.unwrap_or(KEPT_DAYS);
        self.now_unix_ms() - i64::from(days) * DAY_MS
    }

    /// Events of a group between two positions, oldest first or newest first, until `take` has
    /// had enough.
    pub(super) fn read_events(
        &self,
        group: &str,
        range: std::ops::Range<(i64, u64)>,
        newest_first: bool,
        mut take: impl FnMut(StoredEvent) -> bool,
    ) -> Result<(), StateError> {
        let events = self.state.read()?.open_table(EVENTS)?;
        let (from, to) = (range.start, range.end);
        if from >= to {
            return Ok(());
        }
        let mut events = events.range((group, from.0, from.1)..(group, to.0, to.1))?;
        loop {
            let next = if newest_first {
                events.next_back()
            } else {
                events.next()
            };
            let Some(entry) = next else { return Ok(()) };
            let (key, value) = entry?;
            let (_, at_unix_ms, number) = key.value();
            let (stream, ingested_unix_ms, message) = value.value();
            let goes_on = take(StoredEvent {
                at_unix_ms,
                number,
                stream: stream.to_owned(),
                ingested_unix_ms,
                message: message.to_owned(),
            });
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// Removes events beyond their retention.
    pub(super) async fn sweep(&self) -> Result<(), StateError> {
        for (name, group) in self.groups()? {
            let expired = self.expired_unix_ms(&group);
            let swept = self.state.maintain(move |change| {
                let freed = table::remove_events_before(change, &name, expired)?;
                // It may have been deleted meanwhile, and then has no events either.
                if freed > 0
                    && let Some(mut group) = table::find_group(change, &name)?
                {
                    group.stored_bytes = group.stored_bytes.saturating_sub(freed);
                    table::put_group(change, &name, &group)?;
                }
                Ok(())
            });
            infallible(swept.await)?;
        }
        Ok(())
    }
}

fn infallible<T>(result: Result<T, ChangeError<Infallible>>) -> Result<T, StateError> {
    result.map_err(|error| match error {
        ChangeError::Refused(never) => match never {},
        ChangeError::State(error) => error,
    })
}
