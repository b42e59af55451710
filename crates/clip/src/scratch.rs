//! The folder that a clip is made in.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fs, io};

use nix::sys::statvfs::statvfs;

/// Tells folders of one process apart.
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A folder that is empty at first and goes with everything in it when this value does.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// A folder in `/tmp`.
    pub(crate) fn create() -> io::Result<Self> {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("framewright-clip-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path)?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that can still be written here.
    pub(crate) fn free_bytes(&self) -> io::Result<u64> {
        let disk = statvfs(&self.path).map_err(io::Error::from)?;
        Ok(disk.blocks_available() * disk.fragment_size())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a scratch folder stays");
        }
    }
}
