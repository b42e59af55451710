//! What a function answers, as the response of its API.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE};
use http::{Response as HttpResponse, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::response::{Response, document, full};

/// A function answered what is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the function's answer is no response of payload format 2.0")]
pub(super) struct NoResponse;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    status_code: Value,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The response that a function's answer is: what it describes if it has a `statusCode`, and else
/// the answer itself.
///
/// # Errors
/// That it is neither.
pub(super) fn response(answer: &Bytes) -> Result<Response, NoResponse> {
    let value: Value = serde_json::from_slice(answer).map_err(|_| NoResponse)?;
    match value {
        Value::Object(members) if members.contains_key("statusCode") => {
            let reply = serde_json::from_value(Value::Object(members)).map_err(|_| NoResponse)?;
            described(reply)
        }
        Value::String(text) => Ok(document(StatusCode::OK, "application/json", text)),
        _ => Ok(document(StatusCode::OK, "application/json", answer.clone())),
    }
}

fn described(reply: Reply) -> Result<Response, NoResponse> {
    // Some languages have no other numbers than text.
    let status = match &reply.status_code {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let status = status.and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (100..=599).contains(status));
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let text = reply.body.unwrap_or_default();
    let body = if reply.is_base64_encoded {
        Bytes::from(STANDARD.decode(text).map_err(|_| NoResponse)?)
    } else {
        text.into()
    };
    let mut response = HttpResponse::new(full(body));
    *response.status_mut() = status.ok_or(NoResponse)?;
    let headers = response.headers_mut();
    for (name, value) in reply.headers.into_iter().flatten() {
        let text = match value {
            Value::String(text) => text,
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return Err(NoResponse),
        };
        let name: HeaderName = name.parse().map_err(|_| NoResponse)?;
        if !of_the_connection(&name) {
            headers.append(name, HeaderValue::from_str(&text).map_err(|_| NoResponse)?);
        }
    }
    for cookie in reply.cookies.into_iter().flatten() {
        let cookie = HeaderValue::from_str(&cookie).map_err(|_| NoResponse)?;
        headers.append(SET_COOKIE, cookie);
    }
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
    Ok(response)
}

/// Headers that the gateway sets by itself: functions know neither the connection nor its framing.
fn of_the_connection(name: &HeaderName) -> bool {
    [
        "connection",
        "content-length",
        "transfer-encoding",
        "upgrade",
    ]
    .contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    async fn check(answer: &'static str) -> Option<(u16, String, String)> {
        let response = response(&Bytes::from_static(answer.as_bytes())).ok()?;
        let (parts, body) = response.into_parts();
        let kind = parts.headers[CONTENT_TYPE].to_str().unwrap().to_owned();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Some((parts.status.as_u16(), kind, body))
    }

    fn some(status: u16, kind: &str, body: &str) -> Option<(u16, String, String)> {
        Some((status, kind.to_owned(), body.to_owned()))
    }

    #[tokio::test]
    async fn answers_without_a_status_are_the_body() {
        assert_eq!(
            check(r#"{"a":1}"#).await,
            some(200, "application/json", r#"{"a":1}"#)
        );
        assert_eq!(
            check("\"hello\"").await,
            some(200, "application/json", "hello")
        );
        assert_eq!(check("not json").await, None);
    }

    #[tokio::test]
    async fn answers_with_a_status_describe_the_response() {
        let plain = "text/plain; charset=utf-8";
        assert_eq!(check(r#"{"statusCode":202}"#).await, some(202, plain, ""));
        assert_eq!(
            check(r#"{"statusCode":"200","headers":{"Content-Type":"text/html","Content-Length":9,"x":1},"body":"aGk=","isBase64Encoded":true}"#).await,
            some(200, "text/html", "hi")
        );
        for wrong in [
            r#"{"statusCode":null}"#,
            r#"{"statusCode":99}"#,
            r#"{"statusCode":200,"body":"!","isBase64Encoded":true}"#,
            r#"{"statusCode":200,"headers":{"a b":"x"}}"#,
            r#"{"statusCode":200,"headers":{"a":[]}}"#,
        ] {
            assert_eq!(check(wrong).await, None, "{wrong}");
        }
    }
}
