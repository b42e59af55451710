//! Opening the database.

use std::io;
use std::path::Path;

use redb::backends::InMemoryBackend;
use redb::{Builder, Database, DatabaseError, StorageError};

use crate::state::error::StateError;

/// Pages kept in memory. Metadata is small; what does not fit is in the page cache of the system.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

pub(super) fn file(path: &Path) -> Result<Database, StateError> {
    builder().create(path).map_err(|error| explain(path, error))
}

pub(super) fn memory() -> Result<Database, StateError> {
    builder()
        .create_with_backend(InMemoryBackend::new())
        .map_err(|error| explain(Path::new("memory"), error))
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn explain(path: &Path, error: DatabaseError) -> StateError {
    let path = path.to_owned();
    match error {
        // Garbage where a database should be is reported as invalid data.
        DatabaseError::Storage(StorageError::Io(source))
            if source.kind() != io::ErrorKind::InvalidData
                && source.kind() != io::ErrorKind::UnexpectedEof =>
        {
            StateError::File {
                path,
                source: source.into(),
            }
        }
        DatabaseError::DatabaseAlreadyOpen => StateError::File {
            path,
            source: io::Error::from(io::ErrorKind::ResourceBusy).into(),
        },
        other => StateError::Corrupted {
            path,
            reason: other.to_string(),
        },
    }
}
