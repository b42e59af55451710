//! What the leading launch does, stage by stage.

use protocol::error_info::ErrorInfo;
use protocol::frames::ChunkIndex;
use protocol::message::Message;
use protocol::progress::{Retry as RetryEntry, Timing};
use protocol::state::{Attempt, Plan};

use super::super::event::{Command, End, Ended, FoundPart, Observation, Output, StoreFailure};
use super::super::failure::{Failure, Place, Retry, notice, to_error_info};
use super::super::report::{self, Facts};
use super::super::work::{Verdict, Work};
use super::{Lead, MAX_EVALUATION_DEATHS, Stage};

/// How long the renderers of a cancelled render may take to end before what they have stored is deleted.
const ENDING_MS: u64 = 10_000;

/// How long renderers whose end nobody tells take to notice that the render is cancelled.
const NOTICING_MS: u64 = 3_000;

/// How often making the output is tried again.
const MAX_ASSEMBLY_DEATHS: u32 = 1;

impl Lead {
    /// Takes over an observation that is not about the lease.
    pub(super) fn observe(
        &mut self,
        facts: &Facts,
        now_ms: u64,
        observation: Observation,
    ) -> Vec<Command> {
        match observation {
            // A render that was cancelled meanwhile needs no plan.
            Observation::Evaluated(_) | Observation::Planned { .. }
                if !matches!(self.stage, Stage::Planning) =>
            {
                Vec::new()
            }
            Observation::Evaluated(Ok(plan)) => vec![Command::WritePlan(plan)],
            Observation::Evaluated(Err(failure)) => self.evaluation_failed(&failure, now_ms),
            Observation::Planned { plan, found } => self.planned(facts, plan, found, now_ms),
            Observation::Survey { parts, signs } => {
                self.surveyed(facts, parts, now_ms);
                self.heard(now_ms, |work| work.signs(&signs, now_ms))
            }
            Observation::Said {
                chunk,
                attempt,
                message,
            } => self.said(chunk, attempt, &message),
            Observation::Ended {
                chunk,
                attempt,
                how,
            } => {
                self.streams = self.streams.saturating_sub(1);
                self.ended(chunk, attempt, how, now_ms)
            }
            Observation::Combined(frames) => {
                self.ledger.progress.combined_frames = frames;
                self.ledger.touch();
                Vec::new()
            }
            Observation::Assembled(Ok(output)) => self.assembled(facts, &output, now_ms),
            Observation::Assembled(Err(failure)) => self.assembly_failed(&failure, now_ms),
            Observation::Cleaned => match self.stage {
                Stage::Cleaning { end } => vec![Command::End(end)],
                _ => Vec::new(),
            },
            Observation::Cancelled => self.cancelled(now_ms),
            Observation::StoreFailed(failure) => self.store_failed(&failure, now_ms),
            Observation::Documents(_)
            | Observation::Lease(_)
            | Observation::Progress { .. }
            | Observation::HandedOver
            | Observation::Tick => Vec::new(),
        }
    }

