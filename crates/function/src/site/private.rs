//! A private site, read from its bucket with the function's role.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use protocol::site::{File, Manifest, SiteId};
use renderer::{ByteRange, Opened, SiteFileError, SiteFiles};
use store::{Bucket, StoreError};

use super::cache::{Cache, MAX_FILE_BYTES};
use crate::documents::{self, DocumentError};

/// One version of a private site. Nothing is read before somebody asks for it, and of large files only the ranges
/// that somebody asks for.
pub(crate) struct PrivateSite {
    bucket: Bucket,
    id: SiteId,
    files: HashMap<String, File>,
    cache: Arc<Cache>,
    /// The first file that the role may not read.
    denial: OnceLock<String>,
}

/// A version of a site cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// It is gone.
    #[error("version `{version}` of site `{site}` does not exist: it was deployed anew or deleted")]
    Gone { site: SiteId, version: String },
    /// Its manifest cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

impl PrivateSite {
    /// Opens a version of a site by its manifest.
    ///
    /// # Errors
    /// [`OpenError`]
    pub(crate) async fn open(
        bucket: Bucket,
        id: SiteId,
        version: &str,
        cache: Arc<Cache>,
    ) -> Result<Self, OpenError> {
        let manifest: Option<documents::Versioned<Manifest>> =
            documents::read(&bucket, &id.manifest_key(version)).await?;
        let Some(manifest) = manifest else {
            return Err(OpenError::Gone {
                site: id,
                version: version.to_owned(),
            });
        };
        let files = manifest
            .document
            .files
            .into_iter()
            .map(|file| (file.path.clone(), file));
        Ok(Self {
            bucket,
            id,
            files: files.collect(),
            cache,
            denial: OnceLock::new(),
        })
    }

    /// The key of the content of the file at `path`.
    pub(crate) fn content_key(&self, path: &str) -> Option<String> {
        self.files
            .get(path)
            .map(|file| self.id.content_key(&file.sha256))
    }

    /// Why the role may not read a file that was asked for. The page learns a status alone.
    pub(crate) fn denial(&self) -> Option<&str> {
        self.denial.get().map(String::as_str)
    }

    fn failed(&self, error: StoreError) -> SiteFileError {
        if error.is_denied() {
            // The first stays: later ones follow from it, or are of the same kind.
            self.denial.get_or_init(|| error.to_string());
        }
        SiteFileError::Store(Box::new(error))
    }

    /// The bucket that the contents are in.
    pub(crate) fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    async fn open_file(
        &self,
        path: &str,
        range: Option<ByteRange>,
    ) -> Result<Opened, SiteFileError> {
        let file = self
            .files
            .get(path)
            .ok_or_else(|| SiteFileError::NotFound(path.to_owned()))?;
        let (offset, length) = match range {
            None => (0, file.size),
            Some(range) => range
                .within(file.size)
                .ok_or(SiteFileError::OutOfRange { size: file.size })?,
        };
        let body = if file.size <= MAX_FILE_BYTES {
            let content = self
                .content(file)
                .await
                .map_err(|error| self.failed(error))?;
            let end = (offset + length).min(content.len() as u64);
            // Both ends lie in the content, which is in memory.
            let part = content.slice(offset.min(end) as usize..end as usize);
            stream::once(async { Ok(part) }).boxed()
        } else {
            self.part(file, offset, length)
                .await
                .map_err(|error| self.failed(error))?
        };
        Ok(Opened {
            size: file.size,
            offset,
            length,
            content_type: Some(file.content_type.clone()),
            body,
        })
    }

    /// The whole of a small file.
    async fn content(&self, file: &File) -> Result<Bytes, StoreError> {
        if let Some(content) = self.cache.get(&file.sha256) {
            return Ok(content);
        }
        let key = self.id.content_key(&file.sha256);
        let content = Box::pin(self.bucket.read(&key, MAX_FILE_BYTES))
            .await?
            .bytes;
        self.cache.keep(&file.sha256, content.clone());
        Ok(content)
    }

    /// A part of a large file, as it comes.
    async fn part(
        &self,
        file: &File,
        offset: u64,
        length: u64,
    ) -> Result<stream::BoxStream<'static, io::Result<Bytes>>, StoreError> {
        let key = self.id.content_key(&file.sha256);
        let range = store::ByteRange::Between(offset, offset + length.saturating_sub(1));
        let sparing = self
            .bucket
            .get_range_sparingly(&key, range, &self.cache.parts);
        let object = Box::pin(sparing).await?;
        Ok(object
            .into_stream()
            .map(|bytes| bytes.map_err(io::Error::other))
            .boxed())
    }
}

impl SiteFiles for PrivateSite {
    fn open<'a>(
        &'a self,
        path: &'a str,
        range: Option<ByteRange>,
    ) -> BoxFuture<'a, Result<Opened, SiteFileError>> {
        self.open_file(path, range).boxed()
    }
}
