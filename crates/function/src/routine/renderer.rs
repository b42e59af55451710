//! `renderer`: renders frames of a chunk, or merges chunks, and stores the result.

mod merge;
mod report;
mod store_part;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::renderer::{ChunkError, ChunkRequest, Renderer as Bench, Scale};
use lambda::{Context, ResponseWriter};
use protocol::message::{ChunkComplete, ErrorOccurred, LambdaInvoked, Message};
use protocol::payload::Renderer;
use protocol::state::Plan;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::report::Reporter;
use self::store_part::MadePart;
use crate::cancel;
use crate::clock::now_unix_ms;
use crate::documents::RenderDocuments;
use crate::invocation::Function;
use crate::launch::failure::{Failure, Place, Retry, to_error_info};
use crate::log_lines;
use crate::page::{self, OpenSite};
use crate::rendering::{chunk_failure, unopened, unreadable};
use crate::request;
use crate::scratch::Scratch;

/// A renderer stops to capture when less than this share of its time is left, within bounds, and stores what it has.
const STOP_SHARE: u32 = 20;
const STOP_BOUNDS: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(45));

/// What is kept free for the last words.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Renders and stores what `payload` asks for, and says on the stream what became of it.
///
/// The renderer is kept for the next invocation if it did its work.
pub(crate) async fn render(
    function: Arc<Function>,
    context: Context,
    payload: Renderer,
    mut bench: Bench,
    stream: ResponseWriter,
) {
    let reporter = Reporter::new(stream);
    let making = Box::pin(make(&function, &context, &payload, &mut bench, &reporter));
    let making = unless_cancelled(&function, &context, &payload, making);
    if report(&reporter, &payload, making).await {
        function.bench.keep(bench);
    }
}

/// Merges and stores what `payload` asks for, and says on the stream what became of it.
pub(crate) async fn merge(
    function: Arc<Function>,
    context: Context,
    payload: Renderer,
    stream: ResponseWriter,
) {
    let reporter = Reporter::new(stream);
    let making = merge::make(&function, &context, &payload, &reporter);
    let making = unless_cancelled(&function, &context, &payload, making);
    report(&reporter, &payload, making).await;
}

/// What `making` comes to, unless the client wishes before that the render ends: then it stops where it is.
async fn unless_cancelled(
    function: &Function,
    context: &Context,
    payload: &Renderer,
    making: impl Future<Output = Result<ChunkComplete, Failure>>,
) -> Result<ChunkComplete, Failure> {
    if !payload.enable_cancellation {
        return making.await;
    }
    let documents = function.documents(context, &payload.bucket_name, &payload.render_id);
    tokio::select! {
        made = making => made,
        () = cancel::wished(&documents) => Err(Failure::of_wish()),
    }
}

/// Says what becomes of an invocation; true if its part is stored.
async fn report(
    reporter: &Reporter,
    payload: &Renderer,
    making: impl Future<Output = Result<ChunkComplete, Failure>>,
) -> bool {
    let attempt = payload.attempt.0;
    reporter
        .say(&Message::LambdaInvoked(LambdaInvoked { attempt }))
        .await;
    match making.await {
        Ok(complete) => {
            reporter.say(&Message::ChunkComplete(complete)).await;
            true
        }
        Err(failure) => {
            tracing::error!(chunk = %payload.chunk, frame = failure.frame, "{}\n{}", failure.message, failure.stack);
            reporter.say(&failed(payload, &failure)).await;
            false
        }
    }
}

