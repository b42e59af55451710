//! An execution environment: one owner task from its first invocation to its end.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::failure::Failure;
use super::invocation::{Finished, Invocation, Outcome, Reply};
use super::log::Log;
use super::provision::Provision;
use super::report::Report;
use super::session::Session;
use super::workshop::Workshop;

/// How long a program may take before the first invocation's own time begins.
const INITIALISATION: Duration = Duration::from_secs(10);

/// How long an answer waits for its program to ask for more.
const PROMPT: Duration = Duration::from_millis(50);

/// What an environment tells those who send it work.
#[derive(Debug)]
pub(crate) enum Status {
    /// It can take more work.
    Idle,
    /// It is no more.
    Gone {
        /// Work that arrived too late to be begun.
        unbegun: Option<Invocation>,
    },
}

/// An environment in the making.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) name: String,
    pub(crate) provision: Provision,
    pub(crate) workshop: Arc<Workshop>,
    pub(crate) log: Log,
}

/// An invocation whose time runs.
struct Begun {
    at: Instant,
    deadline: Instant,
    deadline_unix_ms: i64,
}

/// How the first invocation stands when the program has asked for work.
enum Initialised {
    /// Its time has not begun; how long the program took.
    Ahead(Duration),
    /// Its time runs, since the program needed a second attempt.
    Within(Begun),
}

impl Environment {
    /// Serves `first`, then what comes, until `work` is closed, the program ends or `stop` is
    /// cancelled. An invocation that is stopped is not answered: it may be repeated elsewhere.
    pub(crate) async fn live(
        self,
        first: Invocation,
        mut work: mpsc::Receiver<Invocation>,
        stop: CancellationToken,
        tell: impl Fn(Status),
    ) {
        let mut session = None;
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = self.serve_all(first, &mut work, &tell, &mut session) => {}
        }
        if let Some(session) = session {
            session.end().await;
        }
        work.close();
        tell(Status::Gone {
            unbegun: work.try_recv().ok(),
        });
    }

    async fn serve_all(
        &self,
        first: Invocation,
        work: &mut mpsc::Receiver<Invocation>,
        tell: &impl Fn(Status),
        slot: &mut Option<Session>,
    ) {
        let (mut ahead, mut begun) = match self.initialise(&first, slot).await {
            Ok(Initialised::Ahead(took)) => (Some(took), None),
            Ok(Initialised::Within(begun)) => (None, Some(begun)),
            Err(failed) => return self.conclude_uninitialised(first, failed).await,
        };
        let Some(session) = slot else { return };
        let mut invocation = first;
        loop {
            let begun = match begun.take() {
                Some(begun) => begun,
                None => self.begin(&invocation).await,
            };
            let deadline = begun.deadline;
            let result = session
                .invoke(&invocation, deadline, begun.deadline_unix_ms)
                .await;
            let answered = result.is_ok();
            // Most programs ask for more at once. Whoever invokes again on the
            // answer then finds this environment, not a new one.
            let soon = deadline.min(Instant::now() + PROMPT);
            let mut ready = answered && session.settle(soon).await.is_some();
            let (reply, finished) = self
                .conclude(invocation, &begun, result, ahead.take(), session)
                .await;
            if ready {
                tell(Status::Idle);
            }
            reply.finish(finished);
            if answered && !ready {
                ready = session.settle(deadline).await.is_some();
                if ready {
                    tell(Status::Idle);
                }
            }
            if !ready {
                return;
            }
            invocation = tokio::select! {
                biased;
                next = work.recv() => match next {
                    Some(next) => next,
                    None => return,
                },
                () = session.rest() => return,
            };
        }
    }

    /// Starts the program and waits until it asks for work: ahead of the
    /// invocation, and if that fails once more within the invocation's time.
    async fn initialise(
        &self,
        first: &Invocation,
        slot: &mut Option<Session>,
    ) -> Result<Initialised, (Failure, Option<Begun>)> {
        self.log
            .say(format!(
                "INIT_START Runtime Version: {}",
                self.provision.runtime
            ))
            .await;
        let started = Instant::now();
        let failure = match self.attempt("a", started + INITIALISATION, slot).await {
            Ok(()) => return Ok(Initialised::Ahead(started.elapsed())),
            Err(failure) => failure,
        };
        self.log
            .say(Report::of_initialisation(
                started.elapsed(),
                "init",
                &failure,
            ))
            .await;
        if failure.is_final() {
            return Err((failure, None));
        }
        let begun = self.begin(first).await;
        match self.attempt("b", begun.deadline, slot).await {
            Ok(()) => Ok(Initialised::Within(begun)),
            Err(failure) => Err((failure, Some(begun))),
        }
    }

    /// Leaves a session that asked for work in `slot`, or none.
    async fn attempt(
        &self,
        suffix: &str,
        deadline: Instant,
        slot: &mut Option<Session>,
    ) -> Result<(), Failure> {
        let name = format!("{}-{suffix}", self.name);
        let started = Session::start(&self.workshop, &self.provision, &self.log, &name)
            .await
            .map_err(Failure::Start)?;
        let initialised = slot.insert(started).initialise(deadline).await;
        if initialised.is_err()
            && let Some(session) = slot.take()
        {
            session.end().await;
        }
        initialised
    }

    async fn begin(&self, invocation: &Invocation) -> Begun {
        self.log.start_tail().await;
        self.log
            .say(format!(
                "START RequestId: {} Version: {}",
                invocation.event.request_id, self.provision.version
            ))
            .await;
        let timeout = self.provision.timeout;
        let now = Timestamp::now().as_millisecond();
        Begun {
            at: Instant::now(),
            deadline: Instant::now() + timeout,
            deadline_unix_ms: now + i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX - now),
        }
    }

    /// Writes the last lines of an invocation; what its caller is to be told.
    async fn conclude(
        &self,
        invocation: Invocation,
        begun: &Begun,
        result: Result<Outcome, Failure>,
        initialisation: Option<Duration>,
        session: &Session,
    ) -> (Reply, Finished) {
        let report = Report {
            request_id: &invocation.event.request_id,
            duration: begun.at.elapsed(),
            initialisation,
            memory_mib: self.provision.memory_mib,
            usage: session.usage().await,
            failure: result.as_ref().err(),
        };
        let finished = self.report(report, result.as_ref()).await;
        (invocation.reply, finished)
    }

    async fn conclude_uninitialised(
        &self,
        invocation: Invocation,
        (failure, begun): (Failure, Option<Begun>),
    ) {
        let begun = match begun {
            Some(begun) => begun,
            None => self.begin(&invocation).await,
        };
        let report = Report {
            request_id: &invocation.event.request_id,
            duration: begun.at.elapsed(),
            initialisation: None,
            memory_mib: self.provision.memory_mib,
            usage: None,
            failure: Some(&failure),
        };
        let finished = self.report(report, Err(&failure)).await;
        invocation.reply.finish(finished);
    }

    async fn report(&self, report: Report<'_>, result: Result<&Outcome, &Failure>) -> Finished {
        let outcome = match result {
            Ok(outcome) => outcome.clone(),
            Err(failure) => Outcome::Failed(failure.error(report.request_id, &self.provision)),
        };
        if let Err(failure) = result
            && let Some(line) = failure.log_line(&self.provision)
        {
            let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
            self.log
                .say(format!("{now} {} {line}", report.request_id))
                .await;
        }
        self.log
            .say(format!("END RequestId: {}", report.request_id))
            .await;
        self.log.say(report.to_string()).await;
        Finished {
            outcome,
            log_tail: self.log.tail().await,
        }
    }
}
