//! The event of a request: payload format 2.0.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, COOKIE, HOST};
use iam::AccountId;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::api::{Api, ApiRoute, Stage};
use crate::authn::{Caller, Identity};
use crate::incoming::{Head, percent_decoded};

/// A request, and where its API sends it.
pub(super) struct Routed<'a> {
    pub(super) head: &'a Head,
    pub(super) caller: &'a Caller,
    pub(super) account: AccountId,
    pub(super) api: &'a Api,
    pub(super) stage: &'a Stage,
    pub(super) route: &'a ApiRoute,
    /// As received, with the stage if it names one.
    pub(super) raw_path: &'a str,
    pub(super) parameters: &'a BTreeMap<String, String>,
}

impl Routed<'_> {
    /// The event.
    pub(super) fn event(&self, body: &Bytes) -> Value {
        let head = self.head;
        let host = head.host().unwrap_or_default();
        let domain = host.split(':').next().unwrap_or_default();
        let at = head.received_at;
        let time = at
            .to_zoned(TimeZone::UTC)
            .strftime("%d/%b/%Y:%H:%M:%S +0000");
        let mut context = json!({
            "accountId": self.account.as_str(),
            "apiId": self.api.id,
            "domainName": domain,
            "domainPrefix": domain.split('.').next().unwrap_or_default(),
            "http": {
                "method": head.method.as_str(),
                "path": self.raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": head.peer.to_string(),
                "userAgent": head.header("user-agent").unwrap_or_default(),
            },
            "requestId": head.request_id.to_string(),
            "routeKey": self.route.route_key,
            "stage": self.stage.stage_name,
            "time": time.to_string(),
            "timeEpoch": at.as_millisecond(),
        });
        if let Some(signer) = self.signer() {
            context["authorizer"] = json!({ "iam": signer });
        }
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.route.route_key,
            "rawPath": self.raw_path,
            "rawQueryString": head.raw_query(),
            "headers": self.headers(host),
            "requestContext": context,
            "isBase64Encoded": false,
        });
        let cookies = cookies(&head.headers);
        if !cookies.is_empty() {
            event["cookies"] = json!(cookies);
        }
        let query = query(head.raw_query());
        if !query.is_empty() {
            event["queryStringParameters"] = json!(query);
        }
        if !self.parameters.is_empty() {
            event["pathParameters"] = json!(self.parameters);
        }
        if !self.stage.stage_variables.is_empty() {
            event["stageVariables"] = json!(self.stage.stage_variables);
        }
        if !body.is_empty() {
            match text(&head.headers, body) {
                Some(text) => event["body"] = json!(text),
                None => {
                    event["body"] = json!(STANDARD.encode(body));
                    event["isBase64Encoded"] = json!(true);
                }
            }
        }
        event
    }

    /// Who signed the request, if anybody did.
    fn signer(&self) -> Option<Value> {
        let (arn, access) = match self.caller.identity() {
            Identity::Anonymous => return None,
            Identity::User(user) => (user.arn.as_str(), &user.id),
            Identity::Session(session) => (self.caller.arn(), &session.role_id),
        };
        Some(json!({
            "accountId": self.account.as_str(),
            "callerId": self.caller.user_id(),
            "principalOrgId": Value::Null,
            "userArn": arn,
            "userId": self.caller.user_id(),
            "cognitoIdentity": Value::Null,
            "accessKey": access,
        }))
    }

    /// Headers in lower case, values of one name joined, without cookies, and with what a proxy adds.
    fn headers(&self, host: &str) -> Map<String, Value> {
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &self.head.headers {
            if name == COOKIE {
                continue;
            }
            let value = String::from_utf8_lossy(value.as_bytes());
            headers
                .entry(name.as_str().to_owned())
                .and_modify(|joined| {
                    joined.push(',');
                    joined.push_str(&value);
                })
                .or_insert_with(|| value.into_owned());
        }
        let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
        let peer = self.head.peer.to_string();
        let forwarded = match headers.get("x-forwarded-for") {
            Some(before) => format!("{before}, {peer}"),
            None => peer,
        };
        headers.insert("x-forwarded-for".to_owned(), forwarded);
        headers.insert("x-forwarded-port".to_owned(), port.to_owned());
        headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
        headers.insert(HOST.as_str().to_owned(), host.to_owned());
        headers
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect()
    }
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .map(|cookie| cookie.trim().to_owned())
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Parameters of a query, values of one name joined.
fn query(raw: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &str| percent_decoded(&text.replace('+', " "));
        parameters
            .entry(decoded(name))
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&decoded(value));
            })
            .or_insert_with(|| decoded(value));
    }
    parameters
}

/// A body as text, if it is of a type that functions get as text.
fn text<'b>(headers: &HeaderMap, body: &'b Bytes) -> Option<&'b str> {
    let named = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = named.unwrap_or("text/plain");
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    let is_text = kind.starts_with("text/")
        || ["json", "xml", "javascript"].iter().any(|suffix| {
            kind.strip_prefix("application/")
                .is_some_and(|rest| rest == *suffix || rest.ends_with(&format!("+{suffix}")))
        });
    if is_text {
        std::str::from_utf8(body).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_name_are_joined() {
        let parameters = query("a=1&b=x%20y+z&a=2&c");
        assert_eq!(parameters["a"], "1,2");
        assert_eq!(parameters["b"], "x y z");
        assert_eq!(parameters["c"], "");
    }

    #[test]
    fn bodies_are_text_by_their_type() {
        let check = |kind: &str, body: &'static [u8]| {
            let mut headers = HeaderMap::new();
            if !kind.is_empty() {
                headers.insert(CONTENT_TYPE, kind.parse().unwrap());
            }
            text(&headers, &Bytes::from_static(body)).is_some()
        };
        for kind in [
            "",
            "text/plain",
            "application/json",
            "application/json; charset=utf-8",
            "application/problem+json",
        ] {
            assert!(check(kind, b"{}"), "{kind}");
        }
        for kind in [
            "application/octet-stream",
            "application/x-www-form-urlencoded",
            "image/svg+xml",
        ] {
            assert!(!check(kind, b"{}"), "{kind}");
        }
        assert!(!check("text/plain", b"\xff"));
    }
}
