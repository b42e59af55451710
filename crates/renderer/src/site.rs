//! Where the files of a site come from.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use std::io;
use std::path::PathBuf;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// How much of a local file is read at once.
const PIECE_BYTES: usize = 256 * 1024;

/// The files of a Remotion bundle.
///
/// A path is relative to the folder that holds `index.html`, percent-decoded, without a leading slash, and has no
/// empty, `.` or `..` part.
pub trait SiteFiles: Send + Sync + 'static {
    /// Opens the file at `path`, or the bytes `range` of it.
    ///
    /// Only what the returned body is read for should be fetched: Chrome and ffmpeg ask for one range and drop the
    /// body when they have seen enough.
    fn open<'a>(
        &'a self,
        path: &'a str,
        range: Option<ByteRange>,
    ) -> BoxFuture<'a, Result<Opened, SiteFileError>>;
}

/// Bytes of a file, as a request asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From the first offset to the last, which is included; to the end of the file where there is none.
    From(u64, Option<u64>),
    /// This many bytes at the end of the file.
    Last(u64),
}

impl ByteRange {
    /// The bytes of a file of `size` bytes, as (offset, length). `None` if the file has none of them.
    #[must_use]
    pub fn within(self, size: u64) -> Option<(u64, u64)> {
        match self {
            Self::From(first, last) => {
                let end = last.map_or(size, |last| last.saturating_add(1).min(size));
                (first < end).then(|| (first, end - first))
            }
            Self::Last(0) => None,
            Self::Last(count) => {
                let length = count.min(size);
                (length > 0).then(|| (size - length, length))
            }
        }
    }
}

/// A file, opened.
pub struct Opened {
    /// Size of the whole file in bytes.
    pub size: u64,
    /// Where the body starts, in bytes; 0 unless a range was asked for.
    pub offset: u64,
    /// How many bytes the body has.
    pub length: u64,
    /// The media type. Where it is `None`, the ending of the name decides.
    pub content_type: Option<String>,
    /// The bytes.
    pub body: BoxStream<'static, io::Result<Bytes>>,
}

/// A file of a site could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SiteFileError {
    /// The site has no such file.
    #[error("the site has no file `{0}`")]
    NotFound(String),
    /// The file has none of the bytes asked for.
    #[error("the file has {size} bytes, and none in the range asked for")]
    OutOfRange {
        /// Size of the file in bytes.
        size: u64,
    },
    /// Its store failed.
    #[error("the file could not be read")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A bundle in a local folder.
#[derive(Debug, Clone)]
pub struct FolderSite {
    folder: PathBuf,
}

impl FolderSite {
    /// The bundle whose `index.html` is in `folder`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }
}

impl SiteFiles for FolderSite {
    fn open<'a>(
        &'a self,
        path: &'a str,
        range: Option<ByteRange>,
    ) -> BoxFuture<'a, Result<Opened, SiteFileError>> {
        async move {
            let absent = || SiteFileError::NotFound(path.to_owned());
            let failed = |error: io::Error| match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => absent(),
                _ => SiteFileError::Store(error.into()),
            };
            let mut file = File::open(self.folder.join(path)).await.map_err(failed)?;
            let metadata = file.metadata().await.map_err(failed)?;
            if !metadata.is_file() {
                return Err(absent());
            }
            let size = metadata.len();
            let (offset, length) = match range {
                None => (0, size),
                Some(range) => range
                    .within(size)
                    .ok_or(SiteFileError::OutOfRange { size })?,
            };
            file.seek(io::SeekFrom::Start(offset))
                .await
                .map_err(failed)?;
            Ok(Opened {
                size,
                offset,
                length,
                content_type: None,
                body: ReaderStream::with_capacity(file.take(length), PIECE_BYTES).boxed(),
            })
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    #[test]
    fn ranges_are_cut_to_the_file() {
        assert_eq!(ByteRange::From(2, Some(4)).within(10), Some((2, 3)));
        assert_eq!(ByteRange::From(2, Some(99)).within(10), Some((2, 8)));
        assert_eq!(ByteRange::From(2, None).within(10), Some((2, 8)));
        assert_eq!(ByteRange::From(10, None).within(10), None);
        assert_eq!(ByteRange::Last(3).within(10), Some((7, 3)));
        assert_eq!(ByteRange::Last(30).within(10), Some((0, 10)));
        assert_eq!(ByteRange::Last(0).within(10), None);
        assert_eq!(ByteRange::Last(1).within(0), None);
    }

    #[tokio::test]
    async fn a_folder_gives_files_and_parts_of_them() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("public")).unwrap();
        std::fs::write(folder.path().join("public/a.txt"), "0123456789").unwrap();
        let site = FolderSite::new(folder.path());
        let read = async |range| {
            let opened = site.open("public/a.txt", range).await.unwrap();
            let pieces: Vec<Bytes> = opened.body.try_collect().await.unwrap();
            (opened.offset, opened.size, pieces.concat())
        };
        assert_eq!(read(None).await, (0, 10, b"0123456789".to_vec()));
        assert_eq!(
            read(Some(ByteRange::From(3, Some(4)))).await,
            (3, 10, b"34".to_vec())
        );
        for absent in ["public", "public/b.txt", "public/a.txt/c"] {
            assert!(
                matches!(
                    site.open(absent, None).await,
                    Err(SiteFileError::NotFound(_))
                ),
                "{absent}"
            );
        }
        let beyond = site
            .open("public/a.txt", Some(ByteRange::From(10, None)))
            .await;
        assert!(matches!(
            beyond,
            Err(SiteFileError::OutOfRange { size: 10 })
        ));
    }
}
