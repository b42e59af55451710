//! The order in which a render is led.

mod ending;
mod lead;
mod planning;
mod rendering;

use protocol::progress::Progress;
use protocol::state::{Lease, Plan, Request};

use super::claim::{self, Claim, Holder, Pulse, WATCH_EVERY_MS};
use super::event::{Command, Documents, End, Observation, Revision, Stored};
use super::ledger::{Ledger, Settled};
use super::report::Facts;
use super::work::Work;

/// A launch gives the render to a fresh one when less than this share of its time is left, within bounds.
const HAND_OVER_SHARE: u64 = 20;
const HAND_OVER_BOUNDS_MS: (u64, u64) = (3_000, 30_000);

/// How many launches may begin without a part being stored before the render is given up.
const MAX_FRUITLESS: u32 = 8;

/// How often evaluating the page is tried again after Chrome died.
const MAX_EVALUATION_DEATHS: u32 = 2;

/// The state of one invocation of `launch`.
#[derive(Debug)]
pub(crate) struct Machine {
    holder: Holder,
    facts: Facts,
    began_ms: u64,
    phase: Phase,
}

/// How far the invocation is.
#[derive(Debug)]
enum Phase {
    /// Not begun.
    New,
    /// Somebody leads, or may.
    Claiming {
        seen: Option<Pulse>,
        look_at_ms: Option<u64>,
    },
    /// The lease is being written.
    Taking {
        documents: Box<Documents>,
        lease: Lease,
    },
    /// This launch leads.
    Leading(Box<Lead>),
    /// A fresh launch takes over.
    HandingOver,
    /// The render was complete before, and its chunks are being deleted.
    Cleaning,
    /// Nothing more is done.
    Ended,
}

/// What the leading launch knows.
#[derive(Debug)]
struct Lead {
    request: Request,
    lease: Lease,
    lease_revision: Revision,
    ledger: Ledger,
    /// Whether the lease is being looked at after a write was refused.
    contested: bool,
    stage: Stage,
    evaluation_deaths: u32,
    evaluation_page_errors: u32,
    /// Invocations of renderers whose end is not told yet.
    streams: usize,
}

/// How far the render is.
#[derive(Debug)]
enum Stage {
    /// The page is being evaluated, or the plan written.
    Planning,
    /// The parts that exist are being looked for.
    Surveying { plan: Box<Plan> },
    /// Renderers are at work.
    Rendering { plan: Box<Plan>, work: Work },
    /// The output is being made.
    Assembling { plan: Box<Plan>, deaths: u32 },
    /// The last progress is being written.
    Closing { number: u64, end: End },
    /// The render is cancelled, and its renderers are ending.
    Cancelling {
        number: u64,
        not_before_ms: u64,
        until_ms: u64,
    },
    /// The chunks are being deleted.
    Cleaning { end: End },
}

impl Machine {
    /// An invocation that began at `now_ms`.
    pub(crate) fn new(holder: Holder, facts: Facts, now_ms: u64) -> Self {
        Self {
            holder,
            facts,
            began_ms: now_ms,
            phase: Phase::New,
        }
    }

    /// Takes over an observation made at `now_ms` and says what to do.
    pub(crate) fn step(&mut self, now_ms: u64, observation: Observation) -> Vec<Command> {
        let phase = std::mem::replace(&mut self.phase, Phase::Ended);
        let (phase, commands) = match phase {
            Phase::New => (
                Phase::Claiming {
                    seen: None,
                    look_at_ms: None,
                },
                vec![Command::ReadDocuments],
            ),
            Phase::Claiming { seen, look_at_ms } => {
                self.claiming(seen, look_at_ms, now_ms, observation)
            }
            Phase::Taking { documents, lease } => {
                self.taking(documents, lease, now_ms, observation)
            }
            Phase::Leading(lead) => self.leading(lead, now_ms, observation),
            Phase::HandingOver => match observation {
                Observation::HandedOver => (Phase::Ended, vec![Command::End(End::HandedOver)]),
                _ => (Phase::HandingOver, Vec::new()),
            },
            Phase::Cleaning => match observation {
                Observation::Cleaned => (Phase::Ended, vec![Command::End(End::AlreadyOver)]),
                _ => (Phase::Cleaning, Vec::new()),
            },
            Phase::Ended => (Phase::Ended, Vec::new()),
        };
        self.phase = phase;
        commands
    }

