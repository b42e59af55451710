//! The renderers that launches invoke.

use protocol::error_info::{ErrorInfo, ErrorKind};
use protocol::frames::{ChunkIndex, FrameRange};
use protocol::message::{ChunkComplete, ErrorOccurred, FramesRendered, LambdaInvoked, Message};
use protocol::state::{Attempt, RecordedAttempt, StoredPart};

use super::super::super::event::{Ended, FoundPart, Observation, Sign};
use super::super::super::failure::{Failure, Place, to_error_info};
use super::scenario::FRAME_BYTES;
use super::{Happening, START_MS, World};

/// A renderer at work.
pub(super) struct Rendering {
    pub(super) attempt: RecordedAttempt,
    pub(super) merge: Vec<StoredPart>,
    pub(super) launch: Option<usize>,
    pub(super) started_ms: u64,
    pub(super) done: u32,
    pub(super) alive: bool,
    pub(super) counted: bool,
}

impl World {
    pub(super) fn invoke(
        &mut self,
        launch: usize,
        attempt: RecordedAttempt,
        merge: Vec<StoredPart>,
    ) {
        let at_work = self.renderers.iter().filter(|r| r.alive).count();
        let full = self
            .scenario
            .accounts_limit
            .is_some_and(|limit| at_work >= limit);
        let (chunk, number) = (attempt.chunk, attempt.attempt);
        if full || self.dice.permille(self.faults.throttle) {
            self.answer(
                launch,
                Observation::Ended {
                    chunk,
                    attempt: number,
                    how: Ended::Throttled,
                },
            );
            return;
        }
        let recorded = self.progress().framewright.as_ref().is_some_and(|leader| {
            leader
                .in_flight
                .iter()
                .any(|record| (record.chunk, record.attempt) == (chunk, number))
        });
        let superseded = self.lease.as_ref().is_some_and(|(lease, _)| {
            lease.epoch
                > self
                    .progress()
                    .framewright
                    .as_ref()
                    .map_or(0, |leader| leader.epoch)
                || self.launches.len() > 1
        });
        assert!(
            recorded || superseded,
            "a renderer is invoked that no successor would know of"
        );
        if merge.is_empty() {
            self.renderers_begun += 1;
        } else {
            self.merges_begun += 1;
        }
        let alive = self.launches[launch].alive;
        self.renderers.push(Rendering {
            attempt,
            merge,
            launch: alive.then_some(launch),
            started_ms: self.now,
            done: 0,
            alive: true,
            counted: alive,
        });
        let counted = self
            .renderers
            .iter()
            .filter(|r| r.alive && r.counted)
            .count();
        self.most_at_work = self.most_at_work.max(counted);
        let renderer = self.renderers.len() - 1;
        self.say(
            renderer,
            Message::LambdaInvoked(LambdaInvoked { attempt: number.0 }),
        );
        self.at(self.now + 500, Happening::Renderer { renderer });
    }

    fn say(&mut self, renderer: usize, message: Message) {
        self.tell(renderer, |chunk, attempt| Observation::Said {
            chunk,
            attempt,
            message,
        });
    }

    fn end(&mut self, renderer: usize, how: Ended) {
        self.renderers[renderer].alive = false;
        self.tell(renderer, |chunk, attempt| Observation::Ended {
            chunk,
            attempt,
            how,
        });
    }

    /// Tells the launch that listens to a renderer, if one does. A stream keeps its order.
    fn tell(&mut self, renderer: usize, what: impl FnOnce(ChunkIndex, Attempt) -> Observation) {
        let Rendering {
            attempt, launch, ..
        } = &self.renderers[renderer];
        if let Some(launch) = *launch {
            let observation = what(attempt.chunk, attempt.attempt);
            self.at(
                self.now + 20,
                Happening::Observe {
                    launch,
                    observation,
                },
            );
        }
    }

