//! One change inside a transaction.

use std::convert::Infallible;

use redb::{Key, ReadableTable, Table, TableDefinition, Value, WriteTransaction};

use crate::api_error::ApiError;
use crate::state::StateError;
use crate::state::part::Part;

/// The transaction as one change sees it: everything earlier, its own writes included.
pub(crate) struct Change<'txn> {
    transaction: &'txn WriteTransaction,
    part: Part,
    wrote: bool,
}

impl<'txn> Change<'txn> {
    pub(super) fn new(transaction: &'txn WriteTransaction) -> Self {
        Self {
            transaction,
            part: Part::default(),
            wrote: false,
        }
    }

    /// Goes on in another part of the state.
    pub(super) fn enter(&mut self, part: &Part) {
        self.part = part.clone();
    }

    pub(super) fn wrote(&self) -> bool {
        self.wrote
    }

    /// A table to read, without promising to write. A table is open once at a time.
    pub(crate) fn read<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'_, K, V>,
    ) -> Result<impl ReadableTable<K, V> + use<'txn, K, V>, StateError> {
        let name = self.part.name_of(&table);
        Ok(self.transaction.open_table(TableDefinition::new(&name))?)
    }

    /// A table to write. A table is open once at a time.
    pub(crate) fn write<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'_, K, V>,
    ) -> Result<Table<'txn, K, V>, StateError> {
        self.wrote = true;
        let name = self.part.name_of(&table);
        Ok(self.transaction.open_table(TableDefinition::new(&name))?)
    }
}

/// Why a change did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError<E> {
    /// The change itself said no.
    #[error("{0}")]
    Refused(E),
    /// The database failed.
    #[error(transparent)]
    State(#[from] StateError),
}

impl<E> From<redb::StorageError> for ChangeError<E> {
    fn from(error: redb::StorageError) -> Self {
        Self::State(error.into())
    }
}

impl From<ChangeError<Infallible>> for StateError {
    fn from(error: ChangeError<Infallible>) -> Self {
        match error {
            ChangeError::Refused(never) => match never {},
            ChangeError::State(error) => error,
        }
    }
}

impl From<ChangeError<Self>> for ApiError {
    fn from(error: ChangeError<Self>) -> Self {
        match error {
            ChangeError::Refused(error) => error,
            ChangeError::State(error) => error.into(),
        }
    }
}

impl From<StateError> for ApiError {
    fn from(error: StateError) -> Self {
        Self::internal(&error)
    }
}
