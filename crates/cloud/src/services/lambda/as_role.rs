//! Calls of this cloud to itself on behalf of a role.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::Value;

use crate::authn::{Scope, SigningKey, sha256_hex};
use crate::clock::{Clock, basic_iso8601};
use crate::config::Region;
use crate::identity::TemporaryCredentials;

/// Ten messages of a queue, whose escapes make a mebibyte longer.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// A client with the credentials of a role.
#[derive(Debug)]
pub(super) struct AsRole {
    http: Client<HttpConnector, Full<Bytes>>,
    endpoint: String,
    region: Region,
    credentials: TemporaryCredentials,
    clock: Arc<dyn Clock>,
}

/// A call failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// The service refused it.
    #[error("{code}: {message}")]
    Answered {
        /// AWS's name of the error.
        code: String,
        /// AWS's text.
        message: String,
    },
    /// There was no answer.
    #[error("the cloud does not answer")]
    Unanswered(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    code: String,
    #[serde(default)]
    message: String,
}

impl AsRole {
    pub(super) fn new(
        endpoint: &str,
        region: Region,
        credentials: TemporaryCredentials,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            http: Client::builder(TokioExecutor::new()).build_http(),
            endpoint: endpoint.to_owned(),
            region,
            credentials,
            clock,
        }
    }

    /// Makes a call of a JSON service; what it answers.
    pub(super) async fn call(
        &self,
        service: &str,
        target: &str,
        input: &Value,
    ) -> Result<Value, CallError> {
        let request = self
            .signed(service, target, input.to_string())
            .map_err(unanswered)?;
        let response = self.http.request(request).await.map_err(unanswered)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await
            .map_err(CallError::Unanswered)?
            .to_bytes();
        if status.is_success() {
            return match body.as_ref() {
                [] => Ok(Value::Null),
                body => serde_json::from_slice(body).map_err(unanswered),
            };
        }
        let Refusal { code, message } = serde_json::from_slice(&body).map_err(unanswered)?;
        // Some services say of which model the error is.
        let code = match code.split_once('#') {
            Some((_, code)) => code.to_owned(),
            None => code,
        };
        Err(CallError::Answered { code, message })
    }

    fn signed(
        &self,
        service: &str,
        target: &str,
        body: String,
    ) -> Result<Request<Full<Bytes>>, http::Error> {
        const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
        const SIGNED_HEADERS: &str =
            "content-type;host;x-amz-date;x-amz-security-token;x-amz-target";
        let host = self
            .endpoint
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let now = basic_iso8601(self.clock.now());
        let token = &self.credentials.session_token;
        let canonical = format!(
            "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\nx-amz-date:{now}\n\
             x-amz-security-token:{token}\nx-amz-target:{target}\n\n{SIGNED_HEADERS}\n{}",
            sha256_hex(body.as_bytes())
        );
        let scope = Scope {
            date: now[..8].to_owned(),
            region: self.region.to_string(),
            service: service.to_owned(),
        };
        let to_sign = crate::authn::string_to_sign(&now, &scope, canonical.as_bytes());
        let key = SigningKey::derive(&self.credentials.secret_access_key, &scope);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={SIGNED_HEADERS}, Signature={}",
            self.credentials.access_key_id,
            scope.text(),
            key.sign(to_sign.as_bytes())
        );
        Request::builder()
            .method(Method::POST)
            .uri(format!("http://{host}/"))
            .header("content-type", CONTENT_TYPE)
            .header("host", host)
            .header("x-amz-date", &now)
            .header("x-amz-security-token", token)
            .header("x-amz-target", target)
            .header("authorization", authorization)
            .header("user-agent", "lambda.amazonaws.com")
            .body(Full::new(body.into()))
    }
}

fn unanswered(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CallError {
    CallError::Unanswered(error.into())
}