    /// When a [`Observation::Tick`] is due at the latest, as things stand at `now_ms`.
    pub(crate) fn wakes_at(&self, now_ms: u64) -> u64 {
        match &self.phase {
            Phase::Claiming { look_at_ms, .. } => look_at_ms.unwrap_or(u64::MAX),
            Phase::Leading(lead) => lead.wakes_at(now_ms).min(self.hands_over_at()),
            Phase::New
            | Phase::Taking { .. }
            | Phase::HandingOver
            | Phase::Cleaning
            | Phase::Ended => u64::MAX,
        }
    }

    fn hands_over_at(&self) -> u64 {
        let whole = self.holder.deadline_unix_ms.saturating_sub(self.began_ms);
        let (least, most) = HAND_OVER_BOUNDS_MS;
        self.holder
            .deadline_unix_ms
            .saturating_sub((whole / HAND_OVER_SHARE).clamp(least, most))
    }

    fn claiming(
        &self,
        seen: Option<Pulse>,
        look_at_ms: Option<u64>,
        now_ms: u64,
        observation: Observation,
    ) -> (Phase, Vec<Command>) {
        match observation {
            Observation::Documents(documents) => self.judge(*documents, seen, now_ms),
            Observation::Tick if look_at_ms.is_some_and(|at| at <= now_ms) => (
                Phase::Claiming {
                    seen,
                    look_at_ms: None,
                },
                vec![Command::ReadDocuments],
            ),
            _ => (Phase::Claiming { seen, look_at_ms }, Vec::new()),
        }
    }

    fn judge(
        &self,
        documents: Documents,
        seen: Option<Pulse>,
        now_ms: u64,
    ) -> (Phase, Vec<Command>) {
        let ended = |end| (Phase::Ended, vec![Command::End(end)]);
        if documents.request.is_none() {
            return ended(End::UnknownRender);
        }
        match documents.progress.as_ref().map(|stored| &stored.document) {
            // The launch that ended it may have died before it deleted the chunks.
            Some(progress) if progress.post_render_data.is_some() || progress.is_cancelled() => {
                let props = documents.request.map(|request| request.start.input_props);
                return (
                    Phase::Cleaning,
                    vec![Command::Clean(props.unwrap_or_default())],
                );
            }
            Some(progress) if progress.is_over() => return ended(End::AlreadyOver),
            _ => {}
        }
        match claim::decide(&documents, &self.holder, seen, now_ms) {
            Claim::Leave => ended(End::AnotherLeads),
            Claim::Watch(_) if now_ms >= self.hands_over_at() => ended(End::AnotherLeads),
            Claim::Watch(pulse) => {
                let look_at_ms = Some(now_ms + WATCH_EVERY_MS);
                (
                    Phase::Claiming {
                        seen: seen.or(Some(pulse)),
                        look_at_ms,
                    },
                    Vec::new(),
                )
            }
            Claim::Take { lease, previous } => {
                let command = Command::TakeLease {
                    lease: lease.clone(),
                    previous,
                };
                (
                    Phase::Taking {
                        documents: Box::new(documents),
                        lease,
                    },
                    vec![command],
                )
            }
        }
    }

    fn taking(
        &self,
        documents: Box<Documents>,
        lease: Lease,
        now_ms: u64,
        observation: Observation,
    ) -> (Phase, Vec<Command>) {
        match observation {
            Observation::Lease(Some(revision)) => self.begin(*documents, lease, revision, now_ms),
            // Somebody was faster: whether it lives is looked at anew.
            Observation::Lease(None) => (
                Phase::Claiming {
                    seen: None,
                    look_at_ms: None,
                },
                vec![Command::ReadDocuments],
            ),
            _ => (Phase::Taking { documents, lease }, Vec::new()),
        }
    }

