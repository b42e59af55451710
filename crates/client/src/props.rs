//! Input props: what a caller may hand in, and how they travel.

use std::collections::BTreeMap;

use protocol::SerializedInputProps;
use protocol::props::{PropsOf, must_be_stored};
use sha2::{Digest as _, Sha256};
use store::{PutOptions, StoreError};

use crate::Client;

/// Input props: the text of a JSON object, which travels as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Props(
    // INVARIANT: a JSON object
    String,
);

/// What was handed in is no JSON object.
#[derive(Debug, thiserror::Error)]
pub enum InvalidProps {
    /// It is no JSON.
    #[error("the input props are no JSON: {0}")]
    NotJson(serde_json::Error),
    /// It is JSON, but no object.
    #[error("the input props are no JSON object but {0}")]
    NotAnObject(&'static str),
}

impl Props {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks `json` and keeps it as it is: the page alone knows what numbers and strings mean.
    ///
    /// # Errors
    /// [`InvalidProps`].
    pub fn parse(json: impl Into<String>) -> Result<Self, InvalidProps> {
        use serde_json::Value;
        let json = json.into();
        let kind = match serde_json::from_str(&json).map_err(InvalidProps::NotJson)? {
            Value::Object(_) => return Ok(Self(json)),
            Value::Array(_) => "an array",
            Value::String(_) => "a string",
            Value::Number(_) => "a number",
            Value::Bool(_) => "a truth value",
            Value::Null => "null",
        };
        Err(InvalidProps::NotAnObject(kind))
    }
}

impl Default for Props {
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

impl Client {
    /// Props as they go into a payload; those that are too large for one are stored before.
    ///
    /// The object is named by its content, so that a repetition stores nothing new.
    pub(crate) async fn serialize_props(
        &self,
        props: &Props,
        env_variables: &BTreeMap<String, String>,
        of: PropsOf,
    ) -> Result<SerializedInputProps, StoreError> {
        let variables = serde_json::to_string(env_variables).expect("strings always serialise");
        if !must_be_stored(&props.0, &variables, of) {
            return Ok(SerializedInputProps::inline(&props.0));
        }
        let hash = format!("{:x}", HexOf(&Sha256::digest(&props.0)));
        let key = protocol::keys::input_props(&hash);
        let options = PutOptions::json();
        self.bucket.put(&key, props.0.clone(), &options).await?;
        Ok(SerializedInputProps::BucketUrl {
            hash,
            bucket_name: self.installation.bucket.to_string(),
        })
    }
}

/// Bytes that are written as hexadecimal digits.
struct HexOf<'a>(&'a [u8]);

impl std::fmt::LowerHex for HexOf<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_kept_as_it_was_written() {
        let text = r#" {"n": 1e2, "big": 12345678901234567890} "#;
        assert_eq!(Props::parse(text).expect("an object").0, text);
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        for (json, expected) in [
            ("[1]", "the input props are no JSON object but an array"),
            ("null", "the input props are no JSON object but null"),
            (
                "{\"a\":NaN}",
                "the input props are no JSON: expected value at line 1 column 6",
            ),
            (
                "",
                "the input props are no JSON: EOF while parsing a value at line 1 column 0",
            ),
        ] {
            assert_eq!(Props::parse(json).expect_err(json).to_string(), expected);
        }
    }
}
