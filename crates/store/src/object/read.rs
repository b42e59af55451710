//! Reading objects: heads, whole small documents, ranges as streams.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt as _, stream};

use super::range::{ByteRange, ContentRange};
use crate::{Bucket, ETag, ErrorKind, StoreError};

const READ: &str = "read";
/// How often one transfer is taken up again without a byte of progress in between.
const RESUMPTIONS: u32 = 3;

/// What S3 says about an object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// Bytes of the whole object.
    pub size: u64,
    /// The version of its content.
    pub etag: ETag,
    /// Its content type.
    pub content_type: Option<String>,
}

/// A whole object in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its bytes.
    pub bytes: Bytes,
    /// The version that these bytes are.
    pub etag: ETag,
}

/// An object, or a range of it, whose bytes are on their way.
#[derive(Debug)]
pub struct Object {
    head: ObjectHead,
    first: u64,
    length: u64,
    transfer: Transfer,
}

impl Bucket {
    /// What there is at `key`.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] where there is nothing, and the identity may list the bucket.
    pub async fn head(&self, key: &str) -> Result<ObjectHead, StoreError> {
        let head = self
            .client
            .head_object()
            .bucket(&self.name)
            .key(key)
            .set_expected_bucket_owner(self.owner.clone())
            .send()
            .await
            .map_err(|error| self.failure("look at", key, error))?;
        Ok(ObjectHead {
            size: self.length(key, head.content_length)?,
            etag: self.etag(key, head.e_tag)?,
            content_type: head.content_type,
        })
    }

    /// Reads the whole of a small object.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`], before a byte is read, when it has more than `limit` bytes.
    pub async fn read(&self, key: &str, limit: u64) -> Result<Document, StoreError> {
        let object = self.get(key).await?;
        if object.length > limit {
            return Err(self.failure_of(READ, key, ErrorKind::TooLarge { limit }));
        }
        let etag = object.head.etag.clone();
        let bytes = object.into_bytes().await?;
        Ok(Document { bytes, etag })
    }

    /// Opens an object from its first byte to its last.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] where there is nothing, and the identity may list the bucket.
    pub async fn get(&self, key: &str) -> Result<Object, StoreError> {
        self.open(key, None, None).await
    }

    /// Opens a range of an object.
    ///
    /// # Errors
    /// [`ErrorKind::Range`] when no byte of the object is meant.
    pub async fn get_range(&self, key: &str, range: ByteRange) -> Result<Object, StoreError> {
        self.open(key, Some(range), None).await
    }

    /// Opens a range of one version of an object.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] when the object is no longer that version.
    pub async fn get_range_of(
        &self,
        key: &str,
        version: &ETag,
        range: ByteRange,
    ) -> Result<Object, StoreError> {
        self.open(key, Some(range), Some(version)).await
    }

    async fn open(
        &self,
        key: &str,
        range: Option<ByteRange>,
        version: Option<&ETag>,
    ) -> Result<Object, StoreError> {
        let output = self.request(key, range, version).await?;
        let (first, length, size) = self.extent(key, range, &output)?;
        let etag = self.etag(key, output.e_tag)?;
        Ok(Object {
            first,
            length,
            transfer: Transfer {
                bucket: self.clone(),
                key: key.to_owned(),
                etag: etag.clone(),
                body: output.body,
                next: first,
                end: first + length,
                resumptions_left: RESUMPTIONS,
            },
            head: ObjectHead {
                size,
                etag,
                content_type: output.content_type,
            },
        })
    }

    async fn request(
        &self,
        key: &str,
        range: Option<ByteRange>,
        version: Option<&ETag>,
    ) -> Result<GetObjectOutput, StoreError> {
        self.client
            .get_object()
            .bucket(&self.name)
            .key(key)
            .set_range(range.map(|range| range.to_string()))
            .set_if_match(version.map(|etag| etag.as_str().to_owned()))
            // A range has no checksum of its own to compare with.
            .set_checksum_mode(range.is_none().then_some(ChecksumMode::Enabled))
            .set_expected_bucket_owner(self.owner.clone())
            .send()
            .await
            .map_err(|error| self.failure(READ, key, error))
    }

