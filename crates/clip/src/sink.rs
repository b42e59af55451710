//! Storing a clip.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use media::cut::{Format, Indexed};
use store::{Bucket, NotStored, PutOptions, UploadError, Uploaded, upload_while};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncSeekExt as _, SeekFrom};
use tokio_util::io::ReaderStream;

/// Bytes that are read at once.
const PIECE: usize = 1 << 18;

/// Where a clip goes.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    pub(crate) bucket: Bucket,
    pub(crate) key: String,
}

impl Sink {
    /// Stores a file, the new index first.
    pub(crate) async fn store_file(
        &self,
        indexed: Indexed,
        format: Format,
    ) -> Result<Uploaded, UploadError> {
        let file = async {
            let mut file = tokio::fs::File::open(&indexed.path).await?;
            file.seek(SeekFrom::Start(indexed.body.start)).await?;
            io::Result::Ok(file.take(indexed.body.end - indexed.body.start))
        };
        let file = file
            .await
            .map_err(|error| UploadError::Source(error.into()))?;
        let head = stream::iter([Ok(Bytes::from(indexed.head))]);
        self.store(head.chain(ReaderStream::with_capacity(file, PIECE)), format)
            .await
    }

    /// Stores `bytes` as they come, unless `outcome` tells after the last of them that they are of no use.
    pub(crate) async fn store_stream<T, E>(
        &self,
        bytes: impl AsyncRead + Send,
        format: Format,
        outcome: impl Future<Output = Result<T, E>>,
    ) -> Result<(Uploaded, T), NotStored<E>> {
        let bytes = ReaderStream::with_capacity(bytes, PIECE);
        upload_while(outcome, bytes, |bytes| self.store(bytes, format)).await
    }

    async fn store(
        &self,
        bytes: impl Stream<Item = io::Result<Bytes>> + Send,
        format: Format,
    ) -> Result<Uploaded, UploadError> {
        let options = PutOptions::content_type(format.content_type());
        self.bucket.upload(&self.key, bytes, &options).await
    }
}