    /// Five frames of a renderer's work.
    pub(super) fn render(&mut self, renderer: usize) {
        if self.scenario.kills_renderers || self.dice.permille(self.faults.kill_renderer) {
            return self.end(renderer, Ended::Died("killed".into()));
        }
        if self.dice.permille(self.faults.break_stream) {
            self.break_stream(renderer);
        }
        let cancelled_at = self.scenario.cancelled_at.map(|at| START_MS + at);
        if cancelled_at.is_some_and(|at| at <= self.now) {
            let chunk = self.renderers[renderer].attempt.chunk;
            self.say(renderer, cancelled(chunk));
            return self.end(renderer, Ended::Answered);
        }
        if !self.renderers[renderer].merge.is_empty() {
            return self.merge(renderer);
        }
        let step = self.step();
        let Rendering {
            attempt,
            done,
            started_ms,
            ..
        } = &mut self.renderers[renderer];
        let (frames, started) = (attempt.frames, *started_ms);
        let whole = frames.count(step).min(self.scenario.frames_per_renderer);
        *done = (*done + 5).min(whole);
        let (done, attempt) = (*done, attempt.clone());
        let last = frames.frames(step).nth(done as usize - 1).unwrap();
        let made = FrameRange::new(frames.first(), last).unwrap();
        if let Some(frame) = self
            .scenario
            .throws_at
            .filter(|frame| made.contains(*frame))
        {
            self.say(renderer, thrown(frame, attempt.chunk));
            return self.end(renderer, Ended::Answered);
        }
        self.say(
            renderer,
            Message::FramesRendered(FramesRendered {
                rendered: done,
                encoded: done,
            }),
        );
        if done < whole {
            let frames_rendered = done;
            self.signs
                .retain(|sign| (sign.chunk, sign.attempt) != (attempt.chunk, attempt.attempt));
            self.signs.push(Sign {
                chunk: attempt.chunk,
                attempt: attempt.attempt,
                at_unix_ms: self.now,
                frames_rendered,
            });
            return self.at(
                self.now + 5 * self.scenario.frame_ms,
                Happening::Renderer { renderer },
            );
        }
        let part = FoundPart {
            chunk: attempt.chunk,
            part: attempt.part,
            frames: made,
            bytes: u64::from(made.count(step)) * FRAME_BYTES,
            started_at_unix_ms: started,
            rendered_at_unix_ms: self.now,
        };
        self.store(renderer, part);
    }

    /// All of a merge's work.
    fn merge(&mut self, renderer: usize) {
        let step = self.step();
        let Rendering {
            attempt,
            merge,
            started_ms,
            ..
        } = &self.renderers[renderer];
        let parts: Vec<FoundPart> = merge
            .iter()
            .map(|part| self.manifests[&(part.chunk, part.part)])
            .collect();
        let frames = parts.iter().flat_map(|part| part.frames.frames(step));
        assert!(
            frames.eq(attempt.frames.frames(step)),
            "other frames are merged than were asked for"
        );
        let part = FoundPart {
            chunk: attempt.chunk,
            part: attempt.part,
            frames: attempt.frames,
            bytes: parts.iter().map(|part| part.bytes).sum(),
            started_at_unix_ms: *started_ms,
            rendered_at_unix_ms: self.now,
        };
        self.store(renderer, part);
    }

    fn store(&mut self, renderer: usize, part: FoundPart) {
        // The first to store a part wins; whoever is later reports what stands.
        let stands = *self
            .manifests
            .entry((part.chunk, part.part))
            .or_insert(part);
        self.say(
            renderer,
            Message::ChunkComplete(ChunkComplete {
                start: stands.started_at_unix_ms,
                rendered: stands.rendered_at_unix_ms,
                frames: stands.frames,
                bytes: stands.bytes,
            }),
        );
        self.end(renderer, Ended::Answered);
    }

    fn break_stream(&mut self, renderer: usize) {
        let Rendering {
            attempt, launch, ..
        } = &mut self.renderers[renderer];
        let (chunk, attempt) = (attempt.chunk, attempt.attempt);
        if let Some(launch) = launch.take() {
            let how = Ended::Lost("connection reset".into());
            self.answer(
                launch,
                Observation::Ended {
                    chunk,
                    attempt,
                    how,
                },
            );
        }
    }
}

fn cancelled(chunk: ChunkIndex) -> Message {
    let failure = Failure::of_wish();
    let place = Place {
        composition: None,
        chunk: Some(chunk),
        attempt: 1,
        total_attempts: 1,
        will_retry: false,
    };
    Message::ErrorOccurred(Box::new(ErrorOccurred {
        error: failure.stack.clone(),
        should_retry: false,
        error_info: to_error_info(&failure, place),
    }))
}

fn thrown(frame: u32, chunk: ChunkIndex) -> Message {
    Message::ErrorOccurred(Box::new(ErrorOccurred {
        error: "Error: it broke".into(),
        should_retry: true,
        error_info: ErrorInfo {
            kind: ErrorKind::Renderer,
            message: "it broke".into(),
            name: "Error".into(),
            stack: "Error: it broke\n    at Broken (src/Broken.tsx:3:9)".into(),
            frame: Some(frame),
            chunk: Some(chunk),
            is_fatal: false,
            attempt: 1,
            will_retry: true,
            total_attempts: 2,
            tmp_dir: None,
        },
    }))
}
