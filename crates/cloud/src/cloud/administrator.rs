//! Asking a cloud, as its administrator, what no SDK asks: its history as it is kept, and pruning.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::authn::{Scope, SigningKey, sha256_hex, string_to_sign};
use crate::clock::basic_iso8601;
use crate::cloud::founding::AdministratorKey;
use crate::config::Region;
use crate::events::Record;
use crate::service::Service;
use crate::services::{LendRole, Lent, Pruned};

/// How long an answer may take.
const WITHIN: Duration = Duration::from_secs(60);

/// A client of one cloud with its administrator's key.
#[derive(Debug, Clone)]
pub struct Administrator {
    endpoint: String,
    key: AdministratorKey,
    region: Region,
}

/// Which records are asked for. Everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventQuery {
    /// Not before.
    pub since: Option<Timestamp>,
    /// Not after.
    pub until: Option<Timestamp>,
    /// The call, such as `PutObject`.
    pub event_name: Option<String>,
    /// The service, such as `s3.amazonaws.com`.
    pub event_source: Option<String>,
    /// A user's or a session's name.
    pub username: Option<String>,
    /// The id that a response carried.
    pub request_id: Option<String>,
    /// The ARN of a resource that was decided on.
    pub resource: Option<String>,
    /// Where; nothing for all regions.
    pub region: Option<Region>,
    /// How many at most, the newest first; nothing for all.
    pub limit: Option<usize>,
}

/// A cloud did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It cannot be reached.
    #[error("the cloud at `{endpoint}` cannot be reached")]
    Unreachable {
        /// Where it should answer.
        endpoint: String,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It did not answer in time.
    #[error("the cloud at `{endpoint}` did not answer in time")]
    Silent {
        /// Where it should answer.
        endpoint: String,
    },
    /// It refused.
    #[error("the cloud refused with {status}: {}", told(.body).map_or(.body.clone(), |(_, message)| message))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        body: String,
    },
    /// It answered something else.
    #[error("the cloud's answer cannot be read")]
    Unreadable(#[from] serde_json::Error),
}

impl AskError {
    /// The code and the message of the cloud's refusal.
    pub(crate) fn told(&self) -> Option<(String, String)> {
        match self {
            Self::Refused { body, .. } => told(body),
            _ => None,
        }
    }
}

/// The code and the message of an error's document.
fn told(body: &str) -> Option<(String, String)> {
    let document: Value = serde_json::from_str(body).ok()?;
    let said = |name| Some(document.get(name)?.as_str()?.to_owned());
    Some((
        said("__type")?,
        said("message").or_else(|| said("Message"))?,
    ))
}

