//! The tables of the object store.
//!
//! Keys of objects are bytes, so that ranges can begin behind every key of a prefix: no UTF-8 text holds `0xFF`.

use redb::TableDefinition;

use crate::state::{ChangeError, StateError};

/// Bucket → [`Bucket`](super::record::Bucket).
pub(super) const BUCKETS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("s3.buckets");
/// Bucket, key → [`Object`](super::record::Object).
pub(super) const OBJECTS: TableDefinition<'_, (&str, &[u8]), &[u8]> =
    TableDefinition::new("s3.objects");
/// Bucket, key, upload → [`Upload`](super::record::Upload).
pub(super) const UPLOADS: TableDefinition<'_, (&str, &[u8], &str), &[u8]> =
    TableDefinition::new("s3.uploads");
/// Upload, part number → [`Part`](super::record::Part).
pub(super) const PARTS: TableDefinition<'_, (&str, u16), &[u8]> = TableDefinition::new("s3.parts");

/// The least key behind every key that begins with `prefix`.
pub(super) fn past(prefix: &str) -> Vec<u8> {
    [prefix.as_bytes(), &[0xFF]].concat()
}

/// The metadata or the bytes cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorageError {
    /// The database failed.
    #[error(transparent)]
    State(#[from] StateError),
    /// A file of object bytes failed.
    #[error("an object file failed")]
    File(#[from] std::io::Error),
    /// The thread that did the work ended early.
    #[error("a storage thread failed")]
    Thread(#[from] tokio::task::JoinError),
}

impl From<redb::StorageError> for StorageError {
    fn from(error: redb::StorageError) -> Self {
        Self::State(error.into())
    }
}

impl From<redb::TableError> for StorageError {
    fn from(error: redb::TableError) -> Self {
        Self::State(error.into())
    }
}

/// Why a change of the store did not happen: `Refused` by what is stored, or the store failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError<E> {
    /// What is stored does not allow it.
    #[error("{0}")]
    Refused(E),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl<E> From<ChangeError<E>> for StoreError<E> {
    fn from(error: ChangeError<E>) -> Self {
        match error {
            ChangeError::Refused(refusal) => Self::Refused(refusal),
            ChangeError::State(error) => Self::Storage(error.into()),
        }
    }
}
