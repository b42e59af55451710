//! The progress document of an image, by which readers know that it is none that has progress.

use protocol::RenderId;
use protocol::page::Composition;
use protocol::payload::Still;
use protocol::progress::{Dimensions, MediaType, Progress, RenderMetadata};

use crate::environment::Environment;
use crate::output;

/// What the document of the image `render_id` says while it is rendered, and ever after.
pub(super) fn document(
    environment: &Environment,
    payload: &Still,
    render_id: &RenderId,
    composition: &Composition,
    started_unix_ms: u64,
    deadline_unix_ms: u64,
) -> Progress {
    let scale = payload.scale.unwrap_or(1.0);
    let metadata = RenderMetadata {
        media_type: MediaType::Still,
        image_format: payload.image_format,
        muted: None,
        frame_range: None,
        every_nth_frame: None,
        codec: None,
        site_id: payload.serve_url.clone(),
        started_date: started_unix_ms,
        total_chunks: 1,
        estimated_total_lambda_invokations: 1,
        estimated_render_lambda_invokations: 1,
        composition_id: composition.id.clone(),
        audio_codec: None,
        input_props: payload.input_props.clone(),
        frames_per_lambda: 1,
        memory_size_in_mb: environment.memory_mib,
        function_name: environment.function_name.clone(),
        renderer_function_name: environment.function_name.clone(),
        lambda_version: environment.version().to_string(),
        region: environment.region.clone(),
        render_id: render_id.clone(),
        out_name: output::without_keys(payload.out_name.as_ref()),
        output_file_is_conditional: None,
        privacy: payload.privacy,
        delete_after: payload.delete_after,
        number_of_gif_loops: None,
        audio_bitrate: None,
        download_behavior: payload.download_behavior.clone(),
        metadata: None,
        dimensions: Dimensions {
            width: f64::from(composition.width.get()) * scale,
            height: f64::from(composition.height.get()) * scale,
        },
        scale,
    };
    Progress {
        render_metadata: Some(metadata),
        ..Progress::initial(started_unix_ms, deadline_unix_ms)
    }
}
