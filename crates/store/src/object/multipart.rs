//! Writing objects whose bytes come as a stream, with bounded memory.

use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use md5::{Digest as _, Md5};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::write::{Attempted, Condition, attempts, once};
use crate::{Bucket, Conditional, ETag, ErrorKind, PutOptions, StoreError};

const UPLOAD: &str = "upload";
/// Bytes of every part but the last. S3 takes no less than 5 MiB.
const PART_SIZE: usize = 8 << 20;
/// Parts of one upload on their way at once; one more is being filled meanwhile.
const PARTS_IN_FLIGHT: usize = 4;
/// Parts that S3 takes.
const MAX_PARTS: i32 = 10_000;

/// An object that was written from a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// The version of its content.
    pub etag: ETag,
    /// Its bytes.
    pub size: u64,
}

/// An upload failed. Nothing of it stays: neither the object nor parts of it.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The bytes could not be read to their end.
    #[error("the bytes to upload cannot be read")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// More bytes came than S3 takes in this many parts.
    #[error("the bytes to upload are more than {MAX_PARTS} parts of {PART_SIZE} bytes")]
    TooLarge,
    /// S3 did not take them.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Bucket {
    /// Writes an object from a stream, whatever was there.
    ///
    /// At most five parts of 8 MiB are in memory; what fits into one is written by one call. The
    /// object appears when all of it has arrived, or not at all.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn upload<S, E>(
        &self,
        key: &str,
        bytes: S,
        options: &PutOptions,
    ) -> Result<Uploaded, UploadError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match self
            .upload_when(key, bytes, options, Condition::None)
            .await?
        {
            Conditional::Written(uploaded) => Ok(uploaded),
            // S3 refused for a condition that nobody set.
            Conditional::Refused => {
                Err(self.failure_of(UPLOAD, key, ErrorKind::Precondition).into())
            }
        }
    }

    /// Writes an object from a stream unless there is one when the last byte has arrived.
    ///
    /// # Errors
    /// [`UploadError`], but never for the condition.
    pub async fn upload_if_absent<S, E>(
        &self,
        key: &str,
        bytes: S,
        options: &PutOptions,
    ) -> Result<Conditional<Uploaded>, UploadError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.upload_when(key, bytes, options, Condition::Absent)
            .await
    }

    async fn upload_when<S, E>(
        &self,
        key: &str,
        bytes: S,
        options: &PutOptions,
        condition: Condition<'_>,
    ) -> Result<Conditional<Uploaded>, UploadError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut bytes = Box::pin(bytes);
        let mut parts = Parts::new(&mut bytes);
        let first = parts.next().await?.unwrap_or_default();
        if first.len() < PART_SIZE {
            return Ok(self.put_whole(key, first, options, condition).await?);
        }
        let upload = Upload::begin(self, key, options).await?;
        upload.finish_with(first, parts, condition).await
    }

    async fn put_whole(
        &self,
        key: &str,
        bytes: Bytes,
        options: &PutOptions,
        condition: Condition<'_>,
    ) -> Result<Conditional<Uploaded>, StoreError> {
        let size = bytes.len() as u64;
        let uploaded = |etag| Conditional::Written(Uploaded { etag, size });
        if matches!(condition, Condition::None) {
            return Ok(uploaded(self.put(key, bytes, options).await?));
        }
        let put = self.put_conditionally(key, bytes, options, condition);
        Ok(match put.await? {
            Conditional::Written(etag) => uploaded(etag),
            Conditional::Refused => Conditional::Refused,
        })
    }
}

/// Cuts a stream into parts.
struct Parts<'a, S> {
    bytes: &'a mut S,
    buffer: BytesMut,
}

impl<'a, S, E> Parts<'a, S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn new(bytes: &'a mut S) -> Self {
        Self {
            bytes,
            buffer: BytesMut::new(),
        }
    }

    /// The next part: [`PART_SIZE`] bytes, or the fewer that are left; `None` when none are.
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        while self.buffer.len() < PART_SIZE {
            match self.bytes.next().await {
                Some(Ok(bytes)) => self.buffer.extend_from_slice(&bytes),
                Some(Err(error)) => return Err(UploadError::Source(error.into())),
                None => break,
            }
        }
        let length = self.buffer.len().min(PART_SIZE);
        let part = self.buffer.split_to(length).freeze();
        Ok(Some(part).filter(|part| !part.is_empty()))
    }
}

