//! What can be wrong with a state.

use std::path::PathBuf;

/// The state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file or folder cannot be opened, made or locked.
    #[error("state file `{path}` cannot be used")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file holds something else than this program wrote.
    #[error("state file `{path}` is corrupted: {reason}")]
    Corrupted {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An entry of the database holds something else than this program wrote.
    #[error("an entry of state table `{table}` is corrupted")]
    Entry {
        /// The table.
        table: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The database failed while it was in use, for example because the disk is full.
    #[error("the state database failed")]
    Database(#[source] Box<redb::Error>),
    /// The cloud is shutting down.
    #[error("the state is closed")]
    Closed,
}

macro_rules! from_redb {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for StateError {
            fn from(error: $error) -> Self {
                Self::Database(Box::new(error.into()))
            }
        })+
    };
}

from_redb!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
);
