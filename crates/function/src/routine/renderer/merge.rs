//! Stored parts become one larger chunk.

use std::time::Instant;

use futures_util::future::try_join_all;
use lambda::Context;
use media::output::{Chunk, Merged, merge as join};
use media::{Ffmpeg, FrameRate, Location};
use protocol::audio::ChunkAudio;
use protocol::message::ChunkComplete;
use protocol::payload::Renderer;
use protocol::state::{Manifest, Plan};
use store::{RangeProxy, RemoteRules};

use super::LAST_WORDS;
use super::report::{self, Reporter};
use super::store_part::{self, MadePart};
use crate::clock::now_unix_ms;
use crate::documents::{DocumentError, RenderDocuments};
use crate::fault::{self, Point};
use crate::invocation::Function;
use crate::launch::failure::{Failure, Retry};
use crate::log_lines;
use crate::rendering::{momentary, unreadable};
use crate::scratch::Scratch;

/// Joins the parts that `payload` names by copying, and stores the result as a chunk without sound: what is heard stays
/// with the parts.
pub(super) async fn make(
    function: &Function,
    context: &Context,
    payload: &Renderer,
    reporter: &Reporter,
) -> Result<ChunkComplete, Failure> {
    let started_at_unix_ms = now_unix_ms();
    let documents = function.documents(context, &payload.bucket_name, &payload.render_id);
    let manifest_key = documents.keys.manifest(payload.chunk, payload.part);
    let (plan, stored, parts) = tokio::try_join!(
        documents.plan(),
        documents.manifest(&manifest_key),
        manifests(&documents, payload),
    )
    .map_err(|error| unreadable(&error))?;
    if let Some(stored) = stored {
        // An earlier attempt died after it had stored all of it.
        return Ok(store_part::complete(&stored));
    }
    let plan = plan.ok_or_else(|| Failure::of_launch("the render has no plan", Retry::Never))?;
    check(&parts, &plan, payload)?;
    let scratch = Scratch::create("merge").map_err(|error| momentary(&error))?;
    let video = scratch.path().join("video.mp4");
    let joining = joined(&documents, &plan, &parts, &video, context);
    let merged = tokio::select! {
        merged = Box::pin(joining) => merged?,
        () = report::heartbeat(&documents, payload, context, reporter) => unreachable!("it lasts for ever"),
    };
    tracing::info!(parts = parts.len(), merged.frames, merged.bytes, "merged");
    fault::point(Point::MidMerge, payload.attempt.0 == 1);
    let made = MadePart {
        video,
        frames: payload.frame_range,
        audio: ChunkAudio::default(),
        inline_audio: None,
        started_at_unix_ms,
        rendered_at_unix_ms: now_unix_ms(),
    };
    store_part::store(&documents, payload, made)
        .await
        .map_err(|error| error.failure())
}

/// The manifests of the parts, as far as they exist.
async fn manifests(
    documents: &RenderDocuments,
    payload: &Renderer,
) -> Result<Vec<Manifest>, DocumentError> {
    let keys: Vec<String> = payload
        .merge
        .iter()
        .map(|part| documents.keys.manifest(part.chunk, part.part))
        .collect();
    let found = try_join_all(keys.iter().map(|key| documents.manifest(key))).await?;
    Ok(found.into_iter().flatten().collect())
}

/// The parts must be the frames asked for, each once.
fn check(parts: &[Manifest], plan: &Plan, payload: &Renderer) -> Result<(), Failure> {
    let step = plan.every_nth_frame;
    let stored = parts.iter().flat_map(|part| part.frames.frames(step));
    if stored.eq(payload.frame_range.frames(step)) {
        return Ok(());
    }
    Err(Failure::of_launch(
        "the stored chunks are not the frames that are to be merged",
        Retry::Never,
    ))
}

async fn joined(
    documents: &RenderDocuments,
    plan: &Plan,
    parts: &[Manifest],
    video: &std::path::Path,
    context: &Context,
) -> Result<Merged, Failure> {
    let never = |error: &(dyn std::error::Error + 'static)| {
        Failure::of_launch(log_lines::chain(error), Retry::Never)
    };
    let ffmpeg = Ffmpeg::locate().await.map_err(|error| never(&error))?;
    let rate = FrameRate::new(plan.output_fps()).map_err(|error| never(&error))?;
    let proxy = RangeProxy::start(RemoteRules::public())
        .await
        .map_err(|error| momentary(&error))?;
    let chunks = parts
        .iter()
        .map(|part| {
            let url = proxy.whole_object_url(&documents.bucket, &part.video.key);
            Ok(Chunk {
                location: Location::loopback_url(url)?,
                frames: u64::from(part.frames.count(plan.every_nth_frame)),
            })
        })
        .collect::<Result<Vec<_>, media::InvalidLocation>>()
        .map_err(|error| never(&error))?;
    let deadline = Instant::now() + context.remaining().saturating_sub(LAST_WORDS);
    join(&ffmpeg, &chunks, rate, video, deadline)
        .await
        .map_err(|error| momentary(&error))
}
