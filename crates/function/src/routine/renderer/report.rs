//! What a renderer says while it works: progress on its stream, signs of life in the bucket.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ::renderer::Event;
use lambda::{Context, ResponseWriter};
use protocol::message::{FramesRendered, Message};
use protocol::payload::Renderer;
use protocol::state::Heartbeat;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::MissedTickBehavior;

use crate::clock::now_unix_ms;
use crate::documents::RenderDocuments;
use crate::fault::{self, Point};
use crate::log_lines;

/// Between two signs of life.
const BEAT_EVERY: Duration = Duration::from_secs(4);

/// The stream to the launch. A launch that is gone hears nothing; the work goes on for its successor.
pub(super) struct Reporter {
    stream: ResponseWriter,
    captured: AtomicU32,
}

impl Reporter {
    pub(super) fn new(stream: ResponseWriter) -> Self {
        Self {
            stream,
            captured: AtomicU32::new(0),
        }
    }

    /// Says something, if somebody still listens.
    pub(super) async fn say(&self, message: &Message) {
        match message.encode() {
            Ok(frame) => {
                if self.stream.write(frame).await.is_err() {
                    tracing::debug!("nobody listens");
                }
            }
            Err(error) => tracing::error!(%error, "a message cannot be written"),
        }
    }

    /// Reports what happens, until rendering ends.
    pub(super) async fn follow(
        &self,
        mut events: UnboundedReceiver<Event>,
        payload: &Renderer,
        frames: u32,
    ) {
        let every = payload.progress_every_nth_frame.max(1);
        let (mut rendered, mut encoded) = (0, 0);
        while let Some(event) = events.recv().await {
            log_lines::event_line(&event);
            let changed = match event {
                Event::FrameCaptured { captured, frame } => {
                    if captured == 1 {
                        tracing::info!(frame, at_unix_ms = now_unix_ms(), "first frame");
                    }
                    rendered = captured;
                    self.captured.store(captured, Ordering::Relaxed);
                    fault::point(
                        Point::MidChunk,
                        payload.attempt.0 == 1 && captured > frames / 2,
                    );
                    captured
                }
                Event::FramesEncoded(count) => {
                    encoded = count;
                    count
                }
                Event::PageReady(_) | Event::Console(_) | Event::ChromeRestarted { .. } => continue,
            };
            if changed % every == 0 || changed == frames {
                self.say(&Message::FramesRendered(FramesRendered {
                    rendered,
                    encoded,
                }))
                .await;
            }
        }
    }

    fn captured(&self) -> u32 {
        self.captured.load(Ordering::Relaxed)
    }
}

/// Writes signs of life for ever. A short chunk is stored before the first is due.
pub(super) async fn heartbeat(
    documents: &RenderDocuments,
    payload: &Renderer,
    context: &Context,
    reporter: &Reporter,
) {
    let key = documents.keys.heartbeat(payload.chunk, payload.attempt);
    let mut beats = tokio::time::interval(BEAT_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beats.tick().await;
    loop {
        beats.tick().await;
        let heartbeat = Heartbeat {
            at_unix_ms: now_unix_ms(),
            deadline_unix_ms: context.deadline_unix_ms,
            frames_rendered: reporter.captured(),
        };
        if let Err(error) = documents.write(&key, &heartbeat).await {
            tracing::warn!(%error, "a sign of life is missing");
        }
    }
}
