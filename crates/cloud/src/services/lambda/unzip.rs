//! Unpacking what strangers packed.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use zip::ZipArchive;
use zip::read::ZipFile;

/// What a function's code or a layer may have when it is unpacked, in bytes.
pub(super) const MAX_UNPACKED_BYTES: u64 = 262_144_000;

/// Entries of one zip. AWS has no number; a quarter of a gigabyte of empty files
/// must still not fill a disk with inodes.
const MAX_ENTRIES: usize = 100_000;

/// The longest target of a symbolic link.
const MAX_LINK: u64 = 4096;

/// Why a zip was not unpacked.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnzipError {
    /// It is no zip, is damaged, or would write outside of its folder.
    #[error("the zip cannot be unpacked: {0}")]
    Malformed(String),
    /// It holds more than is allowed.
    #[error("the zip holds more than {MAX_UNPACKED_BYTES} bytes")]
    TooLarge,
    /// The disk failed.
    #[error("the unpacked files cannot be written")]
    Io(#[from] io::Error),
}

/// Unpacks a zip into a folder that is empty, durably; the bytes that its files have.
///
/// Names cannot lead out of the folder, and links are made last, so that nothing
/// is written through one. What a zip says about sizes is not believed. Files can
/// be read by everyone and written by nobody; execute permission is kept.
pub(super) fn unzip(zip: impl Read + Seek, into: &Path) -> Result<u64, UnzipError> {
    let mut archive = ZipArchive::new(zip).map_err(|error| malformed(&error))?;
    if archive.len() > MAX_ENTRIES {
        return Err(UnzipError::TooLarge);
    }
    let mut left = MAX_UNPACKED_BYTES;
    let mut links = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| malformed(&error))?;
        let Some(name) = entry.enclosed_name() else {
            let name = String::from_utf8_lossy(entry.name_raw());
            return Err(UnzipError::Malformed(format!("`{name}` leads out of it")));
        };
        let path = into.join(name);
        if entry.is_dir() {
            make_folder(&path)?;
        } else if entry.is_symlink() {
            links.push((link_target(entry)?, path));
        } else {
            write_file(&mut entry, &path, &mut left)?;
        }
    }
    for (target, path) in links {
        make_parent(&path)?;
        symlink(target, &path)?;
    }
    File::open(into)?.sync_all()?;
    Ok(MAX_UNPACKED_BYTES - left)
}

fn write_file<R: Read>(
    entry: &mut ZipFile<'_, R>,
    path: &Path,
    left: &mut u64,
) -> Result<(), UnzipError> {
    make_parent(path)?;
    let executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(if executable { 0o555 } else { 0o444 })
        .open(path)
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                UnzipError::Malformed(format!("`{}` is in it twice", path.display()))
            }
            _ => error.into(),
        })?;
    // One byte more than is left tells a zip that is too large from one that just fits.
    let mut content = entry.take(*left + 1);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        // An error of the reader is the zip's fault, one of the writer is ours.
        let read = content
            .read(&mut buffer)
            .map_err(|error| UnzipError::Malformed(error.to_string()))?;
        if read == 0 {
            break;
        }
        *left = left.checked_sub(read as u64).ok_or(UnzipError::TooLarge)?;
        file.write_all(&buffer[..read])?;
    }
    // The umask took bits away.
    let mode = if executable { 0o555 } else { 0o444 };
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()?;
    Ok(())
}

fn link_target<R: Read>(entry: ZipFile<'_, R>) -> Result<PathBuf, UnzipError> {
    let mut target = String::new();
    entry
        .take(MAX_LINK)
        .read_to_string(&mut target)
        .map_err(|error| UnzipError::Malformed(error.to_string()))?;
    Ok(target.into())
}

fn make_parent(path: &Path) -> Result<(), UnzipError> {
    path.parent().map_or(Ok(()), make_folder)
}

fn make_folder(path: &Path) -> Result<(), UnzipError> {
    fs::create_dir_all(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            UnzipError::Malformed(format!("`{}` is a file and a folder", path.display()))
        }
        _ => error.into(),
    })?;
    fs::set_permissions(path, Permissions::from_mode(0o755))?;
    Ok(())
}

fn malformed(error: &zip::result::ZipError) -> UnzipError {
    UnzipError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn pack(entries: &[(&str, &[u8], u32)]) -> Cursor<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content, mode) in entries {
            let options = SimpleFileOptions::default().unix_permissions(*mode);
            zip.start_file(*name, options).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap()
    }

    #[test]
    fn files_are_readable_and_keep_their_execute_permission() {
        let folder = tempfile::tempdir().unwrap();
        let zip = pack(&[("bootstrap", b"#!", 0o755), ("lib/a", b"abc", 0o600)]);
        assert_eq!(unzip(zip, folder.path()).unwrap(), 5);
        let mode = |name: &str| {
            let metadata = fs::metadata(folder.path().join(name)).unwrap();
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(mode("bootstrap"), 0o555);
        assert_eq!(mode("lib/a"), 0o444);
        assert_eq!(mode("lib"), 0o755);
    }

    #[test]
    fn names_cannot_lead_out() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("inner");
        fs::create_dir(&folder).unwrap();
        for name in ["../evil", "a/../../evil", "/../evil"] {
            let refused = unzip(pack(&[(name, b"x", 0o644)]), &folder);
            assert!(matches!(refused, Err(UnzipError::Malformed(_))), "{name}");
        }
        assert!(!root.path().join("evil").exists());
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let root = tempfile::tempdir().unwrap();
        let (folder, outside) = (root.path().join("inner"), root.path().join("outside"));
        fs::create_dir(&folder).unwrap();
        fs::create_dir(&outside).unwrap();
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_symlink("door", "../outside", SimpleFileOptions::default())
            .unwrap();
        zip.start_file("door/evil", SimpleFileOptions::default())
            .unwrap();
        zip.write_all(b"x").unwrap();
        // Whether it is refused or unpacked beside the link: not outside.
        let _ = unzip(zip.finish().unwrap(), &folder);
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    }

    #[test]
    fn bombs_are_defused() {
        let folder = tempfile::tempdir().unwrap();
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("zeros", SimpleFileOptions::default().large_file(true))
            .unwrap();
        let block = vec![0; 1024 * 1024];
        for _ in 0..251 {
            zip.write_all(&block).unwrap();
        }
        let packed = zip.finish().unwrap();
        assert!(packed.get_ref().len() < 1024 * 1024);
        let refused = unzip(packed, folder.path());
        assert!(matches!(refused, Err(UnzipError::TooLarge)));
    }

    #[test]
    fn what_is_no_zip_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = unzip(Cursor::new(b"no zip".to_vec()), folder.path());
        assert!(matches!(refused, Err(UnzipError::Malformed(_))));
    }
}
