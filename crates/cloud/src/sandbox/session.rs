//! One life of a function's program: a sandbox, its Runtime API, and whose turn it is.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::failure::Failure;
use super::invocation::{Event, FunctionError, Invocation, Outcome, Reply};
use super::log::Log;
use super::memory::MemoryLimit;
use super::process::{Ending, SandboxProcess, StartError};
use super::provision::Provision;
use super::runtime_api::{Answer, Call, Misstep, RuntimeApi, Sink, Turn, Work};
use super::scratch::Scratch;
use super::variables;
use super::watch::{Breach, Usage, Watch, Watched};
use super::wire::Spec;
use super::workshop::Workshop;

const MIB: u64 = 1024 * 1024;

/// After an answer broke off: how long the end of its program may take to be
/// noticed, which explains it better.
const LAST_BREATH: Duration = Duration::from_millis(250);

/// A program in its sandbox.
#[derive(Debug)]
pub(super) struct Session {
    process: SandboxProcess,
    /// Serves while the session lasts.
    _api: RuntimeApi,
    calls: mpsc::UnboundedReceiver<Call>,
    turn: Turn,
    /// The call for work that has not been answered.
    waiting: Option<oneshot::Sender<Result<Work, Misstep>>>,
    watch: Watch,
}

/// What a session waits for.
enum Happening {
    Called(Call),
    Ended(Ending),
    Breached(Breach),
}

impl Session {
    /// Makes a sandbox named `name` and starts the program in it.
    pub(super) async fn start(
        workshop: &Workshop,
        provision: &Provision,
        log: &Log,
        name: &str,
    ) -> Result<Self, StartError> {
        let isolation = workshop.starter.isolation(workshop.folder()).await?;
        let (api, calls) = RuntimeApi::serve().await.map_err(StartError::Protocol)?;
        let scratch = Scratch::create(workshop.folder().join(name), provision.scratch_mib * MIB)
            .map_err(StartError::Protocol)?;
        let helper = workshop.starter.execute()?;
        let root = helper.pid().unwrap_or_default();
        let memory = MemoryLimit::impose(
            workshop.memory.as_ref(),
            name,
            provision.memory_mib * MIB,
            root,
        );
        let spec = Spec {
            isolation,
            entries: variables::entries(provision, isolation),
            environment: variables::environment(
                provision,
                isolation,
                &api.address().to_string(),
                scratch.folder(),
            ),
            code: provision.code.clone(),
            layers: provision.layers.clone(),
            scratch: scratch.folder().to_owned(),
        };
        let (process, output) = helper.start(&spec).await?;
        log.read(output).await;
        Ok(Self {
            process,
            _api: api,
            calls,
            turn: Turn::Initialising,
            waiting: None,
            watch: Watch::start(Watched {
                root,
                memory,
                scratch,
            }),
        })
    }

