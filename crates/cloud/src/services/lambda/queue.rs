//! The queue of asynchronous invocations.
//!
//! An event is in the database before its invocation is acknowledged and leaves
//! it when the invocation has returned, so a cloud that crashes delivers it again.
//! How long it waits is in memory alone: a cloud that starts delivers what is due
//! and what is not.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use redb::{ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::execution::Executions;
use super::function::Function;
use super::table;
use crate::authz::Permit;
use crate::fault::{FaultPlan, FaultPoint};
use crate::sandbox::{Delivery, Event, Origin, Outcome, Reading, Rejected};
use crate::state::{Change, ChangeError, State, StateError, decode, encode};

/// Request id → [`Waiting`] and payload.
const EVENTS: TableDefinition<'_, &str, (&[u8], &[u8])> = TableDefinition::new("lambda.events");

/// After how long an event is tried again when the function failed.
const AFTER_ERROR: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// The least and the most that an event waits when no environment was to be had.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// An event that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    function: String,
    /// As it was invoked.
    function_arn: String,
    client_context: Option<String>,
    enqueued_unix_ms: i64,
    /// Attempts at which the function failed.
    failures: u32,
    /// Attempts for which no environment was to be had, since the last other one.
    #[serde(skip)]
    turned_away: u32,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Succeeded,
    Failed,
    /// No environment was to be had.
    TurnedAway,
    /// The environment went away with the cloud.
    Lost,
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    Done,
    GivenUp(&'static str),
    Again(Duration),
}

/// A handle on the task that owns the queue.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    state: State,
    messages: mpsc::UnboundedSender<Message>,
}

#[derive(Debug)]
enum Message {
    Added(String, Waiting),
    Returned(String, Attempt),
    Close(oneshot::Sender<()>),
}

/// Makes the table, so that every read finds it.
pub(super) fn make_table(change: &mut Change<'_>) -> Result<(), StateError> {
    change.write(EVENTS).map(drop)
}

impl Queue {
    /// Takes up what a former cloud left in the queue.
    pub(super) fn start(
        state: State,
        executions: Executions,
        faults: FaultPlan,
    ) -> Result<Self, StateError> {
        let (messages, received) = mpsc::unbounded_channel();
        let mut owner = Owner {
            state: state.clone(),
            executions,
            faults,
            messages: messages.clone(),
            events: HashMap::new(),
            due: BTreeSet::new(),
        };
        for (id, waiting) in left_over(&state)? {
            tracing::info!(request_id = id, "an asynchronous event is delivered again");
            owner.wait(id, waiting, Duration::ZERO);
        }
        tokio::spawn(owner.run(received));
        Ok(Self { state, messages })
    }

    /// Takes an event in; it is durable when this returns.
    pub(super) async fn add(
        &self,
        permit: &Permit,
        function: &Function,
        event: Event,
        now_unix_ms: i64,
    ) -> Result<(), ChangeError<Infallible>> {
        let waiting = Waiting {
            function: function.name.clone(),
            function_arn: event.function_arn,
            client_context: event.client_context,
            enqueued_unix_ms: now_unix_ms,
            failures: 0,
            turned_away: 0,
        };
        let (id, payload) = (event.request_id, event.payload);
        let message = Message::Added(id.clone(), waiting.clone());
        let change = self.state.change(permit, move |change| {
            Ok(put(change, &id, &waiting, &payload)?)
        });
        change.await?;
        // A queue that is closed leaves it to the next cloud.
        drop(self.messages.send(message));
        Ok(())
    }

    /// Stops delivering. What is under way stays in the queue.
    pub(super) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.messages.send(Message::Close(reply)).is_ok() {
            drop(closed.await);
        }
    }
}

struct Owner {
    state: State,
    executions: Executions,
    faults: FaultPlan,
    messages: mpsc::UnboundedSender<Message>,
    events: HashMap<String, Waiting>,
    /// Events that are not under way, the next first.
    due: BTreeSet<(Instant, String)>,
}

