//! One chunk: its stored parts, and the attempt at the next one.

use std::num::NonZeroU32;

use protocol::frames::{ChunkIndex, FrameRange};
use protocol::message::{ErrorOccurred, Message};
use protocol::state::{Attempt, Part, RecordedAttempt, StoredPart, Tries};

use super::super::event::{Ended, FoundPart, Sign};
use super::super::failure::{Failure, Retry};
use super::{MAX_DEATHS, SILENT_AFTER_MS, Verdict};

/// One chunk.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    index: ChunkIndex,
    frames: FrameRange,
    /// What it is merged from; empty for a chunk that is rendered.
    merge: Vec<StoredPart>,
    // INVARIANT: ascending and contiguous from the chunk's first frame on
    stored: Vec<FoundPart>,
    tries: Tries,
    running: Option<Running>,
}

#[derive(Debug, Clone)]
struct Running {
    record: RecordedAttempt,
    stage: Stage,
    rendered: u32,
    encoded: u32,
    error: Option<Box<ErrorOccurred>>,
}

/// How far an attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It is invoked once the write of this number is durable.
    Recorded { number: u64 },
    /// It is invoked, and we hold its stream.
    Invoked,
    /// It may be at work, but we do not hold its stream.
    Orphaned { last_sign_ms: u64 },
}

impl Chunk {
    pub(super) fn new(index: ChunkIndex, frames: FrameRange) -> Self {
        let tries = Tries {
            chunk: index,
            attempts: 0,
            page_errors: 0,
            deaths: 0,
        };
        Self {
            index,
            frames,
            merge: Vec::new(),
            stored: Vec::new(),
            tries,
            running: None,
        }
    }

    /// A chunk that is merged from stored parts, which make `frames`.
    pub(super) fn merged(index: ChunkIndex, frames: FrameRange, parts: Vec<StoredPart>) -> Self {
        Self {
            merge: parts,
            ..Self::new(index, frames)
        }
    }

    /// What it is merged from; empty for a chunk that is rendered.
    pub(super) fn merge(&self) -> &[StoredPart] {
        &self.merge
    }

    /// The parts that exist, in order.
    pub(super) fn stored(&self) -> &[FoundPart] {
        &self.stored
    }

    pub(super) fn inherit_tries(&mut self, tries: Tries) {
        self.tries = tries;
    }

    /// An earlier leader invoked this renderer. One whose part is stored has done its work.
    pub(super) fn adopt(&mut self, record: RecordedAttempt) {
        self.tries.attempts = self.tries.attempts.max(record.attempt.0);
        if record.part < self.next_part() {
            return;
        }
        let last_sign_ms = record.invoked_at_unix_ms;
        self.running = Some(Running::new(record, Stage::Orphaned { last_sign_ms }));
    }

    /// The first frame that is not stored.
    fn next_frame(&self, step: NonZeroU32) -> Option<u32> {
        let next = match self.stored.last() {
            None => Some(self.frames.first()),
            Some(stored) => stored.frames.last().checked_add(step.get()),
        };
        next.filter(|frame| *frame <= self.frames.last())
    }

    pub(super) fn is_complete(&self, step: NonZeroU32) -> bool {
        self.next_frame(step).is_none()
    }

    /// Whether somebody must be sent for the next part.
    pub(super) fn is_waiting(&self, step: NonZeroU32) -> bool {
        self.running.is_none() && !self.is_complete(step)
    }

    /// Records an attempt at the next part.
    pub(super) fn assign(&mut self, step: NonZeroU32, number: u64, now_ms: u64, deadline_ms: u64) {
        let Some(frames) = self
            .next_frame(step)
            .and_then(|first| FrameRange::new(first, self.frames.last()).ok())
        else {
            return;
        };
        self.tries.attempts += 1;
        let record = RecordedAttempt {
            chunk: self.index,
            part: self.next_part(),
            attempt: Attempt(self.tries.attempts),
            frames,
            invoked_at_unix_ms: now_ms,
            deadline_unix_ms: deadline_ms,
        };
        self.running = Some(Running::new(record, Stage::Recorded { number }));
    }

    fn next_part(&self) -> Part {
        Part(u32::try_from(self.stored.len()).unwrap_or(u32::MAX))
    }

    /// The renderer to invoke now, if its record is durable.
    pub(super) fn invoke(
        &mut self,
        is_durable: impl Fn(u64) -> bool,
        now_ms: u64,
        deadline_ms: u64,
    ) -> Option<RecordedAttempt> {
        let running = self.running.as_mut()?;
        let Stage::Recorded { number } = running.stage else {
            return None;
        };
        if !is_durable(number) {
            return None;
        }
        running.stage = Stage::Invoked;
        running.record.invoked_at_unix_ms = now_ms;
        running.record.deadline_unix_ms = deadline_ms;
        Some(running.record.clone())
    }

    /// The invocation is not sent yet.
    pub(super) fn hold_back(&mut self) {
        if let Some(running) = &mut self.running {
            running.stage = Stage::Recorded { number: 0 };
        }
    }

