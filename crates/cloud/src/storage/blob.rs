//! Files that hold object bytes.
//!
//! A blob is written as `staging/<id>`, made durable, renamed to `blobs/<first two digits>/<id>`, and only then
//! named by a committed record. Whatever a crash leaves behind, in `staging/` or unnamed in `blobs/`, is removed when
//! the folder is next opened. A blob never changes once it has its name.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fault::{FaultPlan, FaultPoint};

/// The name of one blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct BlobId(Uuid);

/// Whether files reach the disk before they are relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// A crash of the machine loses nothing that was committed.
    Synced,
    /// The folder does not outlive the process, so nothing waits for the disk.
    Volatile,
}

/// The folder of blobs.
#[derive(Debug)]
pub(crate) struct Blobs {
    root: PathBuf,
    durability: Durability,
    faults: FaultPlan,
}

/// The folder of blobs cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the object folder `{}`", path.display())]
pub(crate) struct BlobFolderError {
    path: PathBuf,
    source: io::Error,
}

impl Blobs {
    /// Opens the folder, making what is missing of it. Abandoned staging files are removed.
    pub(crate) fn open(
        root: PathBuf,
        durability: Durability,
        faults: FaultPlan,
    ) -> Result<Arc<Self>, BlobFolderError> {
        let blobs = Self {
            root,
            durability,
            faults,
        };
        blobs.prepare().map_err(|source| BlobFolderError {
            path: blobs.root.clone(),
            source,
        })?;
        Ok(Arc::new(blobs))
    }

    fn prepare(&self) -> io::Result<()> {
        let staging = self.staging();
        if staging.exists() {
            fs::remove_dir_all(&staging)?;
        }
        fs::create_dir_all(&staging)?;
        for shard in 0..=u8::MAX {
            fs::create_dir_all(self.shard(shard))?;
        }
        self.sync_folder(&self.root.join("blobs"))?;
        self.sync_folder(&self.root)
    }

    /// Removes every blob that `named` does not hold. Nothing may be staged or committed meanwhile.
    pub(crate) fn collect_garbage(
        &self,
        named: &HashSet<BlobId>,
    ) -> Result<usize, BlobFolderError> {
        let mut removed = 0;
        for shard in 0..=u8::MAX {
            let folder = self.shard(shard);
            removed += Self::collect_shard(&folder, named).map_err(|source| BlobFolderError {
                path: folder,
                source,
            })?;
        }
        Ok(removed)
    }

    fn collect_shard(folder: &Path, named: &HashSet<BlobId>) -> io::Result<usize> {
        let mut removed = 0;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let id = entry
                .file_name()
                .to_str()
                .and_then(|name| Uuid::try_parse(name).ok())
                .map(BlobId);
            if id.is_none_or(|id| !named.contains(&id)) {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Makes an empty file to be filled.
    pub(crate) fn stage(self: &Arc<Self>) -> io::Result<StagedBlob> {
        let id = BlobId(Uuid::new_v4());
        let path = self.staging().join(id.0.simple().to_string());
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        Ok(StagedBlob {
            file,
            path: RemovedOnDrop(Some(path)),
            id,
            blobs: Arc::clone(self),
        })
    }

    /// Opens a blob for reading.
    pub(crate) fn open_blob(&self, id: BlobId) -> io::Result<File> {
        File::open(self.path(id))
    }

    /// Removes blobs that no record names any more. One that cannot be removed is logged and left to the next start.
    pub(crate) fn remove(&self, ids: &[BlobId]) {
        for id in ids {
            if let Err(error) = fs::remove_file(self.path(*id)) {
                tracing::warn!(blob = %id.0, %error, "blob left for the next start to remove");
            }
        }
    }

    fn path(&self, id: BlobId) -> PathBuf {
        self.shard(id.0.as_bytes()[0])
            .join(id.0.simple().to_string())
    }

    fn shard(&self, shard: u8) -> PathBuf {
        self.root.join("blobs").join(format!("{shard:02x}"))
    }

    fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        match self.durability {
            Durability::Synced => File::open(folder)?.sync_all(),
            Durability::Volatile => Ok(()),
        }
    }
}

/// A blob that is being written. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct StagedBlob {
    file: File,
    path: RemovedOnDrop,
    id: BlobId,
    blobs: Arc<Blobs>,
}

impl StagedBlob {
    /// Makes the bytes durable and gives the blob its name.
    pub(crate) fn publish(mut self) -> io::Result<PublishedBlob> {
        if self.blobs.durability == Durability::Synced {
            self.file.sync_all()?;
        }
        self.blobs.faults.reach(FaultPoint::AfterObjectBytes);
        let target = self.blobs.path(self.id);
        if let Some(staged) = &self.path.0 {
            fs::rename(staged, &target)?;
        }
        self.path.0 = None;
        let published = PublishedBlob {
            id: self.id,
            path: RemovedOnDrop(Some(target)),
        };
        self.blobs
            .sync_folder(&self.blobs.shard(self.id.0.as_bytes()[0]))?;
        Ok(published)
    }
}

impl io::Write for StagedBlob {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A durable blob that no record names yet. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct PublishedBlob {
    id: BlobId,
    path: RemovedOnDrop,
}

impl PublishedBlob {
    /// The name to put into a record.
    pub(crate) fn id(&self) -> BlobId {
        self.id
    }

    /// Leaves the file in place: a committed record names it now.
    pub(crate) fn keep(mut self) {
        self.path.0 = None;
    }
}

#[derive(Debug)]
struct RemovedOnDrop(Option<PathBuf>);

impl Drop for RemovedOnDrop {
    fn drop(&mut self) {
        if let Some(path) = self.0.take()
            && let Err(error) = fs::remove_file(&path)
        {
            tracing::warn!(path = %path.display(), %error, "file left for the next start to remove");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    fn names(blobs: &Blobs) -> usize {
        (0..=u8::MAX)
            .map(|shard| fs::read_dir(blobs.shard(shard)).unwrap().count())
            .sum()
    }

    #[test]
    fn a_kept_blob_survives_and_the_rest_is_collected() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(
            folder.path().to_owned(),
            Durability::Synced,
            FaultPlan::none(),
        )
        .unwrap();
        let publish = |text: &[u8]| {
            let mut staged = blobs.stage().unwrap();
            staged.write_all(text).unwrap();
            staged.publish().unwrap()
        };
        let kept = publish(b"kept");
        let id = kept.id();
        kept.keep();
        drop(publish(b"its record was refused"));
        assert_eq!(names(&blobs), 1);
        publish(b"the process died before the commit").keep();
        let abandoned = blobs.stage().unwrap();
        std::mem::forget(abandoned);

        let blobs = Blobs::open(
            folder.path().to_owned(),
            Durability::Synced,
            FaultPlan::none(),
        )
        .unwrap();
        assert_eq!(blobs.collect_garbage(&HashSet::from([id])).unwrap(), 1);
        assert_eq!(fs::read_dir(blobs.staging()).unwrap().count(), 0);
        let mut text = String::new();
        blobs
            .open_blob(id)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "kept");
    }
}
