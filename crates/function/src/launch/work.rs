//! The chunks of a render: which parts exist, which are being made, and what is made next.
//!
//! When all are rendered and their videos are larger than the plan allows, groups of them are merged into larger
//! chunks. Those are numbered after the plan's and made as they are: by attempts that are recorded, retried, throttled
//! and taken over.

mod chunk;
mod merge;
mod throttle;

use std::num::NonZeroU32;

use protocol::frames::ChunkIndex;
use protocol::message::Message;
use protocol::state::{Attempt, Plan, RecordedAttempt, StoredPart, Tries};

use self::chunk::{Chunk, Stage};
use self::throttle::Throttle;
use super::event::{Ended, FoundPart, Sign};
use super::failure::Failure;

/// How often a chunk is tried again after a death.
pub(crate) const MAX_DEATHS: u32 = 5;

/// A renderer whose stream we do not hold and that has been silent for this long is dead.
pub(crate) const SILENT_AFTER_MS: u64 = 15_000;

/// How often renderers whose stream we do not hold are looked for.
pub(crate) const CHECK_EVERY_MS: u64 = 1_000;

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing is wrong.
    Fine,
    /// The chunk is tried again.
    Retried {
        chunk: ChunkIndex,
        failure: Failure,
        attempt: u32,
        total_attempts: u32,
    },
    /// The render has failed.
    Fatal {
        chunk: ChunkIndex,
        failure: Failure,
        attempt: u32,
        total_attempts: u32,
    },
}

/// Whether chunks are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Merging {
    /// Known when all are rendered: above so many bytes.
    Above(u64),
    /// What is merged stands, if anything is.
    Settled,
}

/// The chunks of a render.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    // INVARIANT: the plan's chunks, then those that are merged from them
    chunks: Vec<Chunk>,
    /// How many of them are rendered.
    rendered: usize,
    merging: Merging,
    step: NonZeroU32,
    /// How many renderers may be at work at once.
    limit: usize,
    max_retries: u32,
    /// How long one invocation of a renderer may take.
    timeout_ms: u64,
    throttle: Throttle,
    next_check_ms: u64,
}

impl Work {
    /// The chunks of `plan`, none of them begun.
    pub(crate) fn new(plan: &Plan, timeout_ms: u64) -> Self {
        let chunks = (0_u32..).zip(&plan.chunks);
        Self {
            chunks: chunks
                .map(|(i, frames)| Chunk::new(ChunkIndex(i), *frames))
                .collect(),
            rendered: plan.chunks.len(),
            merging: plan
                .merge_above_bytes
                .map_or(Merging::Settled, Merging::Above),
            step: plan.every_nth_frame,
            limit: plan
                .renderer_concurrency
                .map_or(usize::MAX, |n| n.get() as usize),
            max_retries: plan.max_retries,
            timeout_ms,
            throttle: Throttle::default(),
            next_check_ms: 0,
        }
    }

    /// Takes over what an earlier leader recorded: tries, and renderers whose stream is gone. The parts that exist are
    /// known by then.
    pub(crate) fn inherit(&mut self, tries: &[Tries], in_flight: &[RecordedAttempt], now_ms: u64) {
        for tries in tries {
            if let Some(chunk) = self.chunk_mut(tries.chunk) {
                chunk.inherit_tries(*tries);
            }
        }
        for recorded in in_flight {
            if let Some(chunk) = self.chunk_mut(recorded.chunk) {
                chunk.adopt(recorded.clone());
            }
        }
        self.next_check_ms = now_ms;
    }

    /// Assigns the next parts, as many as may be made at once. They are invoked once the write `number` is durable.
    pub(crate) fn assign(&mut self, number: u64, now_ms: u64) -> bool {
        let free = self.limit.saturating_sub(self.at_work());
        let (step, deadline) = (self.step, now_ms + self.timeout_ms);
        let waiting = self
            .chunks
            .iter_mut()
            .filter(|chunk| chunk.is_waiting(step));
        let assigned = waiting
            .take(free)
            .map(|chunk| chunk.assign(step, number, now_ms, deadline));
        assigned.count() > 0
    }

    /// The renderers to invoke now: those whose record is durable, unless the function's concurrency is used up.
    pub(crate) fn invoke(
        &mut self,
        is_durable: impl Fn(u64) -> bool,
        now_ms: u64,
    ) -> Vec<RecordedAttempt> {
        if self.throttle.until() > now_ms {
            return Vec::new();
        }
        let deadline = now_ms + self.timeout_ms;
        let mut ready: Vec<_> = self
            .chunks
            .iter_mut()
            .filter_map(|chunk| chunk.invoke(&is_durable, now_ms, deadline))
            .collect();
        // After a refusal one is sent ahead: whether it is taken tells whether the others would be.
        for held_back in ready.split_off(self.throttle.at_once().min(ready.len())) {
            if let Some(chunk) = self.chunk_mut(held_back.chunk) {
                chunk.hold_back();
            }
        }
        ready
    }

    /// Takes over a renderer's message.
    pub(crate) fn said(
        &mut self,
        index: ChunkIndex,
        attempt: Attempt,
        message: &Message,
    ) -> Option<FoundPart> {
        if matches!(message, Message::LambdaInvoked(_)) {
            self.throttle.taken();
        }
        let step = self.step;
        let part = self.chunk_mut(index)?.said(attempt, message, step);
        self.settle_merging();
        part
    }

