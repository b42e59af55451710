//! The metadata of the cloud: one database, one writer.
//!
//! Reading is direct. Changes go to the writer, which runs as many as are waiting in one
//! transaction, commits it durably and answers each. The state in memory is the same database on
//! another backend. Tables are declared beside what they hold.

mod change;
mod error;

use redb::ReadTransaction;

pub(crate) use self::change::{Change, ChangeError};
pub use self::error::StateError;
use crate::authz::Permit;

/// A handle on the database.
#[derive(Debug, Clone)]
pub(crate) struct State {}

impl State {
    /// A snapshot to read from: all that was acknowledged before, and nothing half done.
    pub(crate) fn read(&self) -> Result<ReadTransaction, StateError> {
        todo!("lands with the writer")
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
        _permit: &Permit,
        _change: F,
    ) -> Result<T, ChangeError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Change<'_>) -> Result<T, ChangeError<E>> + Send + 'static,
    {
        todo!("lands with the writer")
    }

    /// Like [`State::change`], for what the cloud does by itself: expiry, queues, sweeping.
    ///
    /// # Errors
    /// The error of the change, or that the database cannot be written.
    pub(crate) async fn maintain<T, E, F>(&self, _change: F) -> Result<T, ChangeError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Change<'_>) -> Result<T, ChangeError<E>> + Send + 'static,
    {
        todo!("lands with the writer")
    }
}
