//! `progress.json`: how far a render is, as clients read it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::error_info::{EnhancedErrorInfo, ErrorInfo};
use crate::frames::{ChunkIndex, FrameRange};
use crate::names::{DeleteAfter, RenderId};
use crate::props::SerializedInputProps;
use crate::settings::{AudioCodec, Codec, DownloadBehavior, ImageFormat, OutName, Privacy};
use crate::state::Leadership;

/// The name of the error that ends a render because its client wished so.
pub const CANCELLED: &str = "RenderCancelled";

/// How far a render is. Times are milliseconds of the Unix epoch, durations milliseconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Progress {
    /// Whether the client may cancel the render.
    pub cancellation_enabled: Option<bool>,
    /// Finished chunks, in the order in which they were finished.
    pub chunks: Vec<ChunkIndex>,
    /// Frames captured.
    pub frames_rendered: u32,
    /// Frames encoded.
    pub frames_encoded: u32,
    /// Frames joined into the output.
    pub combined_frames: u32,
    /// How long joining took.
    pub time_to_combine: Option<u64>,
    /// How long it took until all frames were encoded.
    pub time_to_encode: Option<u64>,
    /// Renderers that reported that they were started.
    pub lambdas_invoked: u32,
    /// Chunks that were tried again.
    pub retries: Vec<Retry>,
    /// The result; set at the very end.
    pub post_render_data: Option<PostRenderData>,
    /// How long each finished chunk took.
    pub timings: Vec<Timing>,
    /// What is rendered.
    pub render_metadata: Option<RenderMetadata>,
    /// What went wrong.
    pub errors: Vec<ErrorInfo>,
    /// When the first fatal error occurred.
    pub fatal_error_timestamp: Option<u64>,
    /// How long it took until all frames were captured.
    pub time_to_render_frames: Option<u64>,
    /// When the invocation that leads the render ends at the latest.
    pub timeout_timestamp: u64,
    /// When the first launch began.
    pub function_launched: u64,
    /// When the page was open.
    pub serve_url_opened: Option<u64>,
    /// When the composition was evaluated.
    pub composition_validated: Option<u64>,
    /// Files that the composition emitted.
    pub received_artifact: Vec<ReceivedArtifact>,
    /// Who leads the render, and that it is alive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub framewright: Option<Leadership>,
}

impl Progress {
    /// The document that `start` writes.
    #[must_use]
    pub fn initial(now_unix_ms: u64, timeout_unix_ms: u64) -> Self {
        Self {
            cancellation_enabled: Some(false),
            timeout_timestamp: timeout_unix_ms,
            function_launched: now_unix_ms,
            ..Self::default()
        }
    }

    /// Whether the render has ended, with a result or a fatal error.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.post_render_data.is_some() || self.fatal_error().is_some()
    }

    /// Whether the render ended because its client wished so.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.fatal_error()
            .is_some_and(|error| error.name == CANCELLED)
    }

    /// The error that ended the render.
    #[must_use]
    pub fn fatal_error(&self) -> Option<&ErrorInfo> {
        self.errors
            .iter()
            .find(|error| error.is_fatal && !error.will_retry)
    }
}

/// A chunk that was tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// The chunk.
    pub chunk: ChunkIndex,
    /// The number of the new attempt.
    pub attempt: u32,
    /// When.
    pub time: u64,
}

/// How long a chunk took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// The chunk.
    pub chunk: ChunkIndex,
    /// When its renderer began.
    pub start: u64,
    /// When it was finished.
    pub rendered: u64,
}

/// A file that the composition emitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedArtifact {
    /// Its name.
    pub filename: String,
    /// Bytes.
    pub size_in_bytes: u64,
    /// Its address.
    pub s3_url: String,
    /// Its key.
    pub s3_key: String,
}

/// Whether a render makes a video or an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaType {
    /// A video.
    Video,
    /// An image.
    Still,
}

