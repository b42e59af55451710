//! The event history, asked as CloudTrail is: `LookupEvents`.
//!
//! `aws cloudtrail lookup-events` works on it. Each region answers with its own events. The members
//! of an event are CloudTrail's; what this cloud knows besides (decisions, matched statements) is
//! under `additionalEventData`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Authorizer, Operation, Particulars};
use crate::body::VerifiedBody;
use crate::config::Region;
use crate::events::{History, Query, Record, query, resource_type};
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
    pub(crate) history: History,
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
                let lookup = Lookup(input.wanted(&self.region)?);
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
    /// What AWS's call has not: the events of all regions at once.
    #[serde(default)]
    all_regions: bool,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type: Option<&'static str>,
    resource_name: String,
}

impl CloudTrail {
    /// Finds records and shows them as CloudTrail shows events.
    async fn lookup_events(&self, call: Authorized<Lookup>) -> Result<LookedUp, ApiError> {
        let (Lookup(wanted), _) = call.into_parts();
        // Whoever was refused a moment ago finds that.
        self.history
            .settled()
            .await
            .map_err(|error| ApiError::internal(&error))?;
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
                resource_type: resource_type(&decision.resource),
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
        let resources = record
            .decisions
            .iter()
            .filter(|decision| decision.resource != "*")
            .map(|decision| {
                json!({
                    "ARN": decision.resource,
                    "accountId": self.account.as_str(),
                    "type": resource_type(&decision.resource),
                })
            });
        json!({
            "eventVersion": "1.11",
            "userIdentity": self.user_identity(record),
            "eventTime": crate::clock::iso8601(record.time),
            "eventSource": record.event_source,
            "eventName": record.event_name,
            "awsRegion": record.region,
            "sourceIPAddress": record.source_ip,
            "userAgent": record.user_agent,
            "errorCode": record.failure.as_ref().map(|failure| &failure.code),
            "errorMessage": record.failure.as_ref().map(|failure| &failure.message),
            "requestParameters": record.request_parameters,
            "responseElements": null,
            "requestID": record.request_id,
            "eventID": record.request_id,
            "readOnly": record.read_only,
            "resources": resources.collect::<Vec<_>>(),
            "eventType": "AwsApiCall",
            "managementEvent": !is_data_event(record),
            "eventCategory": if is_data_event(record) { "Data" } else { "Management" },
            "recipientAccountId": self.account.as_str(),
            "additionalEventData": {
                "record": record,
            },
        })
        .to_string()
    }

    /// Who sent the request, as CloudTrail tells it.
    fn user_identity(&self, record: &Record) -> Value {
        let principal = &record.principal;
        let account = self.account.as_str();
        let arn = principal.arn.as_deref().unwrap_or_default();
        let identity = json!({
            "principalId": principal.id,
            "arn": principal.arn,
            "accountId": account,
            "accessKeyId": principal.access_key_id,
        });
        let with = |mut identity: Value, kind: &str, member: &str, value: Value| {
            identity["type"] = kind.into();
            identity[member] = value;
            identity
        };
        if arn == "anonymous" {
            return json!({
                "type": "AWSAccount",
                "principalId": "",
                "accountId": "ANONYMOUS_PRINCIPAL",
            });
        }
        match arn.split_once(":assumed-role/") {
            Some((_, session)) => {
                let role = session.split('/').next().unwrap_or_default();
                let id = principal.id.as_deref().unwrap_or_default();
                let issuer = json!({
                    "type": "Role",
                    "principalId": id.split(':').next(),
                    "arn": format!("arn:aws:iam::{account}:role/{role}"),
                    "accountId": account,
                    "userName": role,
                });
                let context = json!({ "sessionIssuer": issuer });
                with(identity, "AssumedRole", "sessionContext", context)
            }
            None if arn.starts_with("arn:") => {
                with(identity, "IAMUser", "userName", username(record).into())
            }
            // The signature did not hold: only the key is known that was named.
            None => json!({ "type": "Unknown", "accessKeyId": principal.access_key_id }),
        }
    }
}

/// Whether AWS counts a call to what is done with data, which its history does not hold.
fn is_data_event(record: &Record) -> bool {
    let name = record.event_name.as_deref().unwrap_or_default();
    match record.event_source.as_str() {
        "s3.amazonaws.com" => !name.contains("Bucket") && !name.contains("PublicAccessBlock"),
        "lambda.amazonaws.com" => name.starts_with("Invoke"),
        "logs.amazonaws.com" => name.ends_with("LogEvents"),
        _ => false,
    }
}

impl LookupEvents {
    fn wanted(&self, region: &Region) -> Result<Query, ApiError> {
        let mut wanted = Query {
            from: self.start_time.map(timestamp).transpose()?,
            until: self.end_time.map(timestamp).transpose()?,
            region: (!self.all_regions).then(|| region.to_string()),
            limit: self.max_results.unwrap_or(LARGEST_PAGE),
            ..Query::default()
        };
        if wanted
            .from
            .zip(wanted.until)
            .is_some_and(|(from, until)| from > until)
        {
            return Err(refused(
                "InvalidTimeRangeException",
                "The start time must not be after the end time.",
            ));
        }
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
                "ResourceType" => wanted.resource_type = Some(value),
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