/// A multipart upload that is aborted unless it completes.
struct Upload {
    bucket: Bucket,
    key: String,
    id: String,
    sending: JoinSet<Result<CompletedPart, StoreError>>,
    permits: Arc<Semaphore>,
    size: u64,
    completed: bool,
}

impl Upload {
    async fn begin(bucket: &Bucket, key: &str, options: &PutOptions) -> Result<Self, StoreError> {
        let created = bucket
            .client
            .create_multipart_upload()
            .bucket(&bucket.name)
            .key(key)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .set_content_type(options.content_type.clone())
            .set_content_disposition(options.content_disposition.clone())
            .set_cache_control(options.cache_control.clone())
            .set_storage_class(options.storage_class())
            .set_expected_bucket_owner(bucket.owner.clone())
            .send()
            .await
            .map_err(|error| bucket.failure(UPLOAD, key, error))?;
        let id = created.upload_id;
        Ok(Self {
            id: id.ok_or_else(|| bucket.lacking(key, "an upload id"))?,
            bucket: bucket.clone(),
            key: key.to_owned(),
            sending: JoinSet::new(),
            permits: Arc::new(Semaphore::new(PARTS_IN_FLIGHT)),
            size: 0,
            completed: false,
        })
    }

    /// Sends `first` and what follows it, and completes the upload, or aborts it.
    async fn finish_with<S, E>(
        mut self,
        first: Bytes,
        rest: Parts<'_, S>,
        condition: Condition<'_>,
    ) -> Result<Conditional<Uploaded>, UploadError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let outcome = match self.send_all(first, rest).await {
            Ok(parts) => self.complete(parts, condition).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        if !matches!(outcome, Ok(Conditional::Written(_))) {
            self.sending.shutdown().await;
            abort(&self.bucket, &self.key, &self.id).await;
        }
        self.completed = true;
        outcome
    }

    async fn send_all<S, E>(
        &mut self,
        first: Bytes,
        mut rest: Parts<'_, S>,
    ) -> Result<Vec<CompletedPart>, UploadError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut sent = Vec::new();
        let mut next = Some(first);
        let mut number = 0;
        while let Some(part) = next {
            number += 1;
            if number > MAX_PARTS {
                return Err(UploadError::TooLarge);
            }
            self.send(number, part).await;
            while let Some(finished) = self.sending.try_join_next() {
                sent.push(joined(finished)?);
            }
            next = rest.next().await?;
        }
        while let Some(finished) = self.sending.join_next().await {
            sent.push(joined(finished)?);
        }
        sent.sort_by_key(|part| part.part_number);
        Ok(sent)
    }

    /// Starts to send a part as soon as fewer than [`PARTS_IN_FLIGHT`] are on their way.
    async fn send(&mut self, number: i32, bytes: Bytes) {
        self.size += bytes.len() as u64;
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let (bucket, key, id) = (self.bucket.clone(), self.key.clone(), self.id.clone());
        self.sending.spawn(async move {
            let _permit = permit;
            send_part(&bucket, &key, &id, number, bytes).await
        });
    }

    async fn complete(
        &self,
        parts: Vec<CompletedPart>,
        condition: Condition<'_>,
    ) -> Result<Conditional<Uploaded>, StoreError> {
        let written = |etag| {
            let size = self.size;
            Conditional::Written(Uploaded { etag, size })
        };
        let complete = || self.complete_once(&parts, condition);
        match attempts(complete).await? {
            Attempted::Done(etag) => Ok(written(etag)),
            // The upload is gone, or the condition no longer holds: the object's tag tells whether
            // that was an attempt whose answer was lost.
            Attempted::InDoubt(error) => {
                let there = self.bucket.head(&self.key).await.ok();
                let expected = multipart_etag(&parts);
                match there.filter(|there| Some(&there.etag) == expected.as_ref()) {
                    Some(there) => Ok(written(there.etag)),
                    None if *error.kind() == ErrorKind::Precondition => Ok(Conditional::Refused),
                    None => Err(error),
                }
            }
            Attempted::Refused(error) => match error.kind() {
                ErrorKind::Precondition => Ok(Conditional::Refused),
                _ => Err(error),
            },
        }
    }

    async fn complete_once(
        &self,
        parts: &[CompletedPart],
        condition: Condition<'_>,
    ) -> Result<ETag, StoreError> {
        let (if_none_match, if_match) = condition.headers();
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec()));
        let completed = self
            .bucket
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(&self.id)
            .multipart_upload(parts.build())
            .set_if_none_match(if_none_match)
            .set_if_match(if_match)
            .set_expected_bucket_owner(self.bucket.owner.clone())
            .customize()
            .config_override(once())
            .send()
            .await
            .map_err(|error| self.bucket.failure(UPLOAD, &self.key, error))?;
        let etag = completed.e_tag.map(ETag::new);
        etag.ok_or_else(|| self.bucket.lacking(&self.key, "an entity tag"))
    }
}

