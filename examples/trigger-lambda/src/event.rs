//! The events that come: requests of an HTTP API, and batches of a queue.

use serde::Deserialize;

/// What invoked the function.
#[derive(Debug)]
pub(crate) enum Event {
    Http(HttpRequest),
    Queue(Batch),
}

/// A request in payload format 2.0, as far as it matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpRequest {
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) is_base64_encoded: bool,
}

/// Messages of a queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Batch {
    pub(crate) records: Vec<Message>,
}

/// A message of a queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    pub(crate) message_id: String,
    pub(crate) body: String,
}

/// An event of another source.
#[derive(Debug, thiserror::Error)]
#[error("the event is neither a request of an HTTP API (payload format 2.0) nor messages of SQS")]
pub(crate) struct UnknownEvent(#[source] Option<serde_json::Error>);

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// [`UnknownEvent`], with what is wrong where its source is known.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, UnknownEvent> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Marks {
            #[serde(rename = "Records")]
            records: Option<serde::de::IgnoredAny>,
            request_context: Option<serde::de::IgnoredAny>,
        }
        let broken = |error| UnknownEvent(Some(error));
        let marks: Marks = serde_json::from_slice(payload).map_err(broken)?;
        if marks.request_context.is_some() {
            return serde_json::from_slice(payload)
                .map(Self::Http)
                .map_err(broken);
        }
        if marks.records.is_some() {
            return serde_json::from_slice(payload)
                .map(Self::Queue)
                .map_err(broken);
        }
        Err(UnknownEvent(None))
    }
}

#[cfg(test)]
mod tests {
    use super::Event;

    #[test]
    fn events_are_told_apart() {
        let http = br#"{"version":"2.0","requestContext":{"http":{}},"body":"e30=","isBase64Encoded":true}"#;
        match Event::read(http).unwrap() {
            Event::Http(request) => assert!(request.is_base64_encoded),
            other => panic!("{other:?}"),
        }
        let queue = br#"{"Records":[{"messageId":"m1","body":"{}","eventSource":"aws:sqs"}]}"#;
        match Event::read(queue).unwrap() {
            Event::Queue(batch) => assert_eq!(batch.records[0].message_id, "m1"),
            other => panic!("{other:?}"),
        }
        for other in [&b"{}"[..], b"[]", b"", br#"{"Records":[{"s3":{}}]}"#] {
            assert!(Event::read(other).is_err());
        }
    }
}
