//! CreateLogStream, DescribeLogStreams.

use iam::calls::Slot;
use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::call::{Call, Nothing};
use super::name::{check_stream, invalid, of_identifier};
use super::store::LogStore;
use super::table::{self, STREAMS, Stream};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::state::ChangeError;

/// The largest page of streams.
const MAX_PAGE: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateLogStream {
    log_group_name: String,
    log_stream_name: String,
}

impl Operation for CreateLogStream {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "CreateLogStream";
    const READ_ONLY: bool = false;
}

impl Call for CreateLogStream {
    type Output = Nothing;

    fn particulars(&self) -> Particulars {
        Particulars::new()
            .name(Slot::LogGroup, &self.log_group_name)
            .name(Slot::LogStream, &self.log_stream_name)
    }

    async fn carry_out(store: &LogStore, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        let now = store.now_unix_ms();
        let (call, permit) = call.into_parts();
        check_stream(&call.log_stream_name)?;
        let created = store.state().change(&permit, move |change| {
            let (group, name) = (call.log_group_name.as_str(), call.log_stream_name.as_str());
            table::group(change, group)?;
            if change.read(STREAMS)?.get((group, name))?.is_some() {
                return Err(ChangeError::Refused(ApiError::bad_request(
                    "ResourceAlreadyExistsException",
                    "The specified log stream already exists",
                )));
            }
            let stream = Stream {
                created_unix_ms: now,
                first_event_unix_ms: None,
                last_event_unix_ms: None,
                last_ingestion_unix_ms: None,
            };
            Ok(table::put_stream(change, group, name, &stream)?)
        });
        created.await?;
        Ok(Nothing)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct DescribeLogStreams {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name_prefix: Option<String>,
    order_by: OrderBy,
    descending: bool,
    limit: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
enum OrderBy {
    #[default]
    LogStreamName,
    LastEventTime,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogStreams {
    log_streams: Vec<LogStream>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogStream {
    log_stream_name: String,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_ingestion_time: Option<i64>,
    arn: String,
    stored_bytes: u64,
}

impl DescribeLogStreams {
    fn group(&self) -> &str {
        let named = self.log_group_name.as_deref();
        named.unwrap_or_else(|| of_identifier(self.log_group_identifier.as_deref().unwrap_or("")))
    }
}

impl Operation for DescribeLogStreams {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "DescribeLogStreams";
    const READ_ONLY: bool = true;
}

impl Call for DescribeLogStreams {
    type Output = LogStreams;

    fn particulars(&self) -> Particulars {
        Particulars::new().name(Slot::LogGroup, self.group())
    }

    async fn carry_out(store: &LogStore, call: Authorized<Self>) -> Result<LogStreams, ApiError> {
        if call.order_by == OrderBy::LastEventTime && call.log_stream_name_prefix.is_some() {
            return Err(invalid(
                "Cannot order by LastEventTime with a logStreamNamePrefix.",
            ));
        }
        store.group(call.group())?;
        let mut streams = store.streams(call.group())?;
        if let Some(prefix) = &call.log_stream_name_prefix {
            streams.retain(|(name, _)| name.starts_with(prefix));
        }
        if call.order_by == OrderBy::LastEventTime {
            streams.sort_by_key(|(_, stream)| stream.last_event_unix_ms);
        }
        if call.descending {
            streams.reverse();
        }
        let skipped = match &call.next_token {
            None => 0,
            Some(token) => token
                .parse()
                .map_err(|_| invalid("The specified nextToken is invalid."))?,
        };
        let limit = call.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let next = skipped + limit;
        let next_token = (next < streams.len()).then(|| next.to_string());
        let log_streams = streams
            .into_iter()
            .skip(skipped)
            .take(limit)
            .map(|(name, stream)| LogStream {
                arn: format!("{}:log-stream:{name}", store.group_arn(call.group())),
                log_stream_name: name,
                creation_time: stream.created_unix_ms,
                first_event_timestamp: stream.first_event_unix_ms,
                last_event_timestamp: stream.last_event_unix_ms,
                last_ingestion_time: stream.last_ingestion_unix_ms,
                // Zero since 2019 on AWS too.
                stored_bytes: 0,
            })
            .collect();
        Ok(LogStreams {
            log_streams,
            next_token,
        })
    }
}