    /// Takes over how the invocation of a renderer ended.
    pub(crate) fn ended(
        &mut self,
        index: ChunkIndex,
        attempt: Attempt,
        how: Ended,
        now_ms: u64,
    ) -> Verdict {
        let max_retries = self.max_retries;
        if how == Ended::Throttled {
            self.throttle.refused(now_ms);
        }
        let Some(chunk) = self.chunk_mut(index) else {
            return Verdict::Fine;
        };
        chunk.ended(attempt, how, max_retries, now_ms)
    }

    /// Takes over parts that exist. Returns those that were not known.
    pub(crate) fn found(&mut self, mut parts: Vec<FoundPart>) -> Vec<FoundPart> {
        parts.sort_by_key(|part| (part.chunk, part.part));
        let step = self.step;
        parts.retain(|part| {
            if part.chunk.0 as usize >= self.rendered {
                self.settle_merging();
            }
            self.chunk_mut(part.chunk)
                .is_some_and(|chunk| chunk.found(part, step))
        });
        self.settle_merging();
        parts
    }

    /// Decides what is merged, as soon as all is rendered. Stored parts never change, so each launch decides the same.
    fn settle_merging(&mut self) {
        let Merging::Above(bound) = self.merging else {
            return;
        };
        if !self.is_rendered() {
            return;
        }
        self.merging = Merging::Settled;
        let parts: Vec<FoundPart> = self
            .chunks
            .iter()
            .flat_map(Chunk::stored)
            .copied()
            .collect();
        for group in merge::groups(&parts, bound) {
            let index = ChunkIndex(u32::try_from(self.chunks.len()).unwrap_or(u32::MAX));
            self.chunks
                .push(Chunk::merged(index, group.frames, group.parts));
        }
    }

    /// Takes over signs of life, and gives up renderers that are silent or past their deadline.
    pub(crate) fn signs(&mut self, signs: &[Sign], now_ms: u64) -> Vec<Verdict> {
        for sign in signs {
            if let Some(chunk) = self.chunk_mut(sign.chunk) {
                chunk.lives(sign);
            }
        }
        let max_retries = self.max_retries;
        let verdicts = self
            .chunks
            .iter_mut()
            .filter_map(|chunk| chunk.bury(max_retries, now_ms));
        verdicts.collect()
    }

    /// The renderers to look for now: those that may be at work and whose stream we do not hold.
    pub(crate) fn checks(&mut self, now_ms: u64) -> Vec<RecordedAttempt> {
        if now_ms < self.next_check_ms {
            return Vec::new();
        }
        self.next_check_ms = now_ms + CHECK_EVERY_MS;
        self.orphans()
    }

    /// Renderers that may be at work and whose stream we do not hold.
    pub(crate) fn orphans(&self) -> Vec<RecordedAttempt> {
        let orphans = self
            .chunks
            .iter()
            .filter_map(|chunk| chunk.running_as(|s| matches!(s, Stage::Orphaned { .. })));
        orphans.cloned().collect()
    }

    /// Whether every frame is stored.
    pub(crate) fn is_rendered(&self) -> bool {
        let mut rendered = self.chunks.iter().take(self.rendered);
        rendered.all(|chunk| chunk.is_complete(self.step))
    }

    /// Whether every frame is stored, and merged where it has to be.
    pub(crate) fn is_complete(&self) -> bool {
        self.merging == Merging::Settled
            && self.chunks.iter().all(|chunk| chunk.is_complete(self.step))
    }

    /// What the chunk is merged from; nothing if it is rendered.
    pub(crate) fn merge_of(&self, index: ChunkIndex) -> &[StoredPart] {
        self.chunk(index).map_or(&[], Chunk::merge)
    }

    /// Whether the chunk is stored whole.
    pub(crate) fn is_chunk_complete(&self, index: ChunkIndex) -> bool {
        self.chunk(index)
            .is_some_and(|chunk| chunk.is_complete(self.step))
    }

    /// Frames captured and frames encoded, over all chunks.
    pub(crate) fn frame_counts(&self) -> (u32, u32) {
        let rendered = self.chunks.iter().take(self.rendered);
        let counts = rendered.map(|chunk| chunk.frame_counts(self.step));
        counts.fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1))
    }

    /// What a successor must know.
    pub(crate) fn records(&self) -> (Vec<RecordedAttempt>, Vec<Tries>) {
        let in_flight = self
            .chunks
            .iter()
            .filter_map(|chunk| chunk.running_as(|_| true))
            .cloned();
        let tries = self.chunks.iter().filter_map(Chunk::tries);
        (in_flight.collect(), tries.collect())
    }

    /// Whether the function's concurrency is used up.
    pub(crate) fn is_throttled(&self, now_ms: u64) -> bool {
        self.throttle.until() > now_ms
    }

    /// When something is due, as things stand at `now_ms`.
    pub(crate) fn wakes_at(&self, now_ms: u64) -> u64 {
        let throttled = if self.is_throttled(now_ms) {
            self.throttle.until()
        } else {
            u64::MAX
        };
        let check = if self.orphans().is_empty() {
            u64::MAX
        } else {
            self.next_check_ms
        };
        throttled.min(check)
    }

    fn at_work(&self) -> usize {
        self.chunks
            .iter()
            .filter(|chunk| chunk.running_as(|_| true).is_some())
            .count()
    }

    fn chunk(&self, index: ChunkIndex) -> Option<&Chunk> {
        self.chunks.get(index.0 as usize)
    }

    fn chunk_mut(&mut self, index: ChunkIndex) -> Option<&mut Chunk> {
        self.chunks.get_mut(index.0 as usize)
    }
}