impl Administrator {
    /// A client of the cloud at `endpoint`.
    pub fn new(endpoint: &str, key: AdministratorKey, region: Region) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            key,
            region,
        }
    }

    /// Records of the cloud's history, the newest first.
    ///
    /// # Errors
    /// [`AskError`]
    pub async fn events(&self, query: &EventQuery) -> Result<Vec<Record>, AskError> {
        let mut records = Vec::new();
        let mut token = None;
        loop {
            let left = query
                .limit
                .map_or(50, |limit| limit.saturating_sub(records.len()).min(50));
            if left == 0 {
                return Ok(records);
            }
            let input = lookup(query, left, token.take());
            let region = query.region.as_ref().unwrap_or(&self.region);
            let answer = self
                .ask(Service::CloudTrail, "LookupEvents", &input, region)
                .await?;
            let page: Page = serde_json::from_slice(&answer)?;
            for event in page.events {
                let whole: WholeEvent = serde_json::from_str(&event.cloud_trail_event)?;
                records.push(whole.additional_event_data.record);
            }
            match page.next_token {
                Some(next) => token = Some(next),
                None => return Ok(records),
            }
        }
    }

    /// Frees what is past its time, in `region` or in all.
    ///
    /// # Errors
    /// [`AskError`]
    pub async fn prune(&self, region: Option<&Region>) -> Result<Pruned, AskError> {
        let mut input = Map::new();
        if let Some(region) = region {
            input.insert("Region".to_owned(), region.as_str().into());
        }
        let answer = self
            .ask(
                Service::Framewright,
                "Prune",
                &Value::Object(input),
                &self.region,
            )
            .await?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// A role's temporary credentials, for what runs beside the cloud.
    pub(crate) async fn lend(&self, wanted: &LendRole) -> Result<Lent, AskError> {
        let input = serde_json::to_value(wanted)?;
        let answer = self
            .ask(Service::Framewright, "LendRole", &input, &self.region)
            .await?;
        Ok(serde_json::from_slice(&answer)?)
    }

    pub(crate) fn region(&self) -> &Region {
        &self.region
    }

    /// Whether the cloud answers, and takes the key.
    pub(super) async fn is_heard(&self) -> bool {
        let newest = EventQuery {
            limit: Some(1),
            ..EventQuery::default()
        };
        self.events(&newest).await.is_ok()
    }

    /// Asks a service of a region that speaks JSON 1.1.
    async fn ask(
        &self,
        service: Service,
        call: &str,
        input: &Value,
        region: &Region,
    ) -> Result<Bytes, AskError> {
        let body = input.to_string();
        let target = format!("{}.{call}", service.target_prefix().unwrap_or_default());
        let host = self.endpoint.trim_start_matches("http://");
        let signed_at = basic_iso8601(Timestamp::now());
        let authorization = self.sign(service, region, &signed_at, host, &target, &body);
        let request = Request::builder()
            .method(Method::POST)
            .uri(Uri::from_static("/"))
            .header(HOST, host)
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-date", signed_at)
            .header("x-amz-target", target)
            .header(AUTHORIZATION, authorization)
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| self.unreachable(error))?;
        let asking = async {
            let (status, body) = exchange(host, request)
                .await
                .map_err(|error| self.unreachable(error))?;
            if status == StatusCode::OK {
                return Ok(body);
            }
            Err(AskError::Refused {
                status: status.as_u16(),
                body: String::from_utf8_lossy(&body).into_owned(),
            })
        };
        match timeout(WITHIN, asking).await {
            Ok(answered) => answered,
            Err(_) => Err(AskError::Silent {
                endpoint: self.endpoint.clone(),
            }),
        }
    }

    fn sign(
        &self,
        service: Service,
        region: &Region,
        signed_at: &str,
        host: &str,
        target: &str,
        body: &str,
    ) -> String {
        let scope = Scope {
            date: signed_at[..8].to_owned(),
            region: region.to_string(),
            service: service.signing_name().to_owned(),
        };
        let signed_headers = "content-type;host;x-amz-date;x-amz-target";
        let canonical = format!(
            "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:{host}\nx-amz-date:{signed_at}\n\
             x-amz-target:{target}\n\n{signed_headers}\n{}",
            sha256_hex(body.as_bytes())
        );
        let key = SigningKey::derive(&self.key.secret_access_key, &scope);
        let signature =
            key.sign(string_to_sign(signed_at, &scope, canonical.as_bytes()).as_bytes());
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={signed_headers}, Signature={signature}",
            self.key.access_key_id,
            scope.text()
        )
    }

    fn unreachable(&self, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> AskError {
        AskError::Unreachable {
            endpoint: self.endpoint.clone(),
            source: error.into(),
        }
    }
}

async fn exchange(
    host: &str,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(host).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    driving.abort();
    Ok((status, body))
}

fn lookup(query: &EventQuery, most: usize, token: Option<String>) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Attribute<'a> {
        attribute_key: &'a str,
        attribute_value: &'a str,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Input<'a> {
        lookup_attributes: Vec<Attribute<'a>>,
        start_time: Option<f64>,
        end_time: Option<f64>,
        max_results: usize,
        next_token: Option<String>,
        all_regions: bool,
    }
    let attributes = [
        ("EventName", &query.event_name),
        ("EventSource", &query.event_source),
        ("Username", &query.username),
        ("EventId", &query.request_id),
        ("ResourceName", &query.resource),
    ];
    let seconds = |at: Timestamp| at.as_duration().as_secs_f64();
    serde_json::json!(Input {
        lookup_attributes: attributes
            .into_iter()
            .filter_map(|(key, value)| {
                Some(Attribute {
                    attribute_key: key,
                    attribute_value: value.as_deref()?,
                })
            })
            .collect(),
        start_time: query.since.map(seconds),
        end_time: query.until.map(seconds),
        max_results: most,
        next_token: token,
        all_regions: query.region.is_none(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    events: Vec<Event>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    cloud_trail_event: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WholeEvent {
    additional_event_data: AdditionalEventData,
}

#[derive(Deserialize)]
struct AdditionalEventData {
    record: Record,
}