    /// Does what has become possible: assigns and invokes renderers, goes on to the next stage.
    pub(super) fn proceed(&mut self, now_ms: u64) -> Vec<Command> {
        match &mut self.stage {
            Stage::Rendering { plan, work } if work.is_complete() => {
                let plan = plan.clone();
                report::all_rendered(&mut self.ledger.progress, now_ms);
                self.record();
                self.ledger.touch();
                self.stage = Stage::Assembling {
                    plan: plan.clone(),
                    deaths: 0,
                };
                vec![Command::Assemble(plan)]
            }
            Stage::Rendering { work, plan } => {
                if work.is_rendered() {
                    report::all_rendered(&mut self.ledger.progress, now_ms);
                }
                let number = self.ledger.next_number();
                if work.assign(number, now_ms) {
                    self.ledger.urge();
                }
                let mut commands = Vec::new();
                let invoked = work.invoke(|number| self.ledger.is_durable(number), now_ms);
                self.ledger.leadership.invocations +=
                    u32::try_from(invoked.len()).unwrap_or(u32::MAX);
                self.streams += invoked.len();
                commands.extend(invoked.into_iter().map(|attempt| {
                    let merge = work.merge_of(attempt.chunk);
                    let payload =
                        report::renderer(&self.request, plan, &self.lease, &attempt, merge);
                    Command::Invoke {
                        payload: Box::new(payload),
                        attempt,
                    }
                }));
                let checks = work.checks(now_ms);
                if !checks.is_empty() {
                    commands.push(Command::Check(checks));
                }
                self.ledger.leadership.throttled = work.is_throttled(now_ms);
                self.record();
                commands
            }
            Stage::Closing { number, end } if self.ledger.is_durable(*number) => match end {
                End::Complete => self.clean(End::Complete),
                end => vec![Command::End(*end)],
            },
            Stage::Cancelling {
                number,
                not_before_ms,
                until_ms,
            } => {
                let ended = self.streams == 0 && now_ms >= *not_before_ms;
                if self.ledger.is_durable(*number) && (ended || now_ms >= *until_ms) {
                    return self.clean(End::Cancelled);
                }
                Vec::new()
            }
            Stage::Planning
            | Stage::Surveying { .. }
            | Stage::Assembling { .. }
            | Stage::Closing { .. }
            | Stage::Cleaning { .. } => Vec::new(),
        }
    }

    fn clean(&mut self, end: End) -> Vec<Command> {
        self.stage = Stage::Cleaning { end };
        vec![Command::Clean(self.request.start.input_props.clone())]
    }