impl Owner {
    async fn run(mut self, mut received: mpsc::UnboundedReceiver<Message>) {
        loop {
            let next = self.due.first().map(|(at, _)| *at);
            let until_due = async {
                match next {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                message = received.recv() => match message {
                    Some(Message::Added(id, waiting)) => self.wait(id, waiting, Duration::ZERO),
                    Some(Message::Returned(id, attempt)) => self.returned(id, attempt).await,
                    Some(Message::Close(reply)) => {
                        let _unheard = reply.send(());
                        return;
                    }
                    None => return,
                },
                () = until_due => {
                    if let Some((_, id)) = self.due.pop_first() {
                        self.attempt(id).await;
                    }
                }
            }
        }
    }

    fn wait(&mut self, id: String, waiting: Waiting, pause: Duration) {
        self.due.insert((Instant::now() + pause, id.clone()));
        self.events.insert(id, waiting);
    }

    async fn attempt(&mut self, id: String) {
        match self.deliver(&id).await {
            Ok(Some(reading)) => {
                let messages = self.messages.clone();
                tokio::spawn(async move {
                    let attempt = outcome(reading).await;
                    drop(messages.send(Message::Returned(id, attempt)));
                });
            }
            Ok(None) => self.returned(id, Attempt::TurnedAway).await,
            Err(error) => {
                tracing::error!(%error, "an asynchronous event cannot be read");
                self.returned(id, Attempt::TurnedAway).await;
            }
        }
    }

    /// Gives an event to an environment; nothing if none is to be had.
    async fn deliver(&self, id: &str) -> Result<Option<Reading>, StateError> {
        let (Some(waiting), Some(payload)) = (self.events.get(id), payload(&self.state, id)?)
        else {
            return Ok(None);
        };
        let Some(function) = table::function(&self.state, &waiting.function)? else {
            return Ok(None);
        };
        let event = Event {
            request_id: id.to_owned(),
            payload,
            function_arn: waiting.function_arn.clone(),
            client_context: waiting.client_context.clone(),
        };
        let given = self
            .executions
            .invoke(function, event, Delivery::Buffered, Origin::Outside);
        match given.await {
            Ok(reading) => Ok(Some(reading)),
            Err(Rejected::Throttled | Rejected::Closed) => Ok(None),
        }
    }

    async fn returned(&mut self, id: String, attempt: Attempt) {
        let Some(mut waiting) = self.events.remove(&id) else {
            return;
        };
        let function = match table::function(&self.state, &waiting.function) {
            Ok(function) => function,
            Err(error) => {
                tracing::error!(%error, "a function cannot be read");
                return;
            }
        };
        let age = Duration::from_millis(
            u64::try_from(self.executions.now_unix_ms() - waiting.enqueued_unix_ms).unwrap_or(0),
        );
        let next = next(&mut waiting, attempt, function.as_ref(), age);
        let kept = match next {
            Next::Done => self.remove(&id).await,
            Next::GivenUp(reason) => {
                tracing::warn!(request_id = id, reason, "an asynchronous event is given up");
                self.remove(&id).await
            }
            Next::Again(pause) => {
                let kept = self.keep(&id, &waiting).await;
                self.wait(id, waiting, pause);
                kept
            }
        };
        if let Err(error) = kept {
            tracing::error!(%error, "the queue of asynchronous events cannot be written");
        }
    }

    async fn remove(&self, id: &str) -> Result<(), ChangeError<Infallible>> {
        self.faults.reach(FaultPoint::BeforeEventRemoval);
        let id = id.to_owned();
        let change = self.state.maintain(move |change| {
            change.write(EVENTS)?.remove(id.as_str())?;
            Ok(())
        });
        change.await
    }

    async fn keep(&self, id: &str, waiting: &Waiting) -> Result<(), ChangeError<Infallible>> {
        let (id, waiting) = (id.to_owned(), waiting.clone());
        let change = self.state.maintain(move |change| {
            let payload = {
                let events = change.read(EVENTS)?;
                let entry = events.get(id.as_str())?;
                entry.map(|entry| entry.value().1.to_vec())
            };
            match payload {
                Some(payload) => Ok(put(change, &id, &waiting, &payload)?),
                None => Ok(()),
            }
        });
        change.await
    }
}

/// Decides what becomes of an event after an attempt.
fn next(
    waiting: &mut Waiting,
    attempt: Attempt,
    function: Option<&Function>,
    age: Duration,
) -> Next {
    let Some(function) = function else {
        return Next::GivenUp("its function was deleted");
    };
    let pause = match attempt {
        Attempt::Succeeded => return Next::Done,
        Attempt::Failed => {
            waiting.failures += 1;
            waiting.turned_away = 0;
            if waiting.failures > function.retries() {
                return Next::GivenUp("its retries are used up");
            }
            AFTER_ERROR[(waiting.failures as usize - 1).min(AFTER_ERROR.len() - 1)]
        }
        Attempt::TurnedAway | Attempt::Lost => {
            waiting.turned_away += 1;
            let doubled = BACKOFF.0 * 2_u32.saturating_pow(waiting.turned_away.min(16) - 1);
            doubled.min(BACKOFF.1)
        }
    };
    if age + pause > Duration::from_secs(function.max_event_age_seconds().into()) {
        return Next::GivenUp("it is too old");
    }
    Next::Again(pause)
}

/// Reads a response to its end; nobody wants it.
async fn outcome(mut reading: Reading) -> Attempt {
    while reading.pieces.recv().await.is_some() {}
    match reading.done.await {
        Ok(finished) => match finished.outcome {
            Outcome::Succeeded => Attempt::Succeeded,
            Outcome::Failed(_) => Attempt::Failed,
            Outcome::Unprovided(_) => Attempt::TurnedAway,
        },
        Err(_) => Attempt::Lost,
    }
}

fn left_over(state: &State) -> Result<Vec<(String, Waiting)>, StateError> {
    let events = state.read()?.open_table(EVENTS)?;
    let mut found = Vec::new();
    for entry in events.iter()? {
        let (id, entry) = entry?;
        found.push((id.value().to_owned(), decode(&EVENTS, entry.value().0)?));
    }
    Ok(found)
}

fn payload(state: &State, id: &str) -> Result<Option<Bytes>, StateError> {
    let events = state.read()?.open_table(EVENTS)?;
    let entry = events.get(id)?;
    Ok(entry.map(|entry| Bytes::copy_from_slice(entry.value().1)))
}

fn put(
    change: &mut Change<'_>,
    id: &str,
    waiting: &Waiting,
    payload: &[u8],
) -> Result<(), StateError> {
    let header = encode(&EVENTS, waiting)?;
    change
        .write(EVENTS)?
        .insert(id, (header.as_slice(), payload))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::lambda::function::AsynchronousSettings;
    use crate::services::lambda::tests::a_function;

    fn waiting() -> Waiting {
        Waiting {
            function: "f".into(),
            function_arn: "arn".into(),
            client_context: None,
            enqueued_unix_ms: 0,
            failures: 0,
            turned_away: 0,
        }
    }

    fn check(attempts: &[Attempt], function: Option<&Function>) -> Vec<Next> {
        let mut waiting = waiting();
        let after = |attempt: &Attempt| next(&mut waiting, *attempt, function, Duration::ZERO);
        attempts.iter().map(after).collect()
    }

    #[test]
    fn an_error_is_retried_twice() {
        let function = a_function();
        assert_eq!(
            check(&[Attempt::Failed; 3], Some(&function)),
            [
                Next::Again(Duration::from_secs(60)),
                Next::Again(Duration::from_secs(120)),
                Next::GivenUp("its retries are used up")
            ]
        );
    }

    #[test]
    fn retries_can_be_turned_off() {
        let mut function = a_function();
        function.asynchronous = Some(AsynchronousSettings {
            retries: Some(0),
            max_age_seconds: None,
            modified_at: jiff::Timestamp::UNIX_EPOCH,
        });
        let given_up = [Next::GivenUp("its retries are used up")];
        assert_eq!(check(&[Attempt::Failed], Some(&function)), given_up);
    }

    #[test]
    fn what_is_turned_away_comes_back_later_and_later() {
        let function = a_function();
        let pauses: Vec<_> = check(&[Attempt::TurnedAway; 12], Some(&function));
        assert_eq!(pauses[0], Next::Again(Duration::from_secs(1)));
        assert_eq!(pauses[3], Next::Again(Duration::from_secs(8)));
        assert_eq!(pauses[11], Next::Again(Duration::from_secs(300)));
    }

    #[test]
    fn events_of_deleted_functions_and_old_ones_go() {
        let deleted = [Next::GivenUp("its function was deleted")];
        assert_eq!(check(&[Attempt::TurnedAway], None), deleted);
        let function = a_function();
        let six_hours = Duration::from_secs(6 * 60 * 60);
        let late = next(
            &mut waiting(),
            Attempt::TurnedAway,
            Some(&function),
            six_hours,
        );
        assert_eq!(late, Next::GivenUp("it is too old"));
    }
}
