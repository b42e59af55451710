//! The answer of `status`, computed from the progress document.

mod cost;
mod overall;

use serde::{Deserialize, Serialize};

pub use cost::{billing_duration, final_cost, finished_duration, most_expensive, running_cost};
pub use overall::overall_progress;

use crate::error_info::EnhancedErrorInfo;
use crate::frames::ChunkIndex;
use crate::keys;
use crate::names::{BucketName, RenderId};
use crate::payload::CostInfo;
use crate::price::FunctionSize;
use crate::progress::{
    ExpensiveFrameRange, MediaType, Progress, ReceivedArtifact, RenderMetadata, Retry,
};
use crate::settings::OutName;

/// How far a render is, as `getRenderProgress()` returns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are described at `Progress` and `PostRenderData`"
)]
pub struct RenderProgress {
    pub chunks: u32,
    pub done: bool,
    pub encoding_status: Option<EncodingStatus>,
    pub costs: CostInfo,
    pub render_id: RenderId,
    pub render_metadata: Option<RenderMetadata>,
    pub bucket: BucketName,
    pub output_file: Option<String>,
    pub out_key: Option<String>,
    pub out_bucket: Option<String>,
    pub time_to_finish: Option<u64>,
    pub errors: Vec<EnhancedErrorInfo>,
    pub fatal_error_encountered: bool,
    pub current_time: u64,
    pub render_size: u64,
    pub lambdas_invoked: u32,
    pub cleanup: Option<Cleanup>,
    pub time_to_finish_chunks: Option<u64>,
    pub time_to_render_frames: Option<u64>,
    pub time_to_encode: Option<u64>,
    pub overall_progress: f64,
    pub retries_info: Vec<Retry>,
    pub most_expensive_frame_ranges: Option<Vec<ExpensiveFrameRange>>,
    pub frames_rendered: u32,
    pub output_size_in_bytes: Option<u64>,
    #[serde(rename = "type")]
    pub kind: Success,
    pub estimated_billing_duration_in_milliseconds: Option<u64>,
    pub combined_frames: u32,
    pub time_to_combine: Option<u64>,
    pub timeout_timestamp: u64,
    pub function_launched: u64,
    pub serve_url_opened: Option<u64>,
    pub composition_validated: Option<u64>,
    pub artifacts: Vec<ReceivedArtifact>,
}

/// Always `success`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Success {
    /// The only value.
    Success,
}

/// How far joining is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are described at `Progress`")]
pub struct EncodingStatus {
    pub frames_encoded: u32,
    pub combined_frames: u32,
    pub time_to_combine: Option<u64>,
}

/// What was cleaned up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "clients show them as they are")]
pub struct Cleanup {
    pub done_in: Option<u64>,
    pub min_files_to_delete: u32,
    pub files_deleted: u32,
}

/// A status was asked for of a render that makes an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "You don't need to call getRenderProgress() on a still render. Once you have obtained the `renderId`, the render is already done"
)]
pub struct StillHasNoProgress;

/// What a status depends on beside the progress document.
#[derive(Debug, Clone, Copy)]
pub struct StatusContext<'a> {
    /// The render.
    pub render_id: &'a RenderId,
    /// Its bucket.
    pub bucket: &'a BucketName,
    /// The function's region.
    pub region: &'a str,
    /// Milliseconds of the Unix epoch.
    pub now_unix_ms: u64,
    /// The function's size.
    pub size: FunctionSize,
}

/// How far a render is, from its progress document.
///
/// # Errors
/// [`StillHasNoProgress`] if the render makes an image.
pub fn status(
    progress: &Progress,
    context: StatusContext<'_>,
) -> Result<RenderProgress, StillHasNoProgress> {
    let metadata = progress.render_metadata.as_ref();
    if metadata.is_some_and(|m| m.media_type == MediaType::Still) {
        return Err(StillHasNoProgress);
    }
    let post = progress.post_render_data.as_ref();
    let frame_count = metadata.map_or(0, RenderMetadata::frame_count);
    let total_chunks = metadata.map_or(0, |m| m.total_chunks);
    let done = post.is_some();
    let output = metadata.map(|m| output_of(m, context));
    let all_chunks_at = (metadata.is_some() && progress.chunks.len() == total_chunks as usize)
        .then(|| {
            let of_chunks = progress.timings.iter().filter(|t| t.chunk.0 < total_chunks);
            of_chunks.map(|t| t.rendered).max()
        })
        .flatten();
    Ok(RenderProgress {
        chunks: count(&progress.chunks),
        done,
        encoding_status: metadata.map(|_| EncodingStatus {
            frames_encoded: progress.frames_encoded,
            combined_frames: progress.combined_frames,
            time_to_combine: progress.time_to_combine,
        }),
        costs: running_cost(progress, context),
        render_id: context.render_id.clone(),
        render_metadata: progress.render_metadata.clone(),
        bucket: context.bucket.clone(),
        output_file: post.map(|p| p.output_file.clone()),
        out_key: output.as_ref().map(|(_, key)| key.clone()),
        out_bucket: output.map(|(bucket, _)| bucket),
        time_to_finish: post.map(|p| p.time_to_finish),
        errors: progress
            .errors
            .iter()
            .cloned()
            .map(EnhancedErrorInfo::from)
            .collect(),
        fatal_error_encountered: !done && progress.fatal_error().is_some(),
        current_time: context.now_unix_ms,
        render_size: post.map_or(0, |p| p.render_size),
        lambdas_invoked: if done {
            total_chunks
        } else {
            progress.lambdas_invoked
        },
        cleanup: post.map(|p| Cleanup {
            done_in: Some(p.time_to_clean_up),
            min_files_to_delete: 0,
            files_deleted: p.files_cleaned_up,
        }),
        time_to_finish_chunks: all_chunks_at
            .zip(metadata)
            .map(|(at, metadata)| at.saturating_sub(metadata.started_date)),
        time_to_render_frames: progress.time_to_render_frames,
        time_to_encode: progress.time_to_encode,
        overall_progress: if done {
            1.0
        } else {
            overall_progress(progress)
        },
        retries_info: progress.retries.clone(),
        most_expensive_frame_ranges: post.map(|p| p.most_expensive_frame_ranges.clone()),
        frames_rendered: if done {
            frame_count
        } else {
            progress.frames_rendered
        },
        output_size_in_bytes: post.map(|p| p.output_size),
        kind: Success::Success,
        estimated_billing_duration_in_milliseconds: metadata
            .map(|m| billing_duration(progress, m.started_date, context.now_unix_ms)),
        combined_frames: if done {
            frame_count
        } else {
            progress.combined_frames
        },
        time_to_combine: progress.time_to_combine,
        timeout_timestamp: progress.timeout_timestamp,
        function_launched: progress.function_launched,
        serve_url_opened: progress.serve_url_opened,
        composition_validated: progress.composition_validated,
        artifacts: progress.received_artifact.clone(),
    })
}

/// Bucket and key of the output.
fn output_of(metadata: &RenderMetadata, context: StatusContext<'_>) -> (String, String) {
    match &metadata.out_name {
        Some(OutName::Object {
            bucket_name, key, ..
        }) => (bucket_name.clone(), key.clone()),
        Some(OutName::Name(name)) => (context.bucket.to_string(), in_folder(context, name)),
        None => (context.bucket.to_string(), in_folder(context, "out.mp4")),
    }
}

fn in_folder(context: StatusContext<'_>, name: &str) -> String {
    keys::RenderKeys::new(context.render_id).output(name)
}

fn count(chunks: &[ChunkIndex]) -> u32 {
    u32::try_from(chunks.len()).unwrap_or(u32::MAX)
}
