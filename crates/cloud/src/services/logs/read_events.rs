//! GetLogEvents and FilterLogEvents.

use std::collections::BTreeSet;

use iam::calls::Slot;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::name::{invalid, no_such_stream, of_identifier};
use super::pattern::Pattern;
use super::store::{LogStore, StoredEvent};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};

/// The largest page of events, by number and by size.
const MAX_PAGE_EVENTS: usize = 10_000;
const MAX_PAGE_BYTES: usize = 1024 * 1024;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetLogEvents {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name: String,
    start_time: Option<i64>,
    end_time: Option<i64>,
    next_token: Option<String>,
    limit: Option<usize>,
    #[serde(default)]
    start_from_head: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogEvents {
    events: Vec<OutputEvent>,
    next_forward_token: String,
    next_backward_token: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OutputEvent {
    timestamp: i64,
    message: String,
    ingestion_time: i64,
}

impl GetLogEvents {
    fn group(&self) -> &str {
        group(&self.log_group_name, &self.log_group_identifier)
    }
}

impl Operation for GetLogEvents {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "GetLogEvents";
    const READ_ONLY: bool = true;
}

impl Call for GetLogEvents {
    type Output = LogEvents;

    fn particulars(&self) -> Particulars {
        Particulars::new()
            .name(Slot::LogGroup, self.group())
            .name(Slot::LogStream, &self.log_stream_name)
    }

    async fn carry_out(store: &LogStore, call: Authorized<Self>) -> Result<LogEvents, ApiError> {
        let expired = store.expired_unix_ms(&store.group(call.group())?);
        let mut streams = store.streams(call.group())?.into_iter();
        if !streams.any(|(name, _)| name == call.log_stream_name) {
            return Err(no_such_stream());
        }
        let mut range = between(expired, call.start_time, call.end_time);
        let mut newest_first = !call.start_from_head;
        match call
            .next_token
            .as_deref()
            .map(Position::parse)
            .transpose()?
        {
            Some(Position::After(at)) => {
                range.start = range.start.max((at.0, at.1.saturating_add(1)));
                newest_first = false;
            }
            Some(Position::Before(at)) => {
                range.end = range.end.min(at);
                newest_first = true;
            }
            None => {}
        }
        let mut page = Page::new(call.limit);
        let bounds = (range.start, range.end);
        store.read_events(call.group(), range, newest_first, |event| {
            event.stream != call.log_stream_name || page.take(event)
        })?;
        if newest_first {
            page.events.reverse();
        }
        // A token that leads nowhere leads to where the caller is.
        let first = page.events.first().map_or(bounds.0, position);
        let last = page
            .events
            .last()
            .map_or((bounds.0.0, bounds.0.1.saturating_sub(1)), position);
        Ok(LogEvents {
            next_forward_token: Position::After(last).to_string(),
            next_backward_token: Position::Before(first).to_string(),
            events: page
                .events
                .into_iter()
                .map(|event| OutputEvent {
                    timestamp: event.at_unix_ms,
                    message: event.message,
                    ingestion_time: event.ingested_unix_ms,
                })
                .collect(),
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct FilterLogEvents {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    filter_pattern: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilteredLogEvents {
    events: Vec<FilteredEvent>,
    searched_log_streams: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FilteredEvent {
    log_stream_name: String,
    timestamp: i64,
    message: String,
    ingestion_time: i64,
    event_id: String,
}

impl FilterLogEvents {
    fn group(&self) -> &str {
        group(&self.log_group_name, &self.log_group_identifier)
    }
}

impl Operation for FilterLogEvents {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "FilterLogEvents";
    const READ_ONLY: bool = true;
}

impl Call for FilterLogEvents {
    type Output = FilteredLogEvents;

    fn particulars(&self) -> Particulars {
        Particulars::new().name(Slot::LogGroup, self.group())
    }

    async fn carry_out(
        store: &LogStore,
        call: Authorized<Self>,
    ) -> Result<FilteredLogEvents, ApiError> {
        if !call.log_stream_names.is_empty() && call.log_stream_name_prefix.is_some() {
            return Err(invalid(
                "LogStreamNames and LogStreamNamePrefix cannot be specified at the same time.",
            ));
        }
        let expired = store.expired_unix_ms(&store.group(call.group())?);
        let pattern = Pattern::parse(call.filter_pattern.as_deref().unwrap_or_default())?;
        let mut range = between(expired, call.start_time, call.end_time);
        if let Some(token) = &call.next_token {
            let Position::After(at) = Position::parse(token)? else {
                return Err(bad_token());
            };
            range.start = range.start.max((at.0, at.1.saturating_add(1)));
        }
        let named: BTreeSet<&str> = call.log_stream_names.iter().map(String::as_str).collect();
        let prefix = call.log_stream_name_prefix.as_deref().unwrap_or_default();
        let mut page = Page::new(call.limit);
        let mut more = false;
        store.read_events(call.group(), range, false, |event| {
            let wanted = (named.is_empty() || named.contains(event.stream.as_str()))
                && event.stream.starts_with(prefix)
                && pattern.matches(&event.message);
            more = wanted && page.is_full();
            !wanted || page.take(event)
        })?;
        let last = page.events.last().map(position);
        Ok(FilteredLogEvents {
            next_token: last
                .filter(|_| more || page.is_full())
                .map(|at| Position::After(at).to_string()),
            searched_log_streams: [],
            events: page.events.into_iter().map(filtered).collect(),
        })
    }
}

fn filtered(event: StoredEvent) -> FilteredEvent {
    FilteredEvent {
        event_id: format!("{:020}{:036}", event.at_unix_ms.max(0), event.number),
        log_stream_name: event.stream,
        timestamp: event.at_unix_ms,
        message: event.message,
        ingestion_time: event.ingested_unix_ms,
    }
}

/// Events of an answer, as many as fit.
struct Page {
    events: Vec<StoredEvent>,
    limit: usize,
    bytes: usize,
}

impl Page {
    fn new(limit: Option<usize>) -> Self {
        Self {
            events: Vec::new(),
            limit: limit.unwrap_or(MAX_PAGE_EVENTS).clamp(1, MAX_PAGE_EVENTS),
            bytes: 0,
        }
    }

    fn is_full(&self) -> bool {
        self.events.len() >= self.limit || self.bytes >= MAX_PAGE_BYTES
    }

    /// Takes an event; whether there is room for another.
    fn take(&mut self, event: StoredEvent) -> bool {
        self.bytes += event.message.len();
        self.events.push(event);
        !self.is_full()
    }
}

/// A place between events, as tokens name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    After((i64, u64)),
    Before((i64, u64)),
}

impl Position {
    fn parse(token: &str) -> Result<Self, ApiError> {
        let parse = || {
            let (direction, place) = token.split_once('/')?;
            let (at, number) = place.rsplit_once('.')?;
            let place = (at.parse().ok()?, number.parse().ok()?);
            match direction {
                "f" => Some(Self::After(place)),
                "b" => Some(Self::Before(place)),
                _ => None,
            }
        };
        parse().ok_or_else(bad_token)
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::After((at, number)) => write!(f, "f/{at}.{number}"),
            Self::Before((at, number)) => write!(f, "b/{at}.{number}"),
        }
    }
}

fn position(event: &StoredEvent) -> (i64, u64) {
    (event.at_unix_ms, event.number)
}

/// The events from one time, inclusive, to another, exclusive, of those that have not expired.
fn between(expired: i64, from: Option<i64>, to: Option<i64>) -> std::ops::Range<(i64, u64)> {
    (from.unwrap_or(i64::MIN).max(expired), 0)..(to.unwrap_or(i64::MAX), 0)
}

fn group<'a>(name: &'a Option<String>, identifier: &'a Option<String>) -> &'a str {
    let named = name.as_deref();
    named.unwrap_or_else(|| of_identifier(identifier.as_deref().unwrap_or_default()))
}

fn bad_token() -> ApiError {
    invalid("The specified nextToken is invalid.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_survive_as_tokens() {
        for position in [Position::After((-5, 7)), Position::Before((1_000, 0))] {
            assert_eq!(Position::parse(&position.to_string()).unwrap(), position);
        }
        for wrong in ["", "f/", "x/1.1", "f/1", "f/a.b"] {
            assert!(Position::parse(wrong).is_err(), "{wrong}");
        }
    }
}
