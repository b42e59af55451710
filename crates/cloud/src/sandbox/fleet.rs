//! All environments of a cloud: one owner that finds or makes one for each invocation.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::environment::{Environment, Status};
use super::invocation::{Finished, Invocation, Outcome};
use super::log::Log;
use super::provision::Provision;
use super::workshop::Workshop;

/// How long an environment waits for more work.
const IDLE: Duration = Duration::from_secs(300);

/// How old an environment may be when it takes more work. Its credentials must
/// outlast this and one more invocation.
const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// How often environments that are idle are looked at.
const SWEEP: Duration = Duration::from_secs(15);

/// How long the end of all environments may take.
const FAREWELL: Duration = Duration::from_secs(10);

/// Who invokes. Each kind has the whole limit for itself, so a function that
/// waits for functions it invokes never takes their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A client, or the queue of asynchronous events.
    Outside,
    /// A function that waits for the answer.
    Function,
}

/// A version of a function that can be given environments.
pub(crate) trait Provide: Send + Sync + 'static {
    /// The function's name.
    fn function(&self) -> &str;

    /// What changes with code and configuration. Environments of one revision
    /// can stand in for each other.
    fn revision(&self) -> &str;

    /// What one more environment is made of.
    fn provide(&self) -> BoxFuture<'_, Result<Provided, Unprovided>>;
}

/// What one environment is made of.
#[derive(Debug)]
pub(crate) struct Provided {
    pub(crate) provision: Provision,
    /// Someone stores its lines already.
    pub(crate) log: Log,
}

/// An environment cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unprovided {
    /// The execution role is gone or no longer trusts the service.
    #[error("The role defined for the function cannot be assumed by Lambda.")]
    Role,
    /// The cloud failed.
    #[error("{0}")]
    Cloud(String),
}

/// An invocation was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejected {
    /// As many environments are at work as may be.
    #[error("Rate Exceeded.")]
    Throttled,
    /// The cloud is ending.
    #[error("the cloud is shutting down")]
    Closed,
}

/// A handle on the owner of all environments.
#[derive(Debug, Clone)]
pub(crate) struct Fleet {
    requests: mpsc::UnboundedSender<Request>,
}

enum Request {
    Invoke {
        function: Arc<dyn Provide>,
        invocation: Invocation,
        origin: Origin,
        reply: oneshot::Sender<Result<(), Rejected>>,
    },
    Status {
        member: Uuid,
        status: Status,
    },
    Retire {
        function: String,
    },
    Close(oneshot::Sender<()>),
}

impl Fleet {
    /// A fleet of which `limit` environments may be at work for each [`Origin`].
    pub(crate) fn start(workshop: Arc<Workshop>, limit: usize) -> Self {
        let (requests, received) = mpsc::unbounded_channel();
        let owner = Owner {
            workshop,
            limit,
            members: HashMap::new(),
            tasks: JoinSet::new(),
            stop: CancellationToken::new(),
            requests: requests.clone(),
        };
        tokio::spawn(owner.run(received));
        Self { requests }
    }

    /// Gives an invocation to an environment, a new one if none is idle.
    ///
    /// # Errors
    /// [`Rejected::Throttled`] if as many are at work as may be.
    pub(crate) async fn invoke(
        &self,
        function: Arc<dyn Provide>,
        invocation: Invocation,
        origin: Origin,
    ) -> Result<(), Rejected> {
        let (reply, taken) = oneshot::channel();
        let request = Request::Invoke {
            function,
            invocation,
            origin,
            reply,
        };
        self.requests.send(request).map_err(|_| Rejected::Closed)?;
        taken.await.map_err(|_| Rejected::Closed)?
    }

    /// Ends the environments of a function, those at work when they have answered.
    pub(crate) fn retire(&self, function: &str) {
        let function = function.to_owned();
        drop(self.requests.send(Request::Retire { function }));
    }

    /// Ends all environments at once, also those at work.
    pub(crate) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.requests.send(Request::Close(reply)).is_ok() {
            drop(closed.await);
        }
    }
}

struct Owner {
    workshop: Arc<Workshop>,
    limit: usize,
    members: HashMap<Uuid, Member>,
    tasks: JoinSet<()>,
    stop: CancellationToken,
    /// For environments to tell how they are.
    requests: mpsc::UnboundedSender<Request>,
}

struct Member {
    function: Arc<dyn Provide>,
    /// Closed to end the environment.
    work: Option<mpsc::Sender<Invocation>>,
    standing: Standing,
    born: Instant,
}

enum Standing {
    AtWork(Origin),
    Idle(Instant),
}

