//! Unpacked code and layers, by content.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::function::Package;
use super::unzip::{UnzipError, unzip};
use crate::authn::hex;

/// The folders of everything that was unpacked. A cheap handle.
///
/// A folder is named after the SHA-256 of its zip, is complete once it has that
/// name, and never changes.
#[derive(Debug, Clone)]
pub(super) struct Packages {
    folder: Arc<Path>,
}

impl Packages {
    /// Packages in a folder, which is made if it is not there.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let packages = Self {
            folder: folder.into(),
        };
        for kind in [packages.single(), packages.merged()] {
            fs::create_dir_all(kind)?;
        }
        Ok(packages)
    }

    /// Where temporary files belong that become packages.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Unpacks a zip that is in memory.
    pub(super) async fn unpack(&self, zip: Bytes) -> Result<Package, UnzipError> {
        let packages = self.clone();
        blocking(move || packages.take_in(Cursor::new(zip))).await
    }

    /// Unpacks a zip that is in a file.
    pub(super) async fn unpack_file(&self, zip: File) -> Result<Package, UnzipError> {
        let packages = self.clone();
        blocking(move || packages.take_in(io::BufReader::new(zip))).await
    }

    /// Where a package is.
    pub(super) fn path(&self, package: &Package) -> PathBuf {
        self.single().join(folder_name(&package.sha256))
    }

    /// Lays layers over each other, later ones above. Nothing if there are none.
    pub(super) async fn merge(&self, layers: Vec<Package>) -> Result<Option<PathBuf>, UnzipError> {
        match layers.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(self.path(one))),
            _ => {
                let packages = self.clone();
                blocking(move || packages.lay_over(&layers).map(Some)).await
            }
        }
    }

    /// Removes what no function and no layer version names.
    pub(super) fn collect_garbage(&self, named: &HashSet<&str>) -> io::Result<()> {
        let kept: HashSet<String> = named.iter().map(|sha256| folder_name(sha256)).collect();
        for entry in fs::read_dir(self.single())? {
            let entry = entry?;
            if !kept.contains(entry.file_name().to_string_lossy().as_ref()) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        // Links to what was unpacked: made again when they are needed.
        fs::remove_dir_all(self.merged())?;
        fs::create_dir_all(self.merged())
    }

    fn single(&self) -> PathBuf {
        self.folder.join("unpacked")
    }

    fn merged(&self) -> PathBuf {
        self.folder.join("merged")
    }

    fn take_in(&self, mut zip: impl Read + Seek) -> Result<Package, UnzipError> {
        let mut hash = Sha256::new();
        let size = io::copy(&mut zip, &mut Hashing(&mut hash))?;
        zip.rewind()?;
        let sha256 = STANDARD.encode(hash.finalize());
        let target = self.single().join(folder_name(&sha256));
        let unpacked_size = if target.exists() {
            bytes_below(&target)?
        } else {
            let staging = Staging::make(&self.single())?;
            let unpacked = unzip(zip, &staging.0)?;
            staging.publish(&target)?;
            unpacked
        };
        Ok(Package {
            sha256,
            size,
            unpacked_size,
        })
    }

    fn lay_over(&self, layers: &[Package]) -> Result<PathBuf, UnzipError> {
        let mut name = Sha256::new();
        for layer in layers {
            name.update(layer.sha256.as_bytes());
        }
        let target = self.merged().join(hex(&name.finalize()));
        if !target.exists() {
            let staging = Staging::make(&self.merged())?;
            for layer in layers {
                link_tree(&self.path(layer), &staging.0)?;
            }
            staging.publish(&target)?;
        }
        Ok(target)
    }
}

/// A folder that is removed unless it is published.
struct Staging(PathBuf);

impl Staging {
    fn make(parent: &Path) -> io::Result<Self> {
        let folder = parent.join(format!("staging-{}", Uuid::new_v4().simple()));
        fs::create_dir(&folder)?;
        Ok(Self(folder))
    }

    fn publish(self, target: &Path) -> io::Result<()> {
        match fs::rename(&self.0, target) {
            // Another call has unpacked the same.
            Err(_) if target.exists() => Ok(()),
            other => other,
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        match fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(folder = %self.0.display(), %error, "a staging folder is left behind");
            }
            _ => {}
        }
    }
}

struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The folder of a zip: its hash in hexadecimal, since base64 has slashes.
fn folder_name(sha256: &str) -> String {
    hex(&STANDARD.decode(sha256).unwrap_or_default())
}

/// Links every file of one tree into another, over what is there.
fn link_tree(from: &Path, into: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), into.join(entry.file_name()));
        let kind = entry.file_type()?;
        let there = fs::symlink_metadata(&target).ok();
        if kind.is_dir() {
            if there.is_some_and(|there| !there.is_dir()) {
                fs::remove_file(&target)?;
            }
            fs::create_dir_all(&target)?;
            link_tree(&source, &target)?;
            continue;
        }
        match there {
            Some(there) if there.is_dir() => fs::remove_dir_all(&target)?,
            Some(_) => fs::remove_file(&target)?,
            None => {}
        }
        if kind.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
        } else if fs::hard_link(&source, &target).is_err() {
            // Some file systems have no hard links, or no more for this file.
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

fn bytes_below(folder: &Path) -> io::Result<u64> {
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            total += bytes_below(&entry.path())?;
        } else if metadata.is_file() {
            total += metadata.len();
        }
    }
    Ok(total)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UnzipError> + Send + 'static,
) -> Result<T, UnzipError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(io::Error::other(error).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn pack(entries: &[(&str, &str)]) -> Bytes {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner().into()
    }

    #[tokio::test]
    async fn the_same_zip_is_unpacked_once() {
        let root = tempfile::tempdir().unwrap();
        let packages = Packages::open(root.path()).unwrap();
        let zip = pack(&[("a", "1234")]);
        let first = packages.unpack(zip.clone()).await.unwrap();
        assert_eq!(first, packages.unpack(zip).await.unwrap());
        assert_eq!(first.unpacked_size, 4);
        assert_eq!(fs::read_dir(packages.single()).unwrap().count(), 1);
        packages.collect_garbage(&HashSet::new()).unwrap();
        assert!(!packages.path(&first).exists());
    }

    #[tokio::test]
    async fn later_layers_lie_above() {
        let root = tempfile::tempdir().unwrap();
        let packages = Packages::open(root.path()).unwrap();
        let lower = packages
            .unpack(pack(&[
                ("bin/tool", "lower"),
                ("lib/only", "x"),
                ("turns", "file"),
            ]))
            .await
            .unwrap();
        let upper = packages
            .unpack(pack(&[("bin/tool", "upper"), ("turns/into", "folder")]))
            .await
            .unwrap();
        let merged = packages.merge(vec![lower.clone(), upper]).await.unwrap();
        let merged = merged.unwrap();
        let read = |name: &str| fs::read_to_string(merged.join(name)).unwrap();
        assert_eq!(read("bin/tool"), "upper");
        assert_eq!(read("lib/only"), "x");
        assert_eq!(read("turns/into"), "folder");
        let untouched = packages.path(&lower).join("bin/tool");
        assert_eq!(fs::read_to_string(untouched).unwrap(), "lower");
    }
}
