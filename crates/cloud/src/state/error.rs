//! What can be wrong with a state.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The state cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StateError {
    /// A file or folder cannot be opened, made or locked.
    #[error("state file `{path}` cannot be used")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
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
        source: Arc<serde_json::Error>,
    },
    /// The database failed while it was in use, for example because the disk is full.
    #[error("the state database failed")]
    Database(#[source] Arc<redb::Error>),
    /// The system refused what the state needs to run.
    #[error("the state cannot be served")]
    System(#[source] Arc<io::Error>),
    /// The cloud is shutting down.
    #[error("the state is closed")]
    Closed,
}

impl StateError {
    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            source: Arc::new(source),
        }
    }

    pub(crate) fn entry(table: &str, source: serde_json::Error) -> Self {
        Self::Entry {
            table: table.to_owned(),
            source: Arc::new(source),
        }
    }

    pub(super) fn from_io(source: io::Error) -> Self {
        Self::System(Arc::new(source))
    }
}

macro_rules! from_redb {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for StateError {
            fn from(error: $error) -> Self {
                Self::Database(Arc::new(error.into()))
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
