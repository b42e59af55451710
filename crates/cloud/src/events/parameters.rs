//! What a request asked for, as far as its record may say.

use http::Method;
use serde_json::{Map, Value, json};

use crate::incoming::{Head, query_pairs};
use crate::service::{Protocol, Service};

/// Larger parameters are left out of a record.
const LARGEST: usize = 16 * 1024;

/// What stands in place of what nobody is to read in a record.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Members that hold secrets, code or what people send each other, in lower case.
const SECRET: [&str; 14] = [
    "password",
    "newpassword",
    "oldpassword",
    "secretaccesskey",
    "sessiontoken",
    "tokencode",
    "encodedmessage",
    "environment",
    "zipfile",
    "messagebody",
    "messageattributes",
    "entries",
    "logevents",
    "payload",
];

/// The parameters of a request whose body was read whole; nothing where they are the caller's own
/// data, such as the event of an invocation.
pub(crate) fn parameters(service: Service, head: &Head, body: &[u8]) -> Option<Value> {
    if body.len() > LARGEST {
        return Some(too_large(body.len()));
    }
    match service.protocol() {
        Protocol::Query => Some(of_form(std::str::from_utf8(body).ok()?)),
        Protocol::Json11 | Protocol::Json10 => of_json(body),
        // What callers send to functions and to their own APIs.
        Protocol::RestJson if service == Service::ExecuteApi || is_invocation(head) => None,
        Protocol::RestJson => {
            let mut said = of_json(body).unwrap_or_else(|| json!({}));
            if let Some(members) = said.as_object_mut() {
                members.insert("requestPath".to_owned(), head.raw_path().into());
            }
            Some(said)
        }
        Protocol::RestXml => None,
    }
}

/// The parameters of an S3 request: its names and its query, without signatures.
pub(crate) fn of_s3(bucket: &str, key: Option<&str>, query: &[(String, String)]) -> Value {
    let mut members = Map::new();
    members.insert("bucketName".to_owned(), bucket.into());
    if let Some(key) = key {
        members.insert("key".to_owned(), key.into());
    }
    for (name, value) in query {
        let of_signature = name.to_ascii_lowercase().starts_with("x-amz-")
            || ["AWSAccessKeyId", "Signature", "Expires"].contains(&name.as_str());
        if !of_signature {
            members.insert(name.clone(), value.as_str().into());
        }
    }
    Value::Object(members)
}

/// An invocation carries what the caller of the function sends.
fn is_invocation(head: &Head) -> bool {
    let path = head.raw_path();
    head.method == Method::POST
        && [
            "/invocations",
            "/response-streaming-invocations",
            "/invoke-async",
        ]
        .iter()
        .any(|end| path.trim_end_matches('/').ends_with(end))
}

fn of_form(form: &str) -> Value {
    let form = form.replace('+', " ");
    let mut members = Map::new();
    for (name, value) in query_pairs(&form) {
        if name != "Action" && name != "Version" {
            members.insert(name, value.into());
        }
    }
    hidden(Value::Object(members))
}

fn of_json(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok().map(hidden)
}

/// The value with secrets hidden, and names spelled as records spell them: `roleName`.
fn hidden(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let shown = members.into_iter().map(|(name, value)| {
                let value = if SECRET.contains(&name.to_ascii_lowercase().as_str()) {
                    HIDDEN.into()
                } else {
                    hidden(value)
                };
                (lower_first(&name), value)
            });
            Value::Object(shown.collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(hidden).collect()),
        other => other,
    }
}

fn too_large(size: usize) -> Value {
    json!({ "omitted": true, "originalSize": size, "reason": "value too large" })
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_secrets_are_not() {
        let post = |path: &str| Head::for_tests(Method::POST, path);
        let form = b"Action=CreateRole&Version=2010-05-08&RoleName=a+b%2Bc&Password=s3cret";
        assert_eq!(
            parameters(Service::Iam, &post("/"), form),
            Some(json!({ "roleName": "a b+c", "password": HIDDEN }))
        );
        let create = br#"{"FunctionName":"f","Environment":{"Variables":{"KEY":"s3cret"}},"Code":{"ZipFile":"UEsD","S3Bucket":"b"}}"#;
        assert_eq!(
            parameters(Service::Lambda, &post("/2015-03-31/functions"), create),
            Some(json!({
                "functionName": "f",
                "environment": HIDDEN,
                "code": { "zipFile": HIDDEN, "s3Bucket": "b" },
                "requestPath": "/2015-03-31/functions",
            }))
        );
        let invoke = post("/2015-03-31/functions/f/invocations");
        assert_eq!(parameters(Service::Lambda, &invoke, b"{}"), None);
        let large = vec![b'a'; LARGEST + 1];
        let large = parameters(Service::Iam, &post("/"), &large).unwrap();
        assert_eq!(large["omitted"], true);
        let query = [
            ("prefix".to_owned(), "p".to_owned()),
            ("X-Amz-Signature".to_owned(), "s3cret".to_owned()),
        ];
        assert_eq!(
            of_s3("b", Some("k"), &query),
            json!({ "bucketName": "b", "key": "k", "prefix": "p" })
        );
    }
}