async fn make(
    function: &Function,
    context: &Context,
    payload: &Renderer,
    bench: &mut Bench,
    reporter: &Reporter,
) -> Result<ChunkComplete, Failure> {
    let started = now_unix_ms();
    let documents = function.documents(context, &payload.bucket_name, &payload.render_id);
    let manifest_key = documents.keys.manifest(payload.chunk, payload.part);
    let (plan, stored) = tokio::try_join!(documents.plan(), documents.manifest(&manifest_key))
        .map_err(|error| unreadable(&error))?;
    if let Some(stored) = stored {
        // An earlier attempt died after it had stored all of it.
        return Ok(store_part::complete(&stored));
    }
    let plan = plan.ok_or_else(|| Failure::of_launch("the render has no plan", Retry::Never))?;
    let scratch = Scratch::create("chunk")
        .map_err(|error| Failure::of_launch(log_lines::chain(&error), Retry::Death))?;
    let (site, request) =
        chunk_request(function, &documents, payload, &plan, &scratch, context).await?;
    let chunk = capture(context, &documents, payload, bench, reporter, &request).await;
    let chunk = chunk.map_err(|error| site.or_denial(chunk_failure(&error)))?;
    let made = MadePart {
        video: chunk.video.path,
        frames: chunk.frames,
        audio: chunk.audio,
        inline_audio: chunk.inline_audio,
        started_at_unix_ms: started,
        rendered_at_unix_ms: now_unix_ms(),
    };
    store_part::store(&documents, payload, made)
        .await
        .map_err(|error| error.failure())
}

async fn chunk_request(
    function: &Function,
    documents: &RenderDocuments,
    payload: &Renderer,
    plan: &Plan,
    scratch: &Scratch,
    context: &Context,
) -> Result<(OpenSite, ChunkRequest), Failure> {
    let (open, props) = tokio::try_join!(
        OpenSite::open(&plan.site, &documents.bucket, &function.cache),
        page::input_props(&plan.page.input_props, &documents.bucket),
    )
    .map_err(|error| unopened(&error))?;
    let never = |error: &(dyn std::error::Error + 'static)| {
        Failure::of_launch(log_lines::chain(error), Retry::Never)
    };
    let deadline = Instant::now() + context.remaining().saturating_sub(LAST_WORDS);
    let request = ChunkRequest {
        page: open.page(&plan.site, &plan.page, props),
        composition: plan.composition.clone(),
        frames: payload.frame_range,
        every_nth_frame: plan.every_nth_frame,
        pictures: request::pictures(&plan.encode),
        scale: Scale::new(plan.encode.scale).map_err(|error| never(&error))?,
        encoding: request::encoding(&plan.encode).map_err(|error| never(&error))?,
        sample_rate: plan.audio.as_ref().map(|audio| audio.sample_rate),
        destination: scratch.path().join("video.mp4"),
        deadline,
    };
    Ok((open, request))
}

/// Captures the frames, reports and gives signs of life meanwhile, and stops in time.
async fn capture(
    context: &Context,
    documents: &RenderDocuments,
    payload: &Renderer,
    bench: &mut Bench,
    reporter: &Reporter,
    request: &ChunkRequest,
) -> Result<::renderer::Chunk, ChunkError> {
    let stop = CancellationToken::new();
    let (events, happened) = mpsc::unbounded_channel();
    let rendering = async {
        let chunk = Box::pin(bench.chunk(request, &events, &stop)).await;
        drop(events);
        chunk
    };
    let reporting = reporter.follow(
        happened,
        payload,
        request.frames.count(request.every_nth_frame),
    );
    let beating = report::heartbeat(documents, payload, context, reporter);
    let stopping = async {
        let remaining = context.remaining();
        let (least, most) = STOP_BOUNDS;
        tokio::time::sleep(remaining.saturating_sub((remaining / STOP_SHARE).clamp(least, most)))
            .await;
        stop.cancel();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        (chunk, ()) = async { tokio::join!(rendering, reporting) } => chunk,
        () = async { tokio::join!(beating, stopping); } => unreachable!("both last for ever"),
    }
}

fn failed(payload: &Renderer, failure: &Failure) -> Message {
    let retry = failure.retry != Retry::Never;
    let place = Place {
        composition: None,
        chunk: None,
        attempt: 1,
        total_attempts: payload.attempt.0,
        will_retry: retry,
    };
    let mut error_info = to_error_info(failure, place);
    // The launch tells composition, frame and chunk in the text.
    error_info.message.clone_from(&failure.message);
    error_info.chunk = Some(payload.chunk);
    error_info.attempt = payload.attempt.0;
    Message::ErrorOccurred(Box::new(ErrorOccurred {
        error: failure.stack.clone(),
        should_retry: retry,
        error_info,
    }))
}
