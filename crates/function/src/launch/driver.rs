//! Carries out what a launch decides, and tells it what became of it.

use std::sync::Arc;
use std::time::Duration;

use lambda::{Context, ErrorType, FunctionError};
use protocol::payload::Launch;
use renderer::Renderer;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::claim::Holder;
use super::event::{Command, End, Observation};
use super::hands::{Hands, HandsError};
use super::last_words;
use super::machine::Machine;
use super::report::Facts;
use crate::clock::now_unix_ms;
use crate::invocation::Function;
use crate::log_lines;

/// Leads the render of `payload`, or finds that there is nothing to do. `renderer` evaluates the page where the render
/// has no plan yet.
///
/// # Errors
/// [`FunctionError`] where the documents of the render cannot be read or written at all: the service then delivers the
/// event again. A call that the function's role may not make ends the render instead, if only that can be written.
pub(crate) async fn lead(
    function: Arc<Function>,
    context: &Context,
    payload: &Launch,
    renderer: Renderer,
) -> Result<End, FunctionError> {
    let environment = &function.environment;
    let facts = Facts {
        function_name: environment.function_name.clone(),
        version: environment.version().to_string(),
        region: environment.region.clone(),
        size: environment.size(),
        renderer_timeout_ms: environment.timeout_ms(),
    };
    let holder = Holder {
        request_id: context.request_id.clone(),
        deadline_unix_ms: context.deadline_unix_ms,
    };
    let machine = Machine::new(holder, facts, now_unix_ms());
    let hands = Hands::new(function, context, payload, renderer);
    let documents = hands.documents.clone();
    let driver = Driver {
        machine,
        hands: Arc::new(hands),
        tasks: JoinSet::new(),
    };
    let error = match driver.run().await {
        Ok(end) => return Ok(end),
        Err(error) => error,
    };
    if error.is_denied() {
        let denial = log_lines::chain(&error);
        tracing::error!("{denial}");
        match last_words::say(&documents, &denial).await {
            Ok(()) => return Ok(End::Failed),
            Err(error) => tracing::error!("{}", log_lines::chain(&error)),
        }
    }
    Err(FunctionError::from_error(
        ErrorType::Function("Launch"),
        &error,
    ))
}

struct Driver {
    machine: Machine,
    hands: Arc<Hands>,
    /// Commands under way. Dropping them ends them.
    tasks: JoinSet<Result<(), HandsError>>,
}

impl Driver {
    async fn run(mut self) -> Result<End, HandsError> {
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut commands = self.machine.step(now_unix_ms(), Observation::Tick);
        loop {
            for command in commands.drain(..) {
                if let Command::End(end) = command {
                    self.hands.forget_keys(end).await;
                    return Ok(end);
                }
                tracing::debug!(?command, "carrying out");
                let hands = Arc::clone(&self.hands);
                self.tasks.spawn(hands.carry_out(command, tell.clone()));
            }
            let wake = wake_of(&self.machine);
            let observation = tokio::select! {
                Some(observation) = told.recv() => observation,
                Some(done) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    finished(done)?;
                    continue;
                }
                () = wake => Observation::Tick,
            };
            commands = self.machine.step(now_unix_ms(), observation);
        }
    }
}

/// Returns when the machine wants to be told that time has passed.
fn wake_of(machine: &Machine) -> impl Future<Output = ()> + use<> {
    let now = now_unix_ms();
    let wait = Duration::from_millis(machine.wakes_at(now).saturating_sub(now));
    async move {
        match Instant::now().checked_add(wait) {
            Some(moment) => tokio::time::sleep_until(moment).await,
            None => std::future::pending().await,
        }
    }
}

/// What became of a command that has told all it had to tell.
fn finished(
    done: Result<Result<(), HandsError>, tokio::task::JoinError>,
) -> Result<(), HandsError> {
    match done {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Ok(()),
    }
}
