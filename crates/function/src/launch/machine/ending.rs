//! How a render ends: with its output, with an error, or as its client wishes.

use protocol::error_info::ErrorInfo;
use protocol::frames::ChunkIndex;

use super::super::event::{Command, End, Output, StoreFailure};
use super::super::failure::{Failure, Place, Retry, notice, to_error_info};
use super::super::report::{self, Facts};
use super::{Lead, Stage};

/// How long the renderers of a cancelled render may take to end before what they have stored is deleted.
const ENDING_MS: u64 = 10_000;

/// How long renderers whose end nobody tells take to notice that the render is cancelled.
const NOTICING_MS: u64 = 3_000;

/// How often making the output is tried again.
const MAX_ASSEMBLY_DEATHS: u32 = 1;

impl Lead {
    pub(super) fn clean(&mut self, end: End) -> Vec<Command> {
        self.stage = Stage::Cleaning { end };
        vec![Command::Clean(self.request.start.input_props.clone())]
    }

    /// The client wishes that the render ends: says that it has, and deletes its chunks once no renderer stores more.
    pub(super) fn cancelled(&mut self, now_ms: u64) -> Vec<Command> {
        if !self.may_hand_over() {
            return Vec::new();
        }
        let orphans = match &self.stage {
            Stage::Rendering { work, .. } => !work.orphans().is_empty(),
            Stage::Surveying { .. } => !self.ledger.leadership.in_flight.is_empty(),
            _ => false,
        };
        let until_ms = now_ms + ENDING_MS;
        self.fail(&Failure::of_wish(), None, 1, 1, now_ms);
        self.stage = Stage::Cancelling {
            number: self.ledger.urge(),
            not_before_ms: if orphans {
                now_ms + NOTICING_MS
            } else {
                now_ms
            },
            until_ms,
        };
        Vec::new()
    }

    pub(super) fn assembled(
        &mut self,
        facts: &Facts,
        output: &Output,
        now_ms: u64,
    ) -> Vec<Command> {
        let Stage::Assembling { plan, .. } = &self.stage else {
            return Vec::new();
        };
        let invocations = self.ledger.leadership.invocations;
        if output.in_fragments {
            self.ledger.progress.errors.push(notice(
                "the output is larger than half of the function's disk, so it is a fragmented mp4 file: some players \
                 seek slowly in it; a function with a larger disk makes one with an index"
                    .to_owned(),
            ));
        }
        report::complete(
            &mut self.ledger.progress,
            &self.request,
            plan,
            facts,
            output,
            invocations,
            now_ms,
        );
        self.stage = Stage::Closing {
            number: self.ledger.urge(),
            end: End::Complete,
        };
        Vec::new()
    }

    pub(super) fn assembly_failed(&mut self, failure: &Failure, now_ms: u64) -> Vec<Command> {
        let Stage::Assembling { deaths, plan } = &mut self.stage else {
            return Vec::new();
        };
        *deaths += 1;
        let (attempt, plan) = (*deaths, plan.clone());
        if failure.retry == Retry::Never || attempt > MAX_ASSEMBLY_DEATHS {
            return self.fail(failure, None, attempt, attempt, now_ms);
        }
        self.tell(failure, None, attempt, MAX_ASSEMBLY_DEATHS + 1, true);
        vec![Command::Assemble(plan)]
    }

    pub(super) fn store_failed(&mut self, failed: &StoreFailure, now_ms: u64) -> Vec<Command> {
        let failure = Failure::of_launch(&failed.reason, Retry::Never);
        match &self.stage {
            // Parts that cannot be listed leave nothing to go on with.
            Stage::Planning | Stage::Surveying { .. } => self.fail(&failure, None, 1, 1, now_ms),
            Stage::Rendering { .. } if failed.denied => self.fail(&failure, None, 1, 1, now_ms),
            // What could not be read is looked for again when its time comes.
            Stage::Rendering { .. }
            | Stage::Assembling { .. }
            | Stage::Closing { .. }
            | Stage::Cancelling { .. }
            | Stage::Cleaning { .. } => Vec::new(),
        }
    }

    /// So many launches have begun and died that another one would too.
    pub(super) fn give_up(&mut self, now_ms: u64) -> Vec<Command> {
        let reason = "the render was begun anew again and again without getting any further";
        self.fail(
            &Failure::of_launch(reason, Retry::Never),
            None,
            1,
            1,
            now_ms,
        )
    }

    /// The render has failed: says so, and ends when that is written.
    pub(super) fn fail(
        &mut self,
        failure: &Failure,
        chunk: Option<ChunkIndex>,
        attempt: u32,
        total_attempts: u32,
        now_ms: u64,
    ) -> Vec<Command> {
        self.tell(failure, chunk, attempt, total_attempts, false);
        self.record();
        self.ledger
            .progress
            .fatal_error_timestamp
            .get_or_insert(now_ms);
        self.stage = Stage::Closing {
            number: self.ledger.urge(),
            end: End::Failed,
        };
        Vec::new()
    }

    pub(super) fn tell(
        &mut self,
        failure: &Failure,
        chunk: Option<ChunkIndex>,
        attempt: u32,
        total_attempts: u32,
        will_retry: bool,
    ) {
        let composition = Some(self.request.start.composition.as_str());
        let place = Place {
            composition,
            chunk,
            attempt,
            total_attempts,
            will_retry,
        };
        let info: ErrorInfo = to_error_info(failure, place);
        self.ledger.progress.errors.push(info);
        self.ledger.touch();
    }
}
