//! What the function writes to its log stream: plain lines on standard output.

use std::error::Error;

use lambda::Context;
use protocol::payload::Payload;
use protocol::settings::LogLevel;
use renderer::Event;
use tokio::sync::mpsc::UnboundedReceiver;
use tracing_subscriber::EnvFilter;

/// Names what is logged, as `tracing-subscriber` reads it. `info` where it is unset.
const FILTER: &str = "FRAMEWRIGHT_LOG";

/// Sends log lines to standard output, without times and colours: the log stream has times of its own.
pub(crate) fn init() {
    let filter = EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_writer(std::io::stdout)
        .init();
}

/// The line by which the log lines of an invocation are found.
pub(crate) fn invocation(payload: &Payload, context: &Context, is_warm: bool) {
    let method = payload.routine().as_str();
    let request = &context.request_id;
    let of = match payload {
        Payload::Renderer(p) => {
            let (id, chunk, part, attempt) = (&p.render_id, p.chunk, p.part, p.attempt);
            format!(
                "renderId={id},chunk={chunk},part={part},attempt={attempt},frames={},",
                p.frame_range
            )
        }
        Payload::Launch(p) => format!("renderId={},", p.render_id),
        Payload::Status(p) => format!("renderId={},", p.render_id),
        Payload::Start(p) => format!("composition={},", p.composition),
        Payload::Still(p) => format!("composition={},frame={},", p.composition, p.frame),
        Payload::Compositions(_) | Payload::Info(_) => String::new(),
    };
    tracing::info!("method={method},{of}isWarm={is_warm},requestId={request}");
}

/// Logs what the page writes to its console, until rendering ends.
pub(crate) async fn console(mut events: UnboundedReceiver<Event>) {
    while let Some(event) = events.recv().await {
        event_line(&event);
    }
}

/// Logs an event, if it is one to log.
pub(crate) fn event_line(event: &Event) {
    match event {
        Event::Console(line) => {
            let (tag, text) = (line.tag.as_deref().unwrap_or("page"), &line.text);
            match line.level {
                LogLevel::Error => tracing::error!("console [{tag}] {text}"),
                LogLevel::Warn => tracing::warn!("console [{tag}] {text}"),
                LogLevel::Info => tracing::info!("console [{tag}] {text}"),
                LogLevel::Trace | LogLevel::Verbose => tracing::debug!("console [{tag}] {text}"),
            }
        }
        Event::ChromeRestarted { frame } => {
            tracing::warn!(frame, "Chrome died and was started anew");
        }
        Event::PageReady(after) => {
            tracing::info!(after_ms = after.as_millis(), "the page is ready");
        }
        Event::FrameCaptured { .. } | Event::FramesEncoded(_) => {}
    }
}

/// An error with all of its causes in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for cause in causes(error).map(ToString::to_string) {
        // A transparent error says what its source says.
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// An error, its cause, the cause of that, to the last.
pub(crate) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}
