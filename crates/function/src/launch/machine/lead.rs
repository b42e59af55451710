//! What the leading launch does, stage by stage.

use super::super::event::{Command, End, Observation};
use super::super::report::{self, Facts};
use super::{Lead, Stage};

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
}
