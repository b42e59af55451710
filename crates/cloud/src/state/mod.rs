//! The metadata of the cloud: one database, one writer.
//!
//! Reading is direct. Changes go to the writer, which runs as many as are waiting in one
//! transaction, commits it durably and answers each. The state in memory is the same database on
//! another backend. Tables are declared beside what they hold.

mod change;
mod entry;
mod error;
mod open;
mod part;
mod writer;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Weak};

use redb::{Database, ReadableDatabase};
use tokio::sync::{mpsc, oneshot};

pub(crate) use self::change::{Change, ChangeError};
pub(crate) use self::entry::{decode, encode};
pub use self::error::StateError;
use self::part::Part;
pub(crate) use self::part::Snapshot;
use self::writer::{Job, Message, Pending};
use crate::authz::Permit;
use crate::config::Region;
use crate::events;
use crate::fault::FaultPlan;

/// A handle on the database. The writer owns it; handles of a closed state answer
/// [`StateError::Closed`].
#[derive(Debug, Clone)]
pub(crate) struct State {
    database: Weak<Database>,
    writer: mpsc::Sender<Message>,
    part: Part,
}

impl State {
    /// Opens the database at `path`, or makes it.
    ///
    /// # Errors
    /// [`StateError::Corrupted`] names the file if it holds something else,
    /// [`StateError::File`] if it cannot be opened or another process has it.
    pub(crate) fn open(path: &Path, faults: FaultPlan) -> Result<Self, StateError> {
        Self::start(open::file(path)?, faults)
    }

    /// A database in memory, gone when the state is closed.
    pub(crate) fn in_memory(faults: FaultPlan) -> Result<Self, StateError> {
        Self::start(open::memory()?, faults)
    }

    fn start(database: Database, faults: FaultPlan) -> Result<Self, StateError> {
        let database = Arc::new(database);
        let handle = Arc::downgrade(&database);
        let writer = writer::start(database, faults)?;
        Ok(Self {
            database: handle,
            writer,
            part: Part::default(),
        })
    }

    /// A handle on the part of a region: tables of the same names, but its own. Records of
    /// requests are kept for all regions together.
    pub(crate) fn of_region(&self, region: &Region) -> Self {
        Self {
            part: Part::of(region),
            ..self.clone()
        }
    }

    /// The regions that have a part of their own.
    ///
    /// # Errors
    /// That the database cannot be read.
    pub(crate) fn regions(&self) -> Result<BTreeSet<Region>, StateError> {
        part::regions(&*self.database.upgrade().ok_or(StateError::Closed)?)
    }

    /// A snapshot to read from.
    pub(crate) fn read(&self) -> Result<Snapshot, StateError> {
        let database = self.database.upgrade().ok_or(StateError::Closed)?;
        Ok(Snapshot::new(database.begin_read()?, self.part.clone()))
    }

    /// Runs `change` in a transaction and returns when it is durable, together with the record of
    /// the request that it is made for.
    ///
    /// A change that returns an error leaves nothing behind. It may run more than once: when
    /// another change of its group fails after writing, the group starts over.
    ///
    /// # Errors
    /// The error of the change, or that the database cannot be written.
    pub(crate) async fn change<T, E, F>(
        &self,
        permit: &Permit,
        mut change: F,
    ) -> Result<T, ChangeError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Change<'_>) -> Result<T, ChangeError<E>> + Send + 'static,
    {
        let trail = permit.trail().clone();
        let record = trail.record();
        let made = self
            .maintain(move |transaction| {
                let made = change(transaction)?;
                transaction.enter(&Part::default());
                events::put(transaction, &record)?;
                Ok(made)
            })
            .await?;
        trail.kept();
        Ok(made)
    }

    /// Like [`State::change`], for what the cloud does by itself: expiry, queues, sweeping.
    ///
    /// # Errors
    /// The error of the change, or that the database cannot be written.
    pub(crate) async fn maintain<T, E, F>(&self, mut change: F) -> Result<T, ChangeError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Change<'_>) -> Result<T, ChangeError<E>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let part = self.part.clone();
        let change = move |transaction: &mut Change<'_>| {
            transaction.enter(&part);
            change(transaction)
        };
        let job: Box<dyn Job> = Box::new(Pending::new(change, reply));
        self.writer
            .send(Message::Run(job))
            .await
            .map_err(|_| StateError::Closed)?;
        answer.await.map_err(|_| StateError::Closed)?
    }

    /// Finishes what is waiting and closes the database. Snapshots that are still read keep their
    /// view until they are dropped.
    pub(crate) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        // A writer that is gone has closed it already.
        if self.writer.send(Message::Close(reply)).await.is_ok() {
            let _ = closed.await;
        }
    }
}
