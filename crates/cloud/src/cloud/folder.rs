//! The state folder: whose it is, and where its owner answers.
//!
//! ```text
//! lock                 locked by the one process that owns the folder
//! peers                locked, shared, by every process that uses the owner's cloud
//! endpoint.json        where the owner answers
//! administrator.json   the administrator's key, readable by the user alone
//! state.redb           metadata
//! objects/             bytes of objects
//! functions/           code of functions, and what their environments need
//! ```

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::state::StateError;

/// A state folder.
#[derive(Debug, Clone)]
pub(super) struct StateFolder(PathBuf);

/// A folder that this process owns, until it is dropped.
#[derive(Debug)]
pub(super) struct OwnedFolder {
    folder: StateFolder,
    // Held open for its lock.
    _lock: File,
}

/// That this process uses the cloud of a folder, until it is dropped.
#[derive(Debug)]
pub(super) struct Presence(#[expect(dead_code, reason = "held open for its lock")] File);

/// That nobody uses the cloud of a folder, and nobody begins to, until it is dropped.
#[derive(Debug)]
pub(super) struct Absence(#[expect(dead_code, reason = "held open for its lock")] File);

/// Where the owner of a folder answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EndpointFile {
    pub(super) endpoint: String,
    pub(super) port: u16,
    pub(super) process: u32,
}

impl StateFolder {
    /// The folder at a path, made if it does not exist.
    pub(super) fn at(path: &Path) -> Result<Self, StateError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|source| StateError::file(path, source))?;
        Ok(Self(path.to_owned()))
    }

    /// Takes the folder, unless another process has it.
    pub(super) fn try_own(&self) -> Result<Option<OwnedFolder>, StateError> {
        let path = self.path("lock");
        let lock = self.open_lock(&path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(OwnedFolder {
                folder: self.clone(),
                _lock: lock,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(StateError::file(&path, source)),
        }
    }

    /// Says that this process uses the folder's cloud, unless its owner is leaving.
    pub(super) fn try_attend(&self) -> Result<Option<Presence>, StateError> {
        let path = self.path("peers");
        let lock = self.open_lock(&path)?;
        match lock.try_lock_shared() {
            Ok(()) => Ok(Some(Presence(lock))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(StateError::file(&path, source)),
        }
    }

    /// Where the owner answers; nothing if it has not said so.
    pub(super) fn endpoint(&self) -> Result<Option<EndpointFile>, StateError> {
        read_json(&self.path("endpoint.json"))
    }

    /// Reads a file of the folder.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        read_json(&self.path(name))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn open_lock(&self, path: &Path) -> Result<File, StateError> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(|source| StateError::file(path, source))
    }
}

impl OwnedFolder {
    pub(super) fn folder(&self) -> &StateFolder {
        &self.folder
    }

    /// Closes the cloud to peers if it has none.
    pub(super) fn try_close(&self) -> Result<Option<Absence>, StateError> {
        let path = self.folder.path("peers");
        let lock = self.folder.open_lock(&path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Absence(lock))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(StateError::file(&path, source)),
        }
    }

    /// Says where this process answers.
    pub(super) fn publish(&self, endpoint: &EndpointFile) -> Result<(), StateError> {
        self.write("endpoint.json", endpoint)
    }

    /// Writes a file of the folder whole or not at all, readable by the user alone.
    pub(super) fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StateError> {
        let path = self.folder.path(name);
        let fresh = self.folder.path(&format!("{name}.new"));
        let written = serde_json::to_vec_pretty(value)
            .map_err(io::Error::from)
            .and_then(|bytes| {
                let mut file = OpenOptions::new()
                    .create(true)
                    .truncate(true)
                    .write(true)
                    .mode(0o600)
                    .open(&fresh)?;
                file.write_all(&bytes)?;
                file.sync_all()?;
                std::fs::rename(&fresh, &path)
            });
        written.map_err(|source| StateError::file(&path, source))
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, StateError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StateError::file(path, source)),
    };
    serde_json::from_slice(&text)
        .map(Some)
        .map_err(|error| StateError::Corrupted {
            path: path.to_owned(),
            reason: error.to_string(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_owns_a_folder_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let folder = StateFolder::at(&place.path().join("deep/state")).unwrap();
        let owned = folder.try_own().unwrap().unwrap();
        assert!(folder.try_own().unwrap().is_none());
        drop(owned);
        assert!(folder.try_own().unwrap().is_some());
    }

    #[test]
    fn an_owner_closes_only_when_its_peers_are_gone() {
        let place = tempfile::tempdir().unwrap();
        let folder = StateFolder::at(place.path()).unwrap();
        let owned = folder.try_own().unwrap().unwrap();
        let (one, two) = (folder.try_attend().unwrap(), folder.try_attend().unwrap());
        assert!(one.is_some() && two.is_some());
        assert!(owned.try_close().unwrap().is_none());
        drop((one, two));
        let closed = owned.try_close().unwrap();
        assert!(closed.is_some());
        assert!(folder.try_attend().unwrap().is_none());
    }
}