    /// First byte, length and size of the whole, checked against what was asked for.
    fn extent(
        &self,
        key: &str,
        asked: Option<ByteRange>,
        output: &GetObjectOutput,
    ) -> Result<(u64, u64, u64), StoreError> {
        let length = self.length(key, output.content_length)?;
        let Some(asked) = asked else {
            return Ok((0, length, length));
        };
        let header = output.content_range.as_deref().unwrap_or_default();
        match ContentRange::parse(header) {
            Some(got) if got.answers(asked) && got.length() == length => {
                Ok((got.first, length, got.size))
            }
            _ => {
                let what = format!("asked for `{asked}`, got `{header}` with {length} bytes");
                Err(self.failure_of(READ, key, ErrorKind::Inconsistent(what)))
            }
        }
    }

    fn length(&self, key: &str, header: Option<i64>) -> Result<u64, StoreError> {
        header
            .and_then(|length| u64::try_from(length).ok())
            .ok_or_else(|| self.lacking(key, "a length"))
    }

    fn etag(&self, key: &str, header: Option<String>) -> Result<ETag, StoreError> {
        header
            .map(ETag::new)
            .ok_or_else(|| self.lacking(key, "an entity tag"))
    }

    /// The answer to a call about `key` has no `what`, which S3 always sends.
    pub(super) fn lacking(&self, key: &str, what: &str) -> StoreError {
        let what = format!(
            "it has no {}",
            what.trim_start_matches("an ").trim_start_matches("a ")
        );
        self.failure_of(READ, key, ErrorKind::Inconsistent(what))
    }
}

impl Object {
    /// What S3 says about the whole object.
    pub fn head(&self) -> &ObjectHead {
        &self.head
    }

    /// The first byte of the object that is on its way.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many bytes are on their way.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes as they come.
    ///
    /// A connection that breaks is taken up again where it broke, at the same version of the
    /// object. The stream ends after exactly [`length`](Self::length) bytes or with an error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static {
        stream::try_unfold(self.transfer, Transfer::advance)
    }

    /// All the bytes.
    ///
    /// # Errors
    /// As the stream.
    pub async fn into_bytes(self) -> Result<Bytes, StoreError> {
        // Only a length that arrived is trusted with memory beyond a page or so.
        let capacity = usize::try_from(self.length)
            .unwrap_or(usize::MAX)
            .min(1 << 20);
        let mut all = BytesMut::with_capacity(capacity);
        let mut stream = std::pin::pin!(self.into_stream());
        while let Some(bytes) = stream.try_next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all.freeze())
    }
}

/// The rest of a range that is on its way.
#[derive(Debug)]
struct Transfer {
    bucket: Bucket,
    key: String,
    etag: ETag,
    body: ByteStream,
    /// The byte of the object that comes next.
    next: u64,
    /// The byte behind the last.
    end: u64,
    resumptions_left: u32,
}

impl Transfer {
    /// The next piece, and the transfer behind it.
    async fn advance(mut self) -> Result<Option<(Bytes, Self)>, StoreError> {
        loop {
            match self.body.next().await {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(Ok(bytes)) => {
                    self.next += bytes.len() as u64;
                    if self.next > self.end {
                        return Err(self.inconsistent("more bytes came than were announced"));
                    }
                    self.resumptions_left = RESUMPTIONS;
                    return Ok(Some((bytes, self)));
                }
                None if self.next == self.end => return Ok(None),
                None => self.resume(None).await?,
                Some(Err(error)) => self.resume(Some(error)).await?,
            }
        }
    }

    /// Asks for the rest again.
    async fn resume(
        &mut self,
        broken: Option<aws_sdk_s3::primitives::ByteStreamError>,
    ) -> Result<(), StoreError> {
        if self.next == self.end || self.resumptions_left == 0 {
            // All bytes came and still there is an error: they do not have the checksum that the
            // object was stored with.
            let kind = if self.next == self.end {
                ErrorKind::Inconsistent("the bytes do not match their checksum".to_owned())
            } else {
                ErrorKind::Unreachable
            };
            return Err(match broken {
                Some(error) => self.bucket.broken_transfer(READ, &self.key, kind, error),
                None => self.bucket.failure_of(READ, &self.key, kind),
            });
        }
        self.resumptions_left -= 1;
        tracing::debug!(
            key = self.key,
            byte = self.next,
            "taking up a broken transfer"
        );
        let rest = ByteRange::Between(self.next, self.end - 1);
        let output = self
            .bucket
            .request(&self.key, Some(rest), Some(&self.etag))
            .await?;
        self.bucket.extent(&self.key, Some(rest), &output)?;
        self.body = output.body;
        Ok(())
    }

    fn inconsistent(&self, what: &str) -> StoreError {
        let kind = ErrorKind::Inconsistent(what.to_owned());
        self.bucket.failure_of(READ, &self.key, kind)
    }
}
