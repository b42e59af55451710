//! The file that an output is saved to: whole, or not there.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

/// A file that is about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    path: PathBuf,
    overwrite: bool,
}

/// An output cannot be saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputFileError {
    /// There is a file already, and it must not be replaced.
    #[error("`{}` exists", .0.display())]
    Exists(PathBuf),
    /// The path names a folder, or nothing at all.
    #[error("`{}` is no name of a file", .0.display())]
    NotAFile(PathBuf),
    /// The disk is full. Nothing was left behind.
    #[error("the disk is full: `{}` does not fit", .0.display())]
    DiskFull(PathBuf),
    /// The system refuses.
    #[error("`{}` cannot be written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl OutputFile {
    /// Checks, before anything is rendered, whether `path` can be written as asked for, and makes
    /// its folder.
    ///
    /// # Errors
    /// [`OutputFileError`].
    pub fn new(path: impl Into<PathBuf>, overwrite: bool) -> Result<Self, OutputFileError> {
        let file = Self {
            path: path.into(),
            overwrite,
        };
        if file.path.file_name().is_none() || file.path.is_dir() {
            return Err(OutputFileError::NotAFile(file.path));
        }
        if !overwrite && file.path.symlink_metadata().is_ok() {
            return Err(OutputFileError::Exists(file.path));
        }
        let made = std::fs::create_dir_all(file.folder());
        made.map_err(|source| file.failure(source))?;
        Ok(file)
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all of `bytes` under another name beside the file, and gives it its own in the end.
    pub(crate) async fn save<S, E>(
        &self,
        bytes: S,
        mut written: impl FnMut(u64),
    ) -> Result<u64, SaveError<E>>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let failure = |source| SaveError::File(self.failure(source));
        let temporary = self.temporary().map_err(failure)?;
        let file = temporary.reopen().map_err(failure)?;
        let mut file = tokio::fs::File::from_std(file);
        let mut bytes = std::pin::pin!(bytes);
        let mut length = 0;
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(SaveError::Source)?;
            file.write_all(&piece).await.map_err(failure)?;
            length += piece.len() as u64;
            written(length);
        }
        file.flush().await.map_err(failure)?;
        file.sync_all().await.map_err(failure)?;
        self.persist(temporary).map_err(SaveError::File)?;
        Ok(length)
    }

    /// A file beside the final one, which vanishes unless it is renamed.
    fn temporary(&self) -> io::Result<NamedTempFile> {
        tempfile::Builder::new()
            .prefix(".framewright-")
            .suffix(".part")
            // What the user's mask leaves of it, as for any other file.
            .permissions(std::fs::Permissions::from_mode(0o666))
            .tempfile_in(self.folder())
    }

    fn persist(&self, temporary: NamedTempFile) -> Result<(), OutputFileError> {
        let persisted = if self.overwrite {
            temporary.persist(&self.path)
        } else {
            temporary.persist_noclobber(&self.path)
        };
        match persisted {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(OutputFileError::Exists(self.path.clone()))
            }
            Err(error) => Err(self.failure(error.error)),
        }
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }

    fn failure(&self, source: io::Error) -> OutputFileError {
        let path = self.path.clone();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                OutputFileError::DiskFull(path)
            }
            _ => OutputFileError::Io { path, source },
        }
    }
}

/// Why a stream was not saved.
#[derive(Debug)]
pub(crate) enum SaveError<E> {
    /// The stream itself.
    Source(E),
    /// The file.
    File(OutputFileError),
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn pieces(ends_well: bool) -> impl Stream<Item = Result<Bytes, &'static str>> {
        let end = if ends_well {
            Ok("lo".into())
        } else {
            Err("cut")
        };
        stream::iter([Ok("hel".into()), end])
    }

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    }

    #[tokio::test]
    async fn an_output_is_whole_or_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("made/out.mp4");
        let file = OutputFile::new(&path, false).expect("a free name");
        let cut = file.save(pieces(false), |_| {}).await;
        assert!(matches!(cut, Err(SaveError::Source("cut"))));
        assert_eq!(names_in(&folder.path().join("made")), [""; 0]);
        let mut seen = Vec::new();
        let length = file.save(pieces(true), |n| seen.push(n)).await;
        assert_eq!(length.expect("saved"), 5);
        assert_eq!(seen, [3, 5]);
        assert_eq!(std::fs::read(&path).expect("a file"), b"hello");
        assert_eq!(names_in(&folder.path().join("made")), ["out.mp4"]);
    }

    #[tokio::test]
    async fn a_file_is_replaced_only_when_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.mp4");
        let early = OutputFile::new(&path, false).expect("a free name");
        std::fs::write(&path, "old").expect("written");
        assert!(matches!(
            OutputFile::new(&path, false),
            Err(OutputFileError::Exists(_))
        ));
        // Somebody was faster than the render.
        let late = early.save(pieces(true), |_| {}).await;
        assert!(matches!(
            late,
            Err(SaveError::File(OutputFileError::Exists(_)))
        ));
        assert_eq!(std::fs::read(&path).expect("a file"), b"old");
        let replacing = OutputFile::new(&path, true).expect("overwriting");
        replacing.save(pieces(true), |_| {}).await.expect("saved");
        assert_eq!(std::fs::read(&path).expect("a file"), b"hello");
        assert_eq!(names_in(folder.path()), ["out.mp4"]);
    }

    #[test]
    fn a_folder_is_no_output() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = OutputFile::new(folder.path(), true);
        assert!(matches!(refused, Err(OutputFileError::NotAFile(_))));
    }

    #[tokio::test]
    async fn a_full_disk_has_a_name() {
        let file = OutputFile {
            path: "out.mp4".into(),
            overwrite: true,
        };
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(
            file.failure(full).to_string(),
            "the disk is full: `out.mp4` does not fit"
        );
    }
}