/// What is rendered. (The spelling of two names is the wire's.)
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenderMetadata {
    /// Video or image.
    #[serde(rename = "type")]
    pub media_type: MediaType,
    /// How Chrome hands frames over.
    pub image_format: ImageFormat,
    /// Without an audio track; videos alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted: Option<bool>,
    /// The frames of the render; videos alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_range: Option<FrameRange>,
    /// Every how many frames one is rendered; videos alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_nth_frame: Option<NonZeroU32>,
    /// How frames become video; `None` for images.
    pub codec: Option<Codec>,
    /// The serve URL.
    pub site_id: String,
    /// When the render began.
    pub started_date: u64,
    /// How many chunks there are.
    pub total_chunks: u32,
    /// How many invocations are expected.
    pub estimated_total_lambda_invokations: u32,
    /// How many invocations of renderers are expected.
    pub estimated_render_lambda_invokations: u32,
    /// The composition.
    pub composition_id: String,
    /// How sound is encoded.
    pub audio_codec: Option<AudioCodec>,
    /// The client's props.
    pub input_props: SerializedInputProps,
    /// Frames of one chunk.
    pub frames_per_lambda: u32,
    /// The function's memory.
    pub memory_size_in_mb: u32,
    /// The function that leads.
    pub function_name: String,
    /// The function that renders.
    pub renderer_function_name: String,
    /// The function's version.
    pub lambda_version: String,
    /// Its region.
    pub region: String,
    /// The render.
    pub render_id: RenderId,
    /// What the client asked the output to be called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_name: Option<OutName>,
    /// Whether the output must not replace an object.
    #[serde(default)]
    pub output_file_is_conditional: Option<bool>,
    /// Who may read the output.
    pub privacy: Privacy,
    /// How long the render is kept.
    pub delete_after: Option<DeleteAfter>,
    /// How often a GIF plays.
    #[serde(default)]
    pub number_of_gif_loops: Option<u32>,
    /// Bits of audio per second.
    #[serde(default)]
    pub audio_bitrate: Option<String>,
    /// What a browser does with the output's address.
    pub download_behavior: DownloadBehavior,
    /// Tags written into the file.
    #[serde(default)]
    pub metadata: Option<BTreeMap<String, String>>,
    /// Pixels of the result.
    pub dimensions: Dimensions,
    /// Factor from the composition's pixels.
    pub scale: f64,
}

impl RenderMetadata {
    /// How many frames are rendered; 1 for an image.
    #[must_use]
    pub fn frame_count(&self) -> u32 {
        let step = self.every_nth_frame.unwrap_or(NonZeroU32::MIN);
        self.frame_range.map_or(1, |range| range.count(step))
    }
}

/// Pixels of the result.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Dimensions {
    pub width: f64,
    pub height: f64,
}

/// The result of a finished render.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostRenderData {
    /// What it cost.
    pub cost: FinalCost,
    /// The address of the output.
    pub output_file: String,
    /// Bytes.
    pub output_size: u64,
    /// Bytes, once more.
    pub render_size: u64,
    /// How long the render took.
    pub time_to_finish: u64,
    /// How long it took until all frames were captured.
    pub time_to_render_frames: u64,
    /// What went wrong on the way.
    pub errors: Vec<EnhancedErrorInfo>,
    /// When the render began.
    pub start_time: u64,
    /// When it ended.
    pub end_time: u64,
    /// Always 0.
    pub files_cleaned_up: u32,
    /// How long it took until all frames were encoded.
    pub time_to_encode: u64,
    /// How long cleaning up took.
    pub time_to_clean_up: u64,
    /// From the start of the first renderer to the end of the last.
    pub time_to_render_chunks: u64,
    /// Chunks that were tried again.
    pub retries_info: Vec<Retry>,
    /// The chunks that took longest.
    pub most_expensive_frame_ranges: Vec<ExpensiveFrameRange>,
    /// What the renderers' durations add up to.
    pub estimated_billing_duration_in_milliseconds: u64,
    /// How long the render is kept.
    pub delete_after: Option<DeleteAfter>,
    /// How long joining took.
    pub time_to_combine: Option<u64>,
    /// Files that the composition emitted.
    pub artifact_progress: Vec<ReceivedArtifact>,
}

/// What a finished render cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FinalCost {
    /// The amount.
    pub estimated_cost: f64,
    /// The amount with its currency.
    pub estimated_display_cost: String,
    /// Its code.
    pub currency: String,
    /// What is not included.
    pub disclaimer: String,
}

/// A chunk that took long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpensiveFrameRange {
    /// How long.
    pub time_in_milliseconds: u64,
    /// The chunk.
    pub chunk: ChunkIndex,
    /// Its frames.
    pub frame_range: FrameRange,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_initial_document_has_the_documented_keys_in_their_order() {
        let json = serde_json::to_value(Progress::initial(5, 7)).unwrap();
        let keys: Vec<_> = json
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys,
            [
                "cancellationEnabled",
                "chunks",
                "framesRendered",
                "framesEncoded",
                "combinedFrames",
                "timeToCombine",
                "timeToEncode",
                "lambdasInvoked",
                "retries",
                "postRenderData",
                "timings",
                "renderMetadata",
                "errors",
                "fatalErrorTimestamp",
                "timeToRenderFrames",
                "timeoutTimestamp",
                "functionLaunched",
                "serveUrlOpened",
                "compositionValidated",
                "receivedArtifact",
            ]
        );
    }
}