impl Owner {
    async fn run(mut self, mut received: mpsc::UnboundedReceiver<Request>) {
        let mut sweep = tokio::time::interval(SWEEP);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let reply = loop {
            tokio::select! {
                request = received.recv() => match request {
                    Some(Request::Invoke { function, invocation, origin, reply }) => {
                        let _unheard = reply.send(self.invoke(function, invocation, origin));
                    }
                    Some(Request::Status { member, status }) => self.update(member, status),
                    Some(Request::Retire { function }) => self.retire(&function),
                    Some(Request::Close(reply)) => break Some(reply),
                    None => break None,
                },
                Some(ended) = self.tasks.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "an environment's owner failed");
                    }
                }
                _ = sweep.tick() => self.end_long_idle(),
            }
        };
        received.close();
        self.stop.cancel();
        self.members.clear();
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, all_ended).await.is_err() {
            // Their sandboxes end with this process in any case.
            tracing::warn!("not every environment has ended in time");
        }
        if let Some(reply) = reply {
            let _unheard = reply.send(());
        }
    }

    fn invoke(
        &mut self,
        function: Arc<dyn Provide>,
        invocation: Invocation,
        origin: Origin,
    ) -> Result<(), Rejected> {
        if self.at_work(origin) >= self.limit {
            return Err(Rejected::Throttled);
        }
        self.dispatch(function, invocation, origin);
        Ok(())
    }

    fn at_work(&self, origin: Origin) -> usize {
        self.members
            .values()
            .filter(|member| matches!(member.standing, Standing::AtWork(its) if its == origin))
            .count()
    }

    fn dispatch(&mut self, function: Arc<dyn Provide>, invocation: Invocation, origin: Origin) {
        match self.try_warm(&*function, invocation, origin) {
            None => {}
            Some(invocation) => self.start(function, invocation, origin),
        }
    }

    /// Gives the invocation to the environment that was at work last, or back.
    fn try_warm(
        &mut self,
        function: &dyn Provide,
        mut invocation: Invocation,
        origin: Origin,
    ) -> Option<Invocation> {
        let mut idle: Vec<_> = self
            .members
            .values_mut()
            .filter(|member| member.stands_in_for(function))
            .filter_map(|member| Some((member.idle_since()?, member)))
            .collect();
        idle.sort_by_key(|(since, _)| std::cmp::Reverse(*since));
        for (_, member) in idle {
            let Some(work) = &member.work else { continue };
            match work.try_send(invocation) {
                Ok(()) => {
                    member.standing = Standing::AtWork(origin);
                    return None;
                }
                // It has just ended; its last word is under way.
                Err(error) => invocation = error.into_inner(),
            }
        }
        Some(invocation)
    }

    fn start(&mut self, function: Arc<dyn Provide>, first: Invocation, origin: Origin) {
        self.make_room();
        let member = Uuid::new_v4();
        let (work, received) = mpsc::channel(1);
        let requests = self.requests.clone();
        let tell = move |status| drop(requests.send(Request::Status { member, status }));
        let life = Life {
            name: member.simple().to_string(),
            function: Arc::clone(&function),
            workshop: Arc::clone(&self.workshop),
            stop: self.stop.child_token(),
        };
        self.tasks.spawn(life.live(first, received, tell));
        let standing = Standing::AtWork(origin);
        self.members.insert(
            member,
            Member {
                function,
                work: Some(work),
                standing,
                born: Instant::now(),
            },
        );
    }

    /// Ends the environment that has been idle longest if there are as many as
    /// could be at work.
    fn make_room(&mut self) {
        if self.members.len() < 2 * self.limit {
            return;
        }
        let longest = self
            .members
            .values_mut()
            .filter_map(|member| Some((member.idle_since()?, member)))
            .min_by_key(|(since, _)| *since);
        if let Some((_, member)) = longest {
            member.work = None;
        }
    }

    fn update(&mut self, id: Uuid, status: Status) {
        match status {
            Status::Idle => {
                if let Some(member) = self.members.get_mut(&id) {
                    member.standing = Standing::Idle(Instant::now());
                }
            }
            Status::Gone { unbegun } => {
                let Some(member) = self.members.remove(&id) else {
                    return;
                };
                if let (Some(invocation), Standing::AtWork(origin)) = (unbegun, member.standing) {
                    self.dispatch(member.function, invocation, origin);
                }
            }
        }
    }

    fn retire(&mut self, function: &str) {
        for member in self.members.values_mut() {
            if member.function.function() == function {
                member.work = None;
            }
        }
    }

    fn end_long_idle(&mut self) {
        for member in self.members.values_mut() {
            if member
                .idle_since()
                .is_some_and(|since| since.elapsed() > IDLE)
                || member.is_old()
            {
                member.work = None;
            }
        }
    }
}

impl Member {
    fn stands_in_for(&self, function: &dyn Provide) -> bool {
        self.function.function() == function.function()
            && self.function.revision() == function.revision()
            && !self.is_old()
    }

    fn is_old(&self) -> bool {
        self.born.elapsed() > LIFETIME
    }

    /// Since when it could take work; nothing if it cannot.
    fn idle_since(&self) -> Option<Instant> {
        match self.standing {
            Standing::Idle(since) if self.work.is_some() => Some(since),
            Standing::Idle(_) | Standing::AtWork(_) => None,
        }
    }
}

/// A member before its environment has been provided for.
struct Life {
    name: String,
    function: Arc<dyn Provide>,
    workshop: Arc<Workshop>,
    stop: CancellationToken,
}

impl Life {
    async fn live(
        self,
        first: Invocation,
        work: mpsc::Receiver<Invocation>,
        tell: impl Fn(Status),
    ) {
        match self.function.provide().await {
            Ok(Provided { provision, log }) => {
                let environment = Environment {
                    name: self.name,
                    provision,
                    workshop: self.workshop,
                    log,
                };
                environment.live(first, work, self.stop, tell).await;
            }
            Err(unprovided) => {
                let finished = Finished {
                    outcome: Outcome::Unprovided(unprovided),
                    log_tail: bytes::Bytes::new(),
                };
                first.reply.finish(finished);
                tell(Status::Gone { unbegun: None });
            }
        }
    }
}
