//! The event that a batch of messages makes, and what the function says to it.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A message as ReceiveMessage answers it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Message {
    pub(super) message_id: String,
    pub(super) receipt_handle: String,
    body: String,
    #[serde(rename = "MD5OfBody")]
    digest: String,
    #[serde(default)]
    attributes: Map<String, Value>,
    #[serde(default)]
    message_attributes: Map<String, Value>,
}

/// The event of a batch.
pub(super) fn event(messages: &[Message], source_arn: &str) -> Value {
    let region = source_arn.split(':').nth(3).unwrap_or_default();
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.message_id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": message.attributes,
                "messageAttributes": attributes(&message.message_attributes),
                "md5OfBody": message.digest,
                "eventSource": "aws:sqs",
                "eventSourceARN": source_arn,
                "awsRegion": region,
            })
        })
        .collect();
    json!({ "Records": records })
}

/// Attributes in the event's spelling, which is not that of the queue.
fn attributes(received: &Map<String, Value>) -> Map<String, Value> {
    let spelled = [
        ("StringValue", "stringValue"),
        ("BinaryValue", "binaryValue"),
        ("DataType", "dataType"),
    ];
    received
        .iter()
        .map(|(name, attribute)| {
            let mut shown = json!({ "stringListValues": [], "binaryListValues": [] });
            for (from, to) in spelled {
                if let Some(value) = attribute.get(from) {
                    shown[to] = value.clone();
                }
            }
            (name.clone(), shown)
        })
        .collect()
}

/// The messages of a batch that are done with, after the function answered `answer`.
///
/// With reports, those that it does not name; none if it names one that was not in the batch, or
/// answers something else, since nothing can be told from that. Without, all.
pub(super) fn done<'a>(
    messages: &'a [Message],
    reports_failures: bool,
    answer: &[u8],
) -> Vec<&'a Message> {
    if !reports_failures {
        return messages.iter().collect();
    }
    match failures(answer) {
        Some(failed) => {
            let known = |id: &String| messages.iter().any(|message| message.message_id == *id);
            if !failed.iter().all(known) {
                return Vec::new();
            }
            let succeeded = |message: &&Message| !failed.contains(&message.message_id);
            messages.iter().filter(succeeded).collect()
        }
        None => Vec::new(),
    }
}

/// The ids of failed messages; nothing for an answer that cannot be read.
fn failures(answer: &[u8]) -> Option<HashSet<String>> {
    // No answer, null, and an object without the list mean that all went well.
    if answer.is_empty() {
        return Some(HashSet::new());
    }
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let failures = match answer {
        Value::Null => return Some(HashSet::new()),
        Value::Object(mut members) => members.remove("batchItemFailures"),
        _ => return None,
    };
    match failures {
        None | Some(Value::Null) => Some(HashSet::new()),
        Some(Value::Array(failures)) => failures
            .iter()
            .map(|failure| {
                let id = failure.get("itemIdentifier")?.as_str()?;
                (!id.is_empty()).then(|| id.to_owned())
            })
            .collect(),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages() -> Vec<Message> {
        ["a", "b"]
            .map(|id| Message {
                message_id: id.into(),
                receipt_handle: format!("handle of {id}"),
                body: "x".into(),
                digest: "9dd4e461268c8034f5c8564e155c67a6".into(),
                attributes: Map::new(),
                message_attributes: Map::new(),
            })
            .to_vec()
    }

    fn check(reports: bool, answer: &str) -> Vec<String> {
        let messages = messages();
        let done = done(&messages, reports, answer.as_bytes());
        done.into_iter()
            .map(|message| message.message_id.clone())
            .collect()
    }

    #[test]
    fn without_reports_an_answer_is_success() {
        for answer in [
            "",
            "null",
            "not json",
            r#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#,
        ] {
            assert_eq!(check(false, answer), ["a", "b"], "{answer}");
        }
    }

    #[test]
    fn reports_name_what_comes_back() {
        for (answer, expected) in [
            ("", &["a", "b"][..]),
            ("null", &["a", "b"]),
            ("{}", &["a", "b"]),
            (r#"{"batchItemFailures":[]}"#, &["a", "b"]),
            (r#"{"batchItemFailures":null}"#, &["a", "b"]),
            (r#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#, &["b"]),
            (r#"{"batchItemFailures":[{"itemIdentifier":"z"}]}"#, &[]),
            (r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#, &[]),
            (r#"{"batchItemFailures":[{"id":"a"}]}"#, &[]),
            ("[]", &[]),
            ("not json", &[]),
        ] {
            assert_eq!(check(true, answer), expected, "{answer}");
        }
    }

    #[test]
    fn attributes_are_spelled_as_events_do() {
        let received = json!({ "n": { "DataType": "Number", "StringValue": "1" } });
        let shown = attributes(received.as_object().unwrap());
        assert_eq!(
            shown["n"],
            json!({
                "stringListValues": [], "binaryListValues": [],
                "stringValue": "1", "dataType": "Number",
            })
        );
    }
}