    /// The client wishes that the render ends: says that it has, and deletes its chunks once no renderer stores more.
    fn cancelled(&mut self, now_ms: u64) -> Vec<Command> {
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

    fn evaluation_failed(&mut self, failure: &Failure, now_ms: u64) -> Vec<Command> {
        let (failures, most) = match failure.retry {
            Retry::Never => (1, 0),
            Retry::Page => {
                self.evaluation_page_errors += 1;
                (
                    self.evaluation_page_errors,
                    self.request.start.max_retries.unwrap_or(1),
                )
            }
            Retry::Death => {
                self.evaluation_deaths += 1;
                (self.evaluation_deaths, MAX_EVALUATION_DEATHS)
            }
        };
        let attempt = self.evaluation_page_errors + self.evaluation_deaths;
        if failures <= most {
            self.tell(failure, None, attempt, attempt + 1, true);
            return vec![Command::Evaluate(Box::new(self.request.clone()))];
        }
        self.fail(failure, None, attempt.max(1), attempt.max(1), now_ms)
    }

    fn planned(
        &mut self,
        facts: &Facts,
        plan: Box<Plan>,
        found: bool,
        now_ms: u64,
    ) -> Vec<Command> {
        if found {
            self.stage = Stage::Surveying { plan };
            return vec![Command::Survey(Vec::new())];
        }
        self.start_rendering(facts, plan, Vec::new(), now_ms);
        Vec::new()
    }

    fn start_rendering(
        &mut self,
        facts: &Facts,
        plan: Box<Plan>,
        parts: Vec<FoundPart>,
        now_ms: u64,
    ) {
        let mut work = Work::new(&plan, facts.renderer_timeout_ms);
        let found = work.found(parts);
        let leadership = &self.ledger.leadership;
        work.inherit(&leadership.tries, &leadership.in_flight, now_ms);
        report::planned(&mut self.ledger.progress, &self.request, &plan, facts);
        self.stage = Stage::Rendering { plan, work };
        for part in &found {
            self.stored(part);
        }
    }

    fn surveyed(&mut self, facts: &Facts, parts: Vec<FoundPart>, now_ms: u64) {
        if matches!(self.stage, Stage::Surveying { .. }) {
            let Stage::Surveying { plan } = std::mem::replace(&mut self.stage, Stage::Planning)
            else {
                return;
            };
            return self.start_rendering(facts, plan, parts, now_ms);
        }
        let Stage::Rendering { work, .. } = &mut self.stage else {
            return;
        };
        for part in work.found(parts) {
            self.stored(&part);
        }
    }

    fn said(&mut self, chunk: ChunkIndex, attempt: Attempt, message: &Message) -> Vec<Command> {
        let Stage::Rendering { work, .. } = &mut self.stage else {
            return Vec::new();
        };
        if matches!(message, Message::LambdaInvoked(_)) {
            self.ledger.progress.lambdas_invoked += 1;
        }
        if let Some(part) = work.said(chunk, attempt, message) {
            self.stored(&part);
        }
        self.ledger.touch();
        Vec::new()
    }

    /// A part has been stored.
    fn stored(&mut self, part: &FoundPart) {
        let Stage::Rendering { work, plan } = &mut self.stage else {
            return;
        };
        let progress = &mut self.ledger.progress;
        self.ledger.leadership.fruitless = 0;
        let timing = Timing {
            chunk: part.chunk,
            start: part.started_at_unix_ms,
            rendered: part.rendered_at_unix_ms,
        };
        // An earlier leader may have told it already.
        if !progress.timings.contains(&timing) {
            progress.timings.push(timing);
        }
        if work.is_chunk_complete(part.chunk)
            && !plan.is_merged(part.chunk)
            && !progress.chunks.contains(&part.chunk)
        {
            progress.chunks.push(part.chunk);
        }
        self.ledger.touch();
    }

    fn ended(
        &mut self,
        chunk: ChunkIndex,
        attempt: Attempt,
        how: Ended,
        now_ms: u64,
    ) -> Vec<Command> {
        self.heard(now_ms, |work| vec![work.ended(chunk, attempt, how, now_ms)])
    }

    /// Takes over what attempts came to.
    fn heard(
        &mut self,
        now_ms: u64,
        listen: impl FnOnce(&mut Work) -> Vec<Verdict>,
    ) -> Vec<Command> {
        let Stage::Rendering { work, plan } = &mut self.stage else {
            return Vec::new();
        };
        let verdicts = listen(work);
        let planned = plan.chunks.len();
        // Clients know nothing of merged chunks.
        let known = |chunk: ChunkIndex| Some(chunk).filter(|chunk| (chunk.0 as usize) < planned);
        for verdict in verdicts {
            match verdict {
                Verdict::Fine => {}
                Verdict::Retried {
                    chunk,
                    failure,
                    attempt,
                    total_attempts,
                } => {
                    self.tell(&failure, known(chunk), attempt, total_attempts, true);
                    let retry = known(chunk).map(|chunk| RetryEntry {
                        chunk,
                        attempt: attempt + 1,
                        time: now_ms,
                    });
                    self.ledger.progress.retries.extend(retry);
                }
                // A renderer saw the client's wish first.
                Verdict::Fatal { failure, .. } if failure.is_wished() => {
                    return self.cancelled(now_ms);
                }
                Verdict::Fatal {
                    chunk,
                    failure,
                    attempt,
                    total_attempts,
                } => {
                    return self.fail(&failure, known(chunk), attempt, total_attempts, now_ms);
                }
            }
        }
        Vec::new()
    }

    fn assembled(&mut self, facts: &Facts, output: &Output, now_ms: u64) -> Vec<Command> {
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

    fn assembly_failed(&mut self, failure: &Failure, now_ms: u64) -> Vec<Command> {
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

    fn store_failed(&mut self, failed: &StoreFailure, now_ms: u64) -> Vec<Command> {
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
    fn fail(
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

    fn tell(
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

    /// Writes into the next document what a successor must know.
    fn record(&mut self) {
        let Stage::Rendering { work, .. } = &self.stage else {
            self.ledger.leadership.in_flight.clear();
            return;
        };
        let (rendered, encoded) = work.frame_counts();
        let (in_flight, tries) = work.records();
        let progress = &mut self.ledger.progress;
        (progress.frames_rendered, progress.frames_encoded) = (rendered, encoded);
        (
            self.ledger.leadership.in_flight,
            self.ledger.leadership.tries,
        ) = (in_flight, tries);
    }
}
