//! Storing a clip.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use media::cut::{Format, Indexed};
use store::{Bucket, PutOptions, UploadError, Uploaded};
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
        outcome: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<(Uploaded, T), Stored<E>>
    where
        T: Send,
        E: Send,
    {
        let bytes = ReaderStream::with_capacity(bytes, PIECE);
        let (mut made, mut failed) = (None, None);
        // The upload must not be completed before it is known that all of the clip came.
        let end = stream::once(async {
            match outcome.await {
                Ok(outcome) => {
                    made = Some(outcome);
                    Ok(Bytes::new())
                }
                Err(error) => {
                    failed = Some(error);
                    Err(io::Error::other("the clip broke off"))
                }
            }
        });
        let stored = self.store(bytes.chain(end), format).await;
        match (stored, made, failed) {
            (_, _, Some(error)) => Err(Stored::Broken(error)),
            (Ok(uploaded), Some(outcome), None) => Ok((uploaded, outcome)),
            (Err(error), _, None) => Err(Stored::Refused(error)),
            (Ok(_), None, None) => Err(Stored::Refused(UploadError::Source(
                "the clip was stored before its end".into(),
            ))),
        }
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

/// Why a stream was not stored.
#[derive(Debug)]
pub(crate) enum Stored<E> {
    /// It broke off.
    Broken(E),
    /// S3 did not take it.
    Refused(UploadError),
}
