//! The folder that an environment has as `/tmp`.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A folder of the host for one environment, held to a size.
///
/// No file system at hand has quotas that an ordinary user may set, so whoever
/// asks [`Scratch::is_exceeded`] from time to time ends the environment. What
/// was deleted and is still open is not seen.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: PathBuf,
    limit_bytes: u64,
}

impl Scratch {
    /// Makes the folder, which must not exist.
    pub(crate) fn create(folder: PathBuf, limit_bytes: u64) -> io::Result<Self> {
        fs::create_dir(&folder)?;
        Ok(Self {
            folder,
            limit_bytes,
        })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the files take more room on disk than allowed. Walks the folder:
    /// not for the threads of the runtime.
    pub(crate) fn is_exceeded(&self) -> bool {
        used_bytes(&self.folder) > self.limit_bytes
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "a scratch folder is left behind");
        }
    }
}

/// The room that everything below a folder takes. What vanishes meanwhile, or
/// cannot be read, counts nothing.
fn used_bytes(folder: &Path) -> u64 {
    let mut linked = HashSet::new();
    let mut folders = vec![folder.to_owned()];
    let mut used = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_dir() {
                folders.push(entry.path());
            }
            if is_first_name(&metadata, &mut linked) {
                used += metadata.blocks() * 512;
            }
        }
    }
    used
}

fn is_first_name(metadata: &Metadata, linked: &mut HashSet<(u64, u64)>) -> bool {
    metadata.is_dir() || metadata.nlink() == 1 || linked.insert((metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_counts_once_and_links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::create(root.path().join("tmp"), 96 * 1024).unwrap();
        let folder = scratch.folder();
        fs::create_dir(folder.join("deep")).unwrap();
        fs::write(folder.join("deep/a"), vec![1; 64 * 1024]).unwrap();
        fs::hard_link(folder.join("deep/a"), folder.join("b")).unwrap();
        std::os::unix::fs::symlink("/usr", folder.join("usr")).unwrap();
        assert!(!scratch.is_exceeded(), "{}", used_bytes(folder));
        fs::write(folder.join("c"), vec![1; 64 * 1024]).unwrap();
        assert!(scratch.is_exceeded());
    }

    #[test]
    fn nothing_remains() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::create(root.path().join("tmp"), 1).unwrap();
        fs::write(scratch.folder().join("a"), "a").unwrap();
        drop(scratch);
        assert!(!root.path().join("tmp").exists());
    }
}
