//! The event history, asked as CloudTrail is: `LookupEvents`.
//!
//! `aws cloudtrail lookup-events` works on it. The members of an event are CloudTrail's; what this
//! cloud knows besides (decisions, matched statements) is under `additionalEventData`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Authorizer, Operation, Particulars};
use crate::body::VerifiedBody;
use crate::config::Region;
use crate::events::{Query, Record, query};
use crate::response::Response;
use crate::services::{Serve, json};
use crate::state::State;

const LARGEST_INPUT: usize = 64 * 1024;

/// How many events one answer holds at most.
const LARGEST_PAGE: usize = 50;

/// The service.
#[derive(Debug)]
pub(crate) struct CloudTrail {
    pub(crate) account: iam::AccountId,
    pub(crate) region: Region,
    pub(crate) authorizer: Authorizer,
    pub(crate) state: State,
}

impl Serve for CloudTrail {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        match json::operation(&request)? {
            "LookupEvents" => {
                let input: LookupEvents = json::input(body, LARGEST_INPUT).await?;
                let lookup = Lookup(input.wanted()?);
                let call = self
                    .authorizer
                    .decide(&request, lookup, &Particulars::new())?;
                json::output(&self.lookup_events(call).await?)
            }
            other => Err(json::unknown_operation(other)),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LookupEvents {
    #[serde(default)]
    lookup_attributes: Vec<LookupAttribute>,
    start_time: Option<f64>,
    end_time: Option<f64>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LookupAttribute {
    attribute_key: String,
    attribute_value: String,
}

/// The records that a call asks for.
#[derive(Debug)]
struct Lookup(Query);

impl Operation for Lookup {
    const SERVICE: &'static str = "cloudtrail";
    const NAME: &'static str = "LookupEvents";
    const READ_ONLY: bool = true;
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct LookedUp {
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    event_id: String,
    event_name: String,
    read_only: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
    event_time: f64,
    event_source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    resources: Vec<Resource>,
    cloud_trail_event: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    resource_name: String,
}

impl CloudTrail {
    /// Finds records and shows them as CloudTrail shows events.
    async fn lookup_events(&self, call: Authorized<Lookup>) -> Result<LookedUp, ApiError> {
        let (Lookup(wanted), _) = call.into_parts();
        let state = self.state.clone();
        // Two weeks of records may have to be looked at.
        let found = spawn_blocking(move || query(&state.read()?, &wanted))
            .await
            .map_err(|error| ApiError::internal(&error))??;
        Ok(LookedUp {
            events: found
                .records
                .iter()
                .map(|record| self.event(record))
                .collect(),
            next_token: found.next.map(|(time, id)| format!("{time}/{id}")),
        })
    }

    fn event(&self, record: &Record) -> Event {
        let username = username(record).map(str::to_owned);
        let resources = record
            .decisions
            .iter()
            .filter(|decision| decision.resource != "*")
            .map(|decision| Resource {
                resource_name: decision.resource.clone(),
            });
        Event {
            event_id: record.request_id.clone(),
            event_name: record.event_name.clone().unwrap_or_default(),
            read_only: record.read_only.to_string(),
            access_key_id: record.principal.access_key_id.clone(),
            event_time: seconds(record.time),
            event_source: record.event_source.clone(),
            username,
            resources: resources.collect(),
            cloud_trail_event: self.cloud_trail_event(record),
        }
    }

    fn cloud_trail_event(&self, record: &Record) -> String {
        let principal = &record.principal;
        let kind = match principal.arn.as_deref() {
            Some(arn) if arn.contains(":assumed-role/") => "AssumedRole",
            Some(arn) if arn.starts_with("arn:") => "IAMUser",
            _ => "Unknown",
        };
        json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": kind,
                "principalId": principal.id,
                "arn": principal.arn,
                "accountId": self.account.as_str(),
                "accessKeyId": principal.access_key_id,
                "userName": username(record),
            },
            "eventTime": crate::clock::iso8601(record.time),
            "eventSource": record.event_source,
            "eventName": record.event_name,
            "awsRegion": self.region.as_str(),
            "sourceIPAddress": record.source_ip,
            "userAgent": record.user_agent,
            "errorCode": record.failure.as_ref().map(|failure| &failure.code),
            "errorMessage": record.failure.as_ref().map(|failure| &failure.message),
            "requestID": record.request_id,
            "eventID": record.request_id,
            "readOnly": record.read_only,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.account.as_str(),
            "additionalEventData": {
                "record": record,
            },
        })
        .to_string()
    }
}

impl LookupEvents {
    fn wanted(&self) -> Result<Query, ApiError> {
        let mut wanted = Query {
            from: self.start_time.map(timestamp).transpose()?,
            until: self.end_time.map(timestamp).transpose()?,
            limit: self.max_results.unwrap_or(LARGEST_PAGE),
            ..Query::default()
        };
        if !(1..=LARGEST_PAGE).contains(&wanted.limit) {
            return Err(refused(
                "InvalidMaxResultsException",
                "A value between 1 and 50 must be given for MaxResults.",
            ));
        }
        for attribute in &self.lookup_attributes {
            let value = attribute.attribute_value.clone();
            match attribute.attribute_key.as_str() {
                "EventName" => wanted.event_name = Some(value),
                "EventSource" => wanted.event_source = Some(value),
                "EventId" => wanted.request_id = Some(value),
                "AccessKeyId" => wanted.access_key_id = Some(value),
                "Username" => wanted.username = Some(value),
                "ResourceName" => wanted.resource = Some(value),
                "ReadOnly" => wanted.read_only = Some(value == "true"),
                _ => {
                    return Err(refused(
                        "InvalidLookupAttributesException",
                        "The lookup attribute is not one of those supported.",
                    ));
                }
            }
        }
        if let Some(token) = &self.next_token {
            let invalid = || refused("InvalidNextTokenException", "The NextToken is not valid.");
            let (time, id) = token.split_once('/').ok_or_else(invalid)?;
            wanted.after = Some((time.parse().map_err(|_| invalid())?, id.to_owned()));
        }
        Ok(wanted)
    }
}

/// The last part of the principal: a user's or a session's name.
fn username(record: &Record) -> Option<&str> {
    record.principal.arn.as_deref()?.rsplit('/').next()
}

fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

fn timestamp(seconds: f64) -> Result<Timestamp, ApiError> {
    jiff::SignedDuration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|since| Timestamp::from_duration(since).ok())
        .ok_or_else(|| refused("InvalidTimeRangeException", "The time range is not valid."))
}

fn refused(code: &'static str, message: &str) -> ApiError {
    ApiError::bad_request(code, message)
}