    /// The lease is ours.
    fn begin(
        &self,
        documents: Documents,
        lease: Lease,
        lease_revision: Revision,
        now_ms: u64,
    ) -> (Phase, Vec<Command>) {
        let Some(request) = documents.request else {
            return (Phase::Ended, vec![Command::End(End::UnknownRender)]);
        };
        let (progress, revision) = split(documents.progress);
        let mut progress = progress.unwrap_or_else(|| {
            Progress::initial(request.started_at_unix_ms, lease.deadline_unix_ms)
        });
        progress.timeout_timestamp = lease.deadline_unix_ms;
        progress.cancellation_enabled = Some(request.start.enable_cancellation);
        let mut leadership = progress.framewright.take().unwrap_or_default();
        let in_flight = leadership.in_flight.clone();
        leadership.epoch = lease.epoch;
        leadership.invocations += 1;
        leadership.fruitless += 1;
        leadership.throttled = false;
        let ledger = Ledger::new(progress, revision, leadership, now_ms);
        let (stage, command) = match documents.plan {
            None => (
                Stage::Planning,
                Command::Evaluate(Box::new(request.clone())),
            ),
            Some(plan) => (
                Stage::Surveying {
                    plan: Box::new(plan),
                },
                Command::Survey(in_flight),
            ),
        };
        let mut lead = Box::new(Lead {
            request,
            lease,
            lease_revision,
            ledger,
            contested: false,
            stage,
            evaluation_deaths: 0,
            evaluation_page_errors: 0,
            streams: 0,
        });
        let mut commands = if lead.ledger.leadership.fruitless > MAX_FRUITLESS {
            lead.give_up(now_ms)
        } else {
            vec![command]
        };
        if lead.request.start.enable_cancellation {
            commands.push(Command::AwaitWish);
        }
        commands.extend(lead.ledger.due(now_ms));
        (Phase::Leading(lead), commands)
    }

    fn leading(
        &self,
        mut lead: Box<Lead>,
        now_ms: u64,
        observation: Observation,
    ) -> (Phase, Vec<Command>) {
        let mut commands = Vec::new();
        match observation {
            Observation::Progress { sequence, outcome } => {
                if lead.ledger.settle(sequence, outcome, now_ms) == Settled::Contested {
                    lead.contested = true;
                    commands.push(Command::ReadDocuments);
                }
            }
            Observation::Documents(documents) if lead.contested => {
                if !lead.still_ours(&documents) {
                    return (Phase::Ended, vec![Command::End(End::AnotherLeads)]);
                }
                lead.contested = false;
                let (progress, revision) = split(documents.progress);
                lead.ledger.reconcile(progress.as_ref(), revision);
            }
            other => commands.extend(lead.observe(&self.facts, now_ms, other)),
        }
        if now_ms >= self.hands_over_at() && lead.may_hand_over() {
            let Lead {
                lease,
                lease_revision: previous,
                ..
            } = *lead;
            return (
                Phase::HandingOver,
                vec![Command::HandOver { lease, previous }],
            );
        }
        commands.extend(lead.proceed(now_ms));
        if let Some(Command::End(_)) = commands.last() {
            return (Phase::Ended, commands);
        }
        if !lead.contested {
            commands.extend(lead.ledger.due(now_ms));
        }
        (Phase::Leading(lead), commands)
    }
}

impl Lead {
    /// Whether a contested document leaves the lease with us.
    fn still_ours(&self, documents: &Documents) -> bool {
        documents.lease.as_ref().is_some_and(|lease| {
            lease.document.epoch == self.lease.epoch && lease.document.holder == self.lease.holder
        })
    }

    fn wakes_at(&self, now_ms: u64) -> u64 {
        if self.contested {
            return u64::MAX;
        }
        let work = match &self.stage {
            Stage::Rendering { work, .. } => work.wakes_at(now_ms),
            // Once at each moment: the other things that it waits for are told.
            Stage::Cancelling {
                not_before_ms,
                until_ms,
                ..
            } => [*not_before_ms, *until_ms]
                .into_iter()
                .find(|at| *at > now_ms)
                .unwrap_or(u64::MAX),
            _ => u64::MAX,
        };
        self.ledger.wakes_at().min(work)
    }

    /// Whether there is something that a fresh launch could go on with.
    fn may_hand_over(&self) -> bool {
        !matches!(
            self.stage,
            Stage::Closing { .. } | Stage::Cancelling { .. } | Stage::Cleaning { .. }
        )
    }
}

fn split<T>(stored: Option<Stored<T>>) -> (Option<T>, Option<Revision>) {
    match stored {
        Some(Stored { document, revision }) => (Some(document), Some(revision)),
        None => (None, None),
    }
}