impl Drop for Upload {
    /// An upload whose future was dropped: its parts would be kept, and paid for.
    fn drop(&mut self) {
        if self.completed {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (bucket, key, id) = (self.bucket.clone(), self.key.clone(), self.id.clone());
            runtime.spawn(async move { abort(&bucket, &key, &id).await });
        }
    }
}

async fn send_part(
    bucket: &Bucket,
    key: &str,
    upload_id: &str,
    number: i32,
    bytes: Bytes,
) -> Result<CompletedPart, StoreError> {
    let output = bucket
        .client
        .upload_part()
        .bucket(&bucket.name)
        .key(key)
        .upload_id(upload_id)
        .part_number(number)
        .checksum_algorithm(ChecksumAlgorithm::Crc32)
        .body(ByteStream::from(bytes))
        .set_expected_bucket_owner(bucket.owner.clone())
        .send()
        .await
        .map_err(|error| bucket.failure(UPLOAD, key, error))?;
    let etag = output
        .e_tag
        .ok_or_else(|| bucket.lacking(key, "an entity tag"))?;
    Ok(CompletedPart::builder()
        .part_number(number)
        .e_tag(etag)
        .set_checksum_crc32(output.checksum_crc32)
        .build())
}

/// Frees the parts. Where that fails the bucket's lifecycle rule frees them later.
async fn abort(bucket: &Bucket, key: &str, upload_id: &str) {
    let aborted = bucket
        .client
        .abort_multipart_upload()
        .bucket(&bucket.name)
        .key(key)
        .upload_id(upload_id)
        .set_expected_bucket_owner(bucket.owner.clone())
        .send()
        .await;
    if let Err(error) = aborted {
        let error = bucket.failure("abort the upload of", key, error);
        tracing::warn!(%error, "parts of an upload are left behind");
    }
}

/// What a task made of its part; a panic in it goes on here.
fn joined(
    finished: Result<Result<CompletedPart, StoreError>, tokio::task::JoinError>,
) -> Result<CompletedPart, StoreError> {
    finished.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// The tag that an object of these parts gets: the MD5 of the parts' MD5s, and their number.
///
/// `None` where a part's tag is no MD5, as under keys of one's own.
fn multipart_etag(parts: &[CompletedPart]) -> Option<ETag> {
    let mut digest = Md5::new();
    for part in parts {
        let hex = part.e_tag.as_deref()?.trim_matches('"');
        digest.update(u128::from_str_radix(hex, 16).ok()?.to_be_bytes());
    }
    let digest = u128::from_be_bytes(digest.finalize().into());
    Some(ETag::new(format!("\"{digest:032x}-{}\"", parts.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_parts_is_the_digest_of_their_digests() {
        let part = |etag: &str| CompletedPart::builder().e_tag(etag).build();
        // Twice the MD5 of nothing: MD5(d41d8cd98f00b204e9800998ecf8427e × 2) by `md5sum`.
        let parts = [
            part("\"d41d8cd98f00b204e9800998ecf8427e\""),
            part("\"d41d8cd98f00b204e9800998ecf8427e\""),
        ];
        assert_eq!(
            multipart_etag(&parts),
            Some(ETag::new("\"5873dd45edd01f09c1ef2e7819369e8e-2\""))
        );
        assert_eq!(multipart_etag(&[part("\"not an MD5\"")]), None);
    }

    #[tokio::test]
    async fn parts_are_full_but_the_last() {
        let piece = Bytes::from(vec![7; PART_SIZE / 2 + 1]);
        let pieces = [piece.clone(), Bytes::new(), piece.clone(), piece];
        let mut stream = futures_util::stream::iter(pieces.map(Ok::<_, std::io::Error>));
        let mut parts = Parts::new(&mut stream);
        let mut lengths = Vec::new();
        while let Some(part) = parts.next().await.expect("a part") {
            lengths.push(part.len());
        }
        assert_eq!(lengths, [PART_SIZE, PART_SIZE / 2 + 3]);
    }
}
