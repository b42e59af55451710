//! Input props as they travel: in the payload, or as an object in the bucket.

use serde::{Deserialize, Serialize};

/// Props as a JSON string that is never parsed and written again, or the place where that string is stored.
///
/// The string holds Remotion's tokens for dates and static files (`remotion-date:`, `remotion-file:`), which only the
/// page understands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum SerializedInputProps {
    /// The string itself.
    Payload {
        /// A JSON object as a string.
        payload: String,
    },
    /// The string is the object `input-props/<hash>.json` of the render's bucket.
    #[serde(rename_all = "camelCase")]
    BucketUrl {
        /// Names the object; see [`crate::keys::input_props`].
        hash: String,
        /// The bucket that the client stored it in.
        bucket_name: String,
    },
}

impl SerializedInputProps {
    /// Props carried in the payload.
    #[must_use]
    pub fn inline(json: impl Into<String>) -> Self {
        Self::Payload {
            payload: json.into(),
        }
    }
}

impl Default for SerializedInputProps {
    fn default() -> Self {
        Self::inline("{}")
    }
}

/// What is rendered, as far as the size of its props matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropsOf {
    /// A still: the props travel in a synchronous call.
    Still,
    /// A video or audio file: the props travel in an asynchronous call too.
    Video,
}

/// What a payload must keep free for everything but props and environment variables.
const MARGIN: usize = 5_000 + 1_024;

/// Whether props of this size must be stored in the bucket and travel as [`SerializedInputProps::BucketUrl`].
///
/// `env_variables_json` is the JSON text of the environment variables. Sizes count UTF-16 units, as clients do.
#[must_use]
pub fn must_be_stored(props_json: &str, env_variables_json: &str, of: PropsOf) -> bool {
    let limit = match of {
        PropsOf::Still => 5_000_000 - MARGIN,
        PropsOf::Video => 200_000 - MARGIN,
    };
    utf16_len(props_json) + utf16_len(env_variables_json) > limit
}

fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_shapes() {
        let stored = SerializedInputProps::BucketUrl {
            hash: "abc".into(),
            bucket_name: "b".into(),
        };
        let json = r#"{"type":"bucket-url","hash":"abc","bucketName":"b"}"#;
        assert_eq!(serde_json::to_string(&stored).unwrap(), json);
        assert_eq!(
            serde_json::from_str::<SerializedInputProps>(json).unwrap(),
            stored
        );
        assert_eq!(
            serde_json::to_string(&SerializedInputProps::default()).unwrap(),
            r#"{"type":"payload","payload":"{}"}"#
        );
    }

    #[test]
    fn the_limit_counts_utf16_units() {
        let fits = "x".repeat(200_000 - 6_024 - 2);
        assert!(!must_be_stored(&fits, "{}", PropsOf::Video));
        assert!(must_be_stored(&format!("{fits}x"), "{}", PropsOf::Video));
        assert!(must_be_stored(
            &format!("{}é", &fits[1..]),
            "{\u{1d11e}",
            PropsOf::Video
        ));
        assert!(!must_be_stored(&format!("{fits}x"), "{}", PropsOf::Still));
    }
}
