//! What is kept of one request.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::identity::KeyUse;

/// One request as the history keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// When its head had been read.
    pub time: Timestamp,
    /// The id that the response carried.
    pub request_id: String,
    /// The service as AWS names it in events, such as `s3.amazonaws.com`.
    pub event_source: String,
    /// The region that was asked.
    #[serde(default = "first_region")]
    pub region: String,
    /// The call, such as `PutObject`; nothing if the request was refused before it was known.
    pub event_name: Option<String>,
    /// Whether the call changes nothing.
    pub read_only: bool,
    /// Who sent it.
    pub principal: RecordedPrincipal,
    /// Where it came from.
    pub source_ip: String,
    /// What the client said it is.
    pub user_agent: Option<String>,
    /// What it asked for, as far as that is no secret and not too large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_parameters: Option<serde_json::Value>,
    /// Every decision that was taken about it, in order.
    pub decisions: Vec<RecordedDecision>,
    /// The error that answered it; nothing if it succeeded.
    pub failure: Option<Failure>,
    /// Bytes of the request's body that were read.
    pub bytes_in: u64,
    /// Bytes of the response's body that were sent.
    pub bytes_out: u64,
}

impl Record {
    /// The use of the long-term key that signed the request; nothing if none did.
    pub(crate) fn key_use(&self) -> Option<(&str, KeyUse)> {
        self.principal.arn.as_ref()?;
        let id = self.principal.access_key_id.as_deref()?;
        let used = KeyUse {
            at: self.time,
            service: self.event_source.split('.').next()?.to_owned(),
            region: self.region.clone(),
        };
        id.starts_with("AKIA").then_some((id, used))
    }
}

/// The region of records that are older than the second region.
fn first_region() -> String {
    "us-east-1".to_owned()
}

/// The sender of a recorded request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedPrincipal {
    /// The ARN; `anonymous` without signature, nothing if the signature did not hold.
    pub arn: Option<String>,
    /// The value of `aws:userid`.
    pub id: Option<String>,
    /// The key that was named, whether or not it exists.
    pub access_key_id: Option<String>,
}

/// One decision about a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedDecision {
    /// The action, such as `s3:PutObject`.
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The layer that decided, such as `identity` or `resource`.
    pub layer: Option<String>,
    /// The statements that matched, as `policy/statement`.
    pub matched_statements: Vec<String>,
    /// Condition keys that a statement asked for and the request lacked.
    pub missing_keys: Vec<String>,
}

/// The three outcomes of a decision, in the words of IAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Allowed.
    Allowed,
    /// Denied because nothing allows it.
    ImplicitDeny,
    /// Denied by a statement.
    ExplicitDeny,
}

/// The error that answered a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The HTTP status.
    pub status: u16,
    /// AWS's code.
    pub code: String,
    /// The text.
    pub message: String,
}