    /// Waits until the program asks for work.
    pub(super) async fn initialise(&mut self, deadline: Instant) -> Result<(), Failure> {
        self.watch.at_work().await;
        loop {
            let happening = timeout_at(deadline, self.happening())
                .await
                .map_err(|_| Failure::TimedOut)?;
            match happening {
                Happening::Ended(ending) => return Err(Failure::Ended(ending)),
                Happening::Breached(breach) => return Err(Failure::Breached(breach)),
                Happening::Called(Call::InitialisationFailed { error, reply }) => {
                    let allowed = self.turn.fail_initialisation();
                    let _unheard = reply.send(allowed);
                    return Err(Failure::Reported(error));
                }
                Happening::Called(call) => {
                    if self.take(call, None).is_some() {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Has the program do one piece of work.
    pub(super) async fn invoke(
        &mut self,
        invocation: &Invocation,
        deadline: Instant,
        deadline_unix_ms: i64,
    ) -> Result<Outcome, Failure> {
        self.watch.at_work().await;
        let mut work = Some(Work {
            event: invocation.event.clone(),
            deadline_unix_ms,
            trace: trace(),
        });
        self.turn.run(&invocation.event.request_id);
        self.hand_over(&mut work);
        loop {
            let happening = timeout_at(deadline, self.happening())
                .await
                .map_err(|_| Failure::TimedOut)?;
            match happening {
                Happening::Ended(ending) => return Err(Failure::Ended(ending)),
                Happening::Breached(breach) => return Err(Failure::Breached(breach)),
                Happening::Called(Call::Next { reply }) if work.is_some() => {
                    self.waiting = Some(reply);
                    self.hand_over(&mut work);
                }
                Happening::Called(Call::End { request_id, answer }) => {
                    if self.turn.end(&request_id) {
                        return self
                            .outcome(answer, &invocation.event, &invocation.reply)
                            .await;
                    }
                }
                Happening::Called(call) => drop(self.take(call, Some(&invocation.reply))),
            }
        }
    }

    /// Waits until the program asks for work again. Nothing if it will not.
    pub(super) async fn settle(&mut self, deadline: Instant) -> Option<()> {
        loop {
            match timeout_at(deadline, self.happening()).await.ok()? {
                Happening::Called(call) => {
                    if self.take(call, None).is_some() {
                        return Some(());
                    }
                }
                Happening::Ended(_) | Happening::Breached(_) => return None,
            }
        }
    }

    /// Waits while there is no work; returns when the program has ended. Cancel safe.
    pub(super) async fn rest(&mut self) {
        while let Happening::Called(call) = self.happening().await {
            self.take(call, None);
        }
    }

    /// What the session has used, now that it rests.
    pub(super) async fn usage(&self) -> Option<Usage> {
        self.watch.at_rest().await
    }

    /// Ends the program and everything that it started, and removes its files.
    pub(super) async fn end(mut self) {
        self.process.end().await;
        self.watch.close().await;
    }

    async fn happening(&mut self) -> Happening {
        tokio::select! {
            // A program that answers and ends has answered.
            biased;
            Some(call) = self.calls.recv() => Happening::Called(call),
            breach = self.watch.breach() => Happening::Breached(breach),
            ending = self.process.ended() => Happening::Ended(ending),
        }
    }

    /// Answers a call as the turn allows. Something if it was a call for work
    /// that now waits.
    fn take(&mut self, call: Call, reader: Option<&Reply>) -> Option<()> {
        match call {
            Call::Next { reply } => match self.turn.next() {
                Ok(()) => {
                    self.waiting = Some(reply);
                    return Some(());
                }
                Err(misstep) => drop(reply.send(Err(misstep))),
            },
            Call::Begin { request_id, reply } => {
                let sink = match reader {
                    Some(reader) => self.turn.begin(&request_id).map(|()| Sink {
                        pieces: reader.pieces.clone(),
                        limit: reader.delivery.limit(),
                    }),
                    None => Err(match &self.turn {
                        Turn::Answered(current) if *current == request_id => {
                            Misstep::InvalidStateTransition
                        }
                        _ => Misstep::InvalidRequestId,
                    }),
                };
                drop(reply.send(sink));
            }
            Call::End { request_id, .. } => drop(self.turn.end(&request_id)),
            Call::InitialisationFailed { reply, .. } => {
                let _unheard = reply.send(self.turn.fail_initialisation());
            }
        }
        None
    }

    /// Gives the work to the call that waits for it, if that still does.
    fn hand_over(&mut self, work: &mut Option<Work>) {
        if let Some(waiting) = self.waiting.take()
            && let Some(ready) = work.take()
            && let Err(Ok(returned)) = waiting.send(Ok(ready))
        {
            *work = Some(returned);
        }
    }

    async fn outcome(
        &mut self,
        answer: Answer,
        event: &Event,
        reply: &Reply,
    ) -> Result<Outcome, Failure> {
        let error = match answer {
            Answer::Complete => return Ok(Outcome::Succeeded),
            Answer::Failed(error) => error,
            Answer::TooLarge => FunctionError::too_large(reply.delivery.limit()),
            Answer::Truncated => match timeout(LAST_BREATH, self.process.ended()).await {
                Ok(ending) => return Err(Failure::Ended(ending)),
                Err(_) => FunctionError::platform(
                    "Runtime.TruncatedResponse",
                    &event.request_id,
                    "the response broke off",
                ),
            },
        };
        Ok(Outcome::Failed(error))
    }
}

/// A tracing header of which nothing is sampled.
fn trace() -> String {
    let root = format!("{:032x}", rand::random::<u128>());
    let parent = rand::random::<u64>();
    format!(
        "Root=1-{}-{};Parent={parent:016x};Sampled=0",
        &root[..8],
        &root[8..]
    )
}
