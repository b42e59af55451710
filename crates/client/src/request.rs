//! What a caller asks to be rendered.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use protocol::payload::{Chunking, Extension, Start};
use protocol::settings::{OutName, Privacy, RequestedFrames};
use protocol::{DeleteAfter, SerializedInputProps};
use sha2::{Digest as _, Sha256};

use crate::Props;

/// A composition to render into a video.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderRequest {
    /// A site's name, or an http(s) address.
    pub site: String,
    /// The composition's id.
    pub composition: String,
    /// Its input props.
    pub props: Props,
    /// Which frames; all where it is `None`.
    pub frames: Option<RequestedFrames>,
    /// Frames of one chunk; the function plans where it is `None`.
    pub frames_per_function: Option<NonZeroU32>,
    /// Renderers at work at once; as many as there are chunks where it is `None`.
    pub concurrency: Option<NonZeroU32>,
    /// How chunks are chosen where [`frames_per_function`](Self::frames_per_function) is `None`.
    pub chunking: Chunking,
    /// 0 to 100.
    pub jpeg_quality: u8,
    /// Constant rate factor; the encoder's usual one where it is `None`.
    pub crf: Option<u8>,
    /// Factor from the composition's pixels to the video's.
    pub scale: f64,
    /// Without an audio track.
    pub muted: bool,
    /// How long one frame may take to become ready.
    pub frame_timeout: Duration,
    /// How often a chunk is tried again after an error of the page.
    pub max_retries: u32,
    /// Whether the render can be cancelled.
    pub cancellable: bool,
    /// Where the output goes, and whether it may replace an object there; beside the render's
    /// documents where it is `None`.
    pub output: Option<(OutName, bool)>,
    /// Variables that the page sees as `process.env`.
    pub env_variables: BTreeMap<String, String>,
    /// How long the bucket keeps the render; for ever where it is `None`.
    pub delete_after: Option<DeleteAfter>,
}

impl RenderRequest {
    /// Asks for all frames of `composition` of `site`, with the defaults of Remotion's clients.
    pub fn new(site: impl Into<String>, composition: impl Into<String>) -> Self {
        let defaults = Start::new(composition, site);
        Self {
            site: defaults.serve_url,
            composition: defaults.composition,
            props: Props::default(),
            frames: None,
            frames_per_function: None,
            concurrency: None,
            chunking: Chunking::default(),
            jpeg_quality: defaults.jpeg_quality.unwrap_or(80),
            crf: None,
            scale: defaults.scale.unwrap_or(1.0),
            muted: false,
            frame_timeout: Duration::from_millis(defaults.timeout_in_milliseconds),
            max_retries: defaults.max_retries.unwrap_or(1),
            cancellable: false,
            output: None,
            env_variables: BTreeMap::new(),
            delete_after: None,
        }
    }

    /// A digest of all that is asked for, and of `more`: equal for equal requests, 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self, more: &[&str]) -> String {
        let props = SerializedInputProps::Payload {
            payload: self.props.as_str().to_owned(),
        };
        let asked = serde_json::json!([self.to_start(props, ""), more]);
        let digest = Sha256::digest(asked.to_string());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The payload of `start`.
    pub(crate) fn to_start(&self, props: SerializedInputProps, bucket: &str) -> Start {
        let milliseconds = self.frame_timeout.as_millis();
        Start {
            input_props: props,
            bucket_name: Some(bucket.to_owned()),
            frames_per_lambda: self.frames_per_function.map(NonZeroU32::get),
            frame_range: self.frames,
            jpeg_quality: Some(self.jpeg_quality),
            crf: self.crf.map(f64::from),
            scale: Some(self.scale),
            muted: self.muted,
            timeout_in_milliseconds: u64::try_from(milliseconds).unwrap_or(u64::MAX),
            max_retries: Some(self.max_retries),
            enable_cancellation: self.cancellable,
            out_name: self.output.as_ref().map(|(name, _)| name.clone()),
            overwrite: self
                .output
                .as_ref()
                .is_some_and(|(_, overwrite)| *overwrite),
            env_variables: self.env_variables.clone(),
            delete_after: self.delete_after,
            // Outputs are fetched by presigned URL, and no ACL is ever sent.
            privacy: Privacy::NoAcl,
            framewright: Some(Extension {
                renderer_concurrency: self.concurrency,
                chunking: self.chunking,
            }),
            ..Start::new(&self.composition, &self.site)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concurrency_is_renderers_at_once_and_not_the_wires_number_of_chunks() {
        let mut request = RenderRequest::new("site", "Title");
        request.concurrency = NonZeroU32::new(2);
        request.frames_per_function = NonZeroU32::new(50);
        request.frame_timeout = Duration::from_secs(7);
        let start = request.to_start(SerializedInputProps::default(), "bucket");
        let json = serde_json::to_value(start).expect("JSON");
        assert_eq!(json["concurrency"], serde_json::Value::Null);
        assert_eq!(json["framesPerLambda"], 50);
        assert_eq!(json["framewright"]["rendererConcurrency"], 2);
        assert_eq!(json["timeoutInMilliseconds"], 7000);
        assert_eq!(json["bucketName"], "bucket");
    }
}
