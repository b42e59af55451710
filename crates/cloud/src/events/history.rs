//! The task that keeps records.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::events::record::Record;
use crate::events::table::{expire, put};
use crate::state::{ChangeError, State, StateError};

/// How long a record may wait for others to be written with.
const GATHERING: Duration = Duration::from_millis(50);

/// How many records are written at once.
const GROUP: usize = 512;

/// How often expired records are removed.
const SWEEPING: Duration = Duration::from_secs(3600);

/// A handle on the history.
#[derive(Debug, Clone)]
pub(crate) struct History {
    keeper: mpsc::UnboundedSender<Message>,
}

#[derive(Debug)]
enum Message {
    Keep(Record),
    KeepNow(Record, oneshot::Sender<Result<(), StateError>>),
    Settle(oneshot::Sender<Result<(), StateError>>),
}

impl History {
    /// Starts the task that owns the history. It ends when all handles are gone, having written
    /// what they gave it.
    pub(crate) fn start(state: State, clock: Arc<dyn Clock>, tasks: &TaskTracker) -> Self {
        let (keeper, messages) = mpsc::unbounded_channel();
        tasks.spawn(keep(state, clock, messages));
        Self { keeper }
    }

    /// Keeps a record within 100 milliseconds.
    pub(crate) fn keep(&self, record: Record) {
        // The keeper outlives its handles.
        let _ = self.keeper.send(Message::Keep(record));
    }

    /// Keeps a record and returns when it is durable.
    ///
    /// # Errors
    /// That it could not be written.
    pub(crate) async fn keep_now(&self, record: Record) -> Result<(), StateError> {
        let (reply, kept) = oneshot::channel();
        self.keeper
            .send(Message::KeepNow(record, reply))
            .map_err(|_| StateError::Closed)?;
        kept.await.map_err(|_| StateError::Closed)?
    }

    /// Returns when everything that was to be kept before is durable.
    ///
    /// # Errors
    /// That it could not be written.
    pub(crate) async fn settled(&self) -> Result<(), StateError> {
        let (reply, settled) = oneshot::channel();
        self.keeper
            .send(Message::Settle(reply))
            .map_err(|_| StateError::Closed)?;
        settled.await.map_err(|_| StateError::Closed)?
    }
}

async fn keep(state: State, clock: Arc<dyn Clock>, mut messages: mpsc::UnboundedReceiver<Message>) {
    let mut sweep = interval(SWEEPING);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                Some(message) => write(&state, gather(message, &mut messages).await).await,
                None => break,
            },
            _ = sweep.tick() => sweep_expired(&state, clock.as_ref()).await,
        }
    }
}

/// A group of records and those who wait for it.
#[derive(Default)]
struct Group {
    records: Vec<Record>,
    waiting: Vec<oneshot::Sender<Result<(), StateError>>>,
}

impl Group {
    fn add(&mut self, message: Message) {
        match message {
            Message::Keep(record) => self.records.push(record),
            Message::KeepNow(record, reply) => {
                self.records.push(record);
                self.waiting.push(reply);
            }
            Message::Settle(reply) => self.waiting.push(reply),
        }
    }
}

/// Takes what comes until someone waits for it, the group is full or the first has waited enough.
async fn gather(first: Message, messages: &mut mpsc::UnboundedReceiver<Message>) -> Group {
    let mut group = Group::default();
    group.add(first);
    let until = Instant::now() + GATHERING;
    while group.records.len() < GROUP {
        if !group.waiting.is_empty() {
            match messages.try_recv() {
                Ok(message) => group.add(message),
                Err(_) => break,
            }
            continue;
        }
        match timeout_at(until, messages.recv()).await {
            Ok(Some(message)) => group.add(message),
            Ok(None) | Err(_) => break,
        }
    }
    group
}

async fn write(state: &State, group: Group) {
    let records = group.records;
    let written = state
        .maintain(move |change| {
            for record in &records {
                put(change, record)?;
            }
            Ok::<_, ChangeError<Infallible>>(())
        })
        .await
        .map_err(StateError::from);
    if let Err(error) = &written {
        tracing::error!(%error, "event records could not be written");
    }
    for reply in group.waiting {
        // Whoever waited may have gone.
        let _ = reply.send(written.clone());
    }
}

async fn sweep_expired(state: &State, clock: &dyn Clock) {
    loop {
        let now = clock.now();
        let removed = state
            .maintain(move |change| expire::<Infallible>(change, now))
            .await
            .map_err(StateError::from);
        match removed {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "expired event records could not be removed");
                return;
            }
        }
    }
}
