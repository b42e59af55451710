//! Where the files of a site come from.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use std::io;
use std::path::PathBuf;

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
        let _ = (&self.folder, path, range);
        todo!()
    }
}
