//! Messages: what senders give, and the digests that both sides compare.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::fault::{invalid, invalid_contents};
use crate::api_error::ApiError;
use crate::authn::hex;

/// The most attributes of one message.
const MOST_ATTRIBUTES: usize = 10;

/// A message as it is kept. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) attributes: Attributes,
    /// The trace header, if the sender gave one.
    pub(super) trace: Option<String>,
    /// The value of `aws:userid` of whoever sent it.
    pub(super) sender: String,
    pub(super) sent_at: i64,
    pub(super) visible_at: i64,
    /// How often it was received.
    pub(super) received: u32,
    pub(super) first_received_at: Option<i64>,
    /// Of the newest receipt; earlier ones are worth nothing.
    pub(super) token: u64,
    /// The ARN of the queue that gave it up.
    pub(super) given_up_by: Option<String>,
}

/// Attributes of a message, by name.
pub(super) type Attributes = BTreeMap<String, Attribute>;

/// An attribute of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attribute {
    pub(super) data_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) string_value: Option<String>,
    /// In base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) binary_value: Option<String>,
}

impl Attribute {
    /// The bytes of the value: of text and numbers their text.
    fn value(&self) -> Option<(u8, Vec<u8>)> {
        let kind = self.data_type.split('.').next().unwrap_or_default();
        match (kind, &self.string_value, &self.binary_value) {
            ("String" | "Number", Some(text), None) if !text.is_empty() => {
                Some((1, text.as_bytes().to_vec()))
            }
            ("Binary", None, Some(encoded)) => {
                let bytes = STANDARD.decode(encoded).ok()?;
                (!bytes.is_empty()).then_some((2, bytes))
            }
            _ => None,
        }
    }
}

/// Checks what a sender gives; how many bytes it is.
///
/// # Errors
/// That the body is empty or holds what none may, or that an attribute has no value of its type.
pub(super) fn check(body: &str, attributes: &Attributes) -> Result<usize, ApiError> {
    if body.is_empty() {
        return Err(ApiError::bad_request(
            "MissingParameter",
            "The request must contain the parameter MessageBody.",
        ));
    }
    let may_be = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if !body.chars().all(may_be) {
        return Err(invalid_contents());
    }
    if attributes.len() > MOST_ATTRIBUTES {
        return Err(invalid(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MOST_ATTRIBUTES}].",
            attributes.len()
        )));
    }
    let mut size = body.len();
    for (name, attribute) in attributes {
        let (_, value) = attribute.value().ok_or_else(|| {
            invalid(format!(
                "The message attribute '{name}' must contain a non-empty message attribute value \
                 of its type '{}'.",
                attribute.data_type
            ))
        })?;
        size += name.len() + attribute.data_type.len() + value.len();
    }
    Ok(size)
}

/// The MD5 of a body, in hexadecimal.
pub(super) fn digest_of_body(body: &str) -> String {
    hex(&Md5::digest(body.as_bytes()))
}

/// The MD5 of attributes, in hexadecimal; nothing if there are none.
///
/// By name, each name, type and value with its length before it, and the value's kind before that.
pub(super) fn digest_of_attributes<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a Attribute)>,
) -> Option<String> {
    let mut digest = Md5::new();
    let mut any = false;
    let mut put = |bytes: &[u8], kind: Option<u8>| {
        if let Some(kind) = kind {
            digest.update([kind]);
        }
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        digest.update(length.to_be_bytes());
        digest.update(bytes);
    };
    for (name, attribute) in attributes {
        // INVARIANT: checked when the message was sent.
        let (kind, value) = attribute.value()?;
        put(name.as_bytes(), None);
        put(attribute.data_type.as_bytes(), None);
        put(&value, Some(kind));
        any = true;
    }
    any.then(|| hex(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(data_type: &str, value: &str) -> Attribute {
        Attribute {
            data_type: data_type.into(),
            string_value: Some(value.into()),
            binary_value: None,
        }
    }

    #[test]
    fn digests_are_those_that_clients_compute() {
        assert_eq!(digest_of_body("hello"), "5d41402abc4b2a76b9719d911017c592");
        assert_eq!(digest_of_attributes(&Attributes::new()), None);
        // Lengths and kinds written out.
        let mut expected = Md5::new();
        expected.update(b"\0\0\0\x04size\0\0\0\x06Number\x01\0\0\0\x0242");
        let attributes = Attributes::from([("size".to_owned(), text("Number", "42"))]);
        assert_eq!(
            digest_of_attributes(&attributes),
            Some(hex(&expected.finalize()))
        );
    }

    #[test]
    fn what_no_message_may_hold_is_refused() {
        let code = |body: &str, attributes: &Attributes| {
            check(body, attributes).map_err(|error| error.code.into_owned())
        };
        let none = Attributes::new();
        assert_eq!(code("ä\n", &none), Ok(3));
        assert_eq!(code("", &none), Err("MissingParameter".into()));
        assert_eq!(code("\u{1}", &none), Err("InvalidMessageContents".into()));
        for wrong in [
            text("Text", "x"),
            text("String", ""),
            text("Binary", "eA=="),
        ] {
            let attributes = Attributes::from([("a".to_owned(), wrong)]);
            assert_eq!(code("x", &attributes), Err("InvalidParameterValue".into()));
        }
    }
}
