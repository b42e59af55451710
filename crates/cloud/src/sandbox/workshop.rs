//! What all environments of a cloud are made with.

use std::io;
use std::path::{Path, PathBuf};

use super::memory::Parent;
use super::starter::Starter;

/// The helper that makes sandboxes, the folder for their files, and the cgroup
/// above theirs.
#[derive(Debug)]
pub(crate) struct Workshop {
    pub(super) starter: Starter,
    pub(super) memory: Option<Parent>,
    folder: PathBuf,
}

impl Workshop {
    /// A workshop in `folder`, which is emptied: what lies there was left by a
    /// cloud that did not end in order.
    pub(crate) fn open(helper: PathBuf, folder: PathBuf) -> io::Result<Self> {
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => std::fs::create_dir_all(&folder)?,
        }
        Ok(Self {
            starter: Starter::new(helper),
            memory: Parent::find(),
            folder,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}
