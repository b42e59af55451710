//! Zips and tars whose bytes depend on their contents alone.

use std::fs::File;
use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// A file of an archive.
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
    mode: u32,
    /// What is compressed already only takes longer to compress again.
    compressed: bool,
}

impl Entry {
    pub(super) fn file(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            path: path.into(),
            bytes,
            mode: 0o644,
            compressed: false,
        }
    }

    pub(super) fn program(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            mode: 0o755,
            ..Self::file(path, bytes)
        }
    }

    pub(super) fn compressed(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            compressed: true,
            ..Self::file(path, bytes)
        }
    }
}

/// Writes `entries` in the order of their paths as a zip. A reader never finds half of it under the final name.
pub(super) fn write(zip: &Path, mut entries: Vec<Entry>) -> Result<()> {
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in &entries {
        let method = if entry.compressed {
            CompressionMethod::Stored
        } else {
            CompressionMethod::Deflated
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(entry.mode);
        writer.start_file(entry.path.as_str(), options)?;
        writer.write_all(&entry.bytes)?;
    }
    let packed = writer.finish()?.into_inner();
    if let Some(folder) = zip.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
    }
    let half = zip.with_extension("zip.part");
    std::fs::write(&half, packed).with_context(|| format!("could not write {}", half.display()))?;
    std::fs::rename(&half, zip).with_context(|| format!("could not write {}", zip.display()))
}

/// Bytes of what a zip holds.
pub(super) fn unzipped(zip: &Path) -> Result<u64> {
    let file = File::open(zip).with_context(|| format!("could not read {}", zip.display()))?;
    let mut archive = ZipArchive::new(file)?;
    (0..archive.len()).try_fold(
        0,
        |sum, index| Ok(sum + archive.by_index_raw(index)?.size()),
    )
}

/// `entries` in the order of their paths as a tar.
pub(super) fn tar(mut entries: Vec<Entry>) -> Result<Vec<u8>> {
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let mut tar = tar::Builder::new(Vec::new());
    for entry in &entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(entry.mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        tar.append_data(&mut header, &entry.path, entry.bytes.as_slice())?;
    }
    Ok(tar.into_inner()?)
}

#[cfg(test)]
mod tests {
    use super::{Entry, tar, unzipped, write};

    fn entries() -> Vec<Entry> {
        vec![
            Entry::program("bin/b", b"program".to_vec()),
            Entry::file("a", b"text".to_vec()),
        ]
    }

    #[test]
    fn the_same_contents_are_the_same_bytes() {
        let folder = std::env::temp_dir().join(format!("framewright-zip-{}", std::process::id()));
        let (one, other) = (folder.join("one.zip"), folder.join("other.zip"));
        write(&one, entries()).unwrap();
        write(&other, entries().into_iter().rev().collect()).unwrap();
        let bytes = [&one, &other].map(|zip| std::fs::read(zip).unwrap());
        let size = unzipped(&one).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(bytes[0], bytes[1]);
        assert_eq!(size, 11);
        assert_eq!(
            tar(entries()).unwrap(),
            tar(entries().into_iter().rev().collect()).unwrap()
        );
    }
}
