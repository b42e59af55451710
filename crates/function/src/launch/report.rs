//! What the documents say of a render and its result.

use protocol::keys;
use protocol::payload::Renderer;
use protocol::price::FunctionSize;
use protocol::progress::{Dimensions, MediaType, PostRenderData, Progress, RenderMetadata};
use protocol::settings::{AudioCodec, Codec};
use protocol::site::Site;
use protocol::state::{Lease, Plan, RecordedAttempt, Request, StoredPart};
use protocol::status::{final_cost, finished_duration, most_expensive};

use super::event::Output;
use crate::output;

/// What a launch knows of the function that it runs in.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) function_name: String,
    pub(crate) version: String,
    pub(crate) region: String,
    pub(crate) size: FunctionSize,
    /// How long one invocation of a renderer may take.
    pub(crate) renderer_timeout_ms: u64,
}

/// How often a render's progress is reported, over all chunks.
const REPORTS: usize = 15;

/// What a renderer is told.
pub(crate) fn renderer(
    request: &Request,
    plan: &Plan,
    lease: &Lease,
    attempt: &RecordedAttempt,
    merge: &[StoredPart],
) -> Renderer {
    let progress_every_nth_frame = plan.chunks.len().div_ceil(REPORTS);
    Renderer {
        bucket_name: request.bucket_name.clone(),
        render_id: request.render_id.clone(),
        chunk: attempt.chunk,
        part: attempt.part,
        attempt: attempt.attempt,
        frame_range: attempt.frames,
        epoch: lease.epoch,
        progress_every_nth_frame: u32::try_from(progress_every_nth_frame).unwrap_or(u32::MAX),
        merge: merge.to_vec(),
        enable_cancellation: request.start.enable_cancellation,
        chromium_options: plan.page.chromium_options.clone(),
        log_level: plan.page.log_level,
    }
}

/// The plan stands: says what is rendered.
pub(crate) fn planned(progress: &mut Progress, request: &Request, plan: &Plan, facts: &Facts) {
    progress
        .serve_url_opened
        .get_or_insert(plan.serve_url_opened_at_unix_ms);
    progress
        .composition_validated
        .get_or_insert(plan.planned_at_unix_ms);
    progress
        .render_metadata
        .get_or_insert_with(|| metadata(request, plan, facts));
}

fn metadata(request: &Request, plan: &Plan, facts: &Facts) -> RenderMetadata {
    let start = &request.start;
    let chunks = u32::try_from(plan.chunks.len()).unwrap_or(u32::MAX);
    let scale = plan.encode.scale;
    RenderMetadata {
        media_type: MediaType::Video,
        image_format: plan.encode.image_format,
        muted: Some(plan.audio.is_none()),
        frame_range: Some(plan.frames),
        every_nth_frame: Some(plan.every_nth_frame),
        codec: Some(Codec::H264),
        site_id: match &plan.site {
            Site::Private { id, .. } => id.to_string(),
            Site::Url(url) => url.clone(),
        },
        started_date: request.started_at_unix_ms,
        total_chunks: chunks,
        estimated_total_lambda_invokations: chunks + 1,
        estimated_render_lambda_invokations: chunks,
        composition_id: plan.composition.id.clone(),
        audio_codec: plan.audio.as_ref().map(|_| AudioCodec::Aac),
        input_props: start.input_props.clone(),
        frames_per_lambda: plan.frames_per_function,
        memory_size_in_mb: facts.size.memory_mib,
        function_name: facts.function_name.clone(),
        renderer_function_name: facts.function_name.clone(),
        lambda_version: facts.version.clone(),
        region: facts.region.clone(),
        render_id: request.render_id.clone(),
        out_name: output::without_keys(start.out_name.as_ref()),
        output_file_is_conditional: Some(!plan.output.overwrite),
        privacy: start.privacy,
        delete_after: start.delete_after,
        number_of_gif_loops: None,
        audio_bitrate: start.audio_bitrate.clone(),
        download_behavior: start.download_behavior.clone(),
        metadata: (!start.metadata.is_empty()).then(|| start.metadata.clone()),
        dimensions: Dimensions {
            width: f64::from(plan.composition.width.get()) * scale,
            height: f64::from(plan.composition.height.get()) * scale,
        },
        scale,
    }
}

/// Every frame is stored.
pub(crate) fn all_rendered(progress: &mut Progress, now_ms: u64) {
    let Some(metadata) = &progress.render_metadata else {
        return;
    };
    let frames = metadata.frame_count();
    let took = now_ms.saturating_sub(metadata.started_date);
    (progress.frames_rendered, progress.frames_encoded) = (frames, frames);
    progress.time_to_render_frames.get_or_insert(took);
    progress.time_to_encode.get_or_insert(took);
}

/// The output is stored: says where, how long it took and what it cost.
pub(crate) fn complete(
    progress: &mut Progress,
    request: &Request,
    plan: &Plan,
    facts: &Facts,
    output: &Output,
    invocations: u32,
    now_ms: u64,
) {
    let started = request.started_at_unix_ms;
    let rendered = || progress.timings.iter().filter(|t| !plan.is_merged(t.chunk));
    let first_start = rendered().map(|t| t.start).min().unwrap_or(started);
    let last_end = rendered().map(|t| t.rendered).max().unwrap_or(started);
    let time_to_render_chunks = last_end.saturating_sub(first_start);
    progress.combined_frames = plan.frame_count();
    progress.time_to_combine = Some(output.combined_in_ms);
    let duration = finished_duration(&progress.timings);
    progress.post_render_data = Some(PostRenderData {
        cost: final_cost(&facts.region, facts.size, duration, invocations),
        output_file: keys::public_url(&facts.region, &plan.output.bucket, &plan.output.key),
        output_size: output.size,
        render_size: output.size,
        time_to_finish: now_ms.saturating_sub(started),
        time_to_render_frames: progress.time_to_render_frames.unwrap_or(0),
        errors: progress.errors.iter().cloned().map(Into::into).collect(),
        start_time: started,
        end_time: now_ms,
        files_cleaned_up: 0,
        time_to_encode: progress.time_to_encode.unwrap_or(0),
        time_to_clean_up: 0,
        time_to_render_chunks,
        retries_info: progress.retries.clone(),
        most_expensive_frame_ranges: most_expensive(&progress.timings, plan),
        estimated_billing_duration_in_milliseconds: duration,
        delete_after: request.start.delete_after,
        time_to_combine: Some(output.combined_in_ms),
        artifact_progress: Vec::new(),
    });
}