    /// Takes over a message. Returns the part that it says is stored.
    pub(super) fn said(
        &mut self,
        attempt: Attempt,
        message: &Message,
        step: NonZeroU32,
    ) -> Option<FoundPart> {
        let running = self
            .running
            .as_mut()
            .filter(|running| running.record.attempt == attempt)?;
        match message {
            Message::FramesRendered(counts) => {
                (running.rendered, running.encoded) = (counts.rendered, counts.encoded);
                None
            }
            Message::ErrorOccurred(error) => {
                running.error = Some(error.clone());
                None
            }
            Message::ChunkComplete(complete) => {
                let part = FoundPart {
                    chunk: self.index,
                    part: running.record.part,
                    frames: complete.frames,
                    bytes: complete.bytes,
                    started_at_unix_ms: complete.start,
                    rendered_at_unix_ms: complete.rendered,
                };
                self.found(&part, step).then_some(part)
            }
            Message::LambdaInvoked(_)
            | Message::RenderIdDetermined(_)
            | Message::StillRendered(_) => None,
        }
    }

    /// Takes over a part that exists; false where it was known or does not follow what is stored.
    pub(super) fn found(&mut self, part: &FoundPart, step: NonZeroU32) -> bool {
        let follows = part.part == self.next_part()
            && self.next_frame(step) == Some(part.frames.first())
            && part.frames.last() <= self.frames.last();
        if follows {
            self.stored.push(*part);
            // Whoever was at it has stored it, or will find that somebody else did.
            if self
                .running
                .as_ref()
                .is_some_and(|running| running.record.part == part.part)
            {
                self.running = None;
            }
        }
        follows
    }

    pub(super) fn ended(
        &mut self,
        attempt: Attempt,
        how: Ended,
        max_retries: u32,
        now_ms: u64,
    ) -> Verdict {
        let current = self
            .running
            .as_mut()
            .filter(|running| running.record.attempt == attempt);
        // An attempt that has stored its part, or was given up, may end as it likes.
        let Some(running) = current else {
            return Verdict::Fine;
        };
        let failure = match (how, running.error.take()) {
            (Ended::Throttled, _) => {
                running.stage = Stage::Recorded { number: 0 };
                return Verdict::Fine;
            }
            (_, Some(error)) => Failure::of_renderer(&error.error_info, error.should_retry),
            (Ended::Lost(_), None) => {
                running.stage = Stage::Orphaned {
                    last_sign_ms: now_ms,
                };
                return Verdict::Fine;
            }
            (Ended::Refused(reason), None) => Failure::of_launch(reason, Retry::Never),
            (Ended::Died(reason), None) => Failure::of_death(&reason),
            (Ended::Answered, None) => Failure::of_death("its stream ended early"),
        };
        self.fail(failure, max_retries)
    }

    /// Takes over a sign of life.
    pub(super) fn lives(&mut self, sign: &Sign) {
        if let Some(running) = self
            .running
            .as_mut()
            .filter(|running| running.record.attempt == sign.attempt)
        {
            running.rendered = running.rendered.max(sign.frames_rendered);
            if let Stage::Orphaned { last_sign_ms } = &mut running.stage {
                *last_sign_ms = sign.at_unix_ms.max(*last_sign_ms);
            }
        }
    }

    /// Gives up a renderer that is silent or past its deadline.
    pub(super) fn bury(&mut self, max_retries: u32, now_ms: u64) -> Option<Verdict> {
        let running = self.running.as_ref()?;
        let Stage::Orphaned { last_sign_ms } = running.stage else {
            return None;
        };
        let silent = now_ms.saturating_sub(last_sign_ms) > SILENT_AFTER_MS;
        let late = now_ms > running.record.deadline_unix_ms;
        (silent || late).then(|| {
            let reason = if late {
                "its deadline passed"
            } else {
                "it gave no sign of life"
            };
            self.fail(Failure::of_death(reason), max_retries)
        })
    }

    /// The attempt has failed: it is made again, or the render fails.
    fn fail(&mut self, failure: Failure, max_retries: u32) -> Verdict {
        self.running = None;
        let (failures, most) = match failure.retry {
            Retry::Never => (1, 0),
            Retry::Page => {
                self.tries.page_errors += 1;
                (self.tries.page_errors, max_retries)
            }
            Retry::Death => {
                self.tries.deaths += 1;
                (self.tries.deaths, MAX_DEATHS)
            }
        };
        let (chunk, attempt) = (self.index, self.tries.attempts);
        let total_attempts = attempt + most.saturating_sub(failures);
        if failures <= most {
            Verdict::Retried {
                chunk,
                failure,
                attempt,
                total_attempts: total_attempts + 1,
            }
        } else {
            Verdict::Fatal {
                chunk,
                failure,
                attempt,
                total_attempts,
            }
        }
    }

    pub(super) fn running_as(&self, stage: impl Fn(Stage) -> bool) -> Option<&RecordedAttempt> {
        self.running
            .as_ref()
            .filter(|running| stage(running.stage))
            .map(|running| &running.record)
    }

    /// How often it was tried, if it was.
    pub(super) fn tries(&self) -> Option<Tries> {
        (self.tries.attempts > 0).then_some(self.tries)
    }

    /// Frames captured and frames encoded.
    pub(super) fn frame_counts(&self, step: NonZeroU32) -> (u32, u32) {
        let stored: u32 = self.stored.iter().map(|part| part.frames.count(step)).sum();
        let running = self.running.as_ref();
        (
            stored + running.map_or(0, |r| r.rendered),
            stored + running.map_or(0, |r| r.encoded),
        )
    }
}

impl Running {
    fn new(record: RecordedAttempt, stage: Stage) -> Self {
        Self {
            record,
            stage,
            rendered: 0,
            encoded: 0,
            error: None,
        }
    }
}
