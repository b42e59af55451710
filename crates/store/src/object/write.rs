//! Writing objects whose bytes are in memory.

use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use crate::{Bucket, ETag, ErrorKind, PutOptions, StoreError};

const WRITE: &str = "write";
/// Attempts of one conditional write.
const ATTEMPTS: u32 = 4;
/// Wait before the second attempt; doubled before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// What became of a write that has a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conditional<T = ETag> {
    /// The condition held, and what was to be written is there.
    Written(T),
    /// The condition did not hold, and nothing was written.
    Refused,
}

/// What must hold at the moment of a write.
#[derive(Debug, Clone, Copy)]
pub(super) enum Condition<'a> {
    /// Nothing.
    None,
    /// There is no object of this key.
    Absent,
    /// The object is this version.
    Matches(&'a ETag),
}

/// What became of the attempts of a write that must not happen twice.
pub(super) enum Attempted<T> {
    /// One succeeded.
    Done(T),
    /// One was refused because of what is there, and an earlier one may have put it there.
    InDoubt(StoreError),
    /// One was refused because of what is there, and none before it had any effect.
    Refused(StoreError),
}

/// Repeats a write after failures that pass.
///
/// Where an answer is lost the write may have happened, and its repetition then meets its own
/// work. Only who counts the attempts can tell, so `write` must not repeat anything itself.
pub(super) async fn attempts<T, F, W>(mut write: W) -> Result<Attempted<T>, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
    W: FnMut() -> F,
{
    let mut in_doubt = false;
    let mut wait = FIRST_WAIT;
    for attempts_left in (0..ATTEMPTS).rev() {
        let error = match write().await {
            Ok(done) => return Ok(Attempted::Done(done)),
            Err(error) => error,
        };
        match error.kind() {
            ErrorKind::Precondition | ErrorKind::Missing if in_doubt => {
                return Ok(Attempted::InDoubt(error));
            }
            ErrorKind::Precondition | ErrorKind::Missing => return Ok(Attempted::Refused(error)),
            _ if !error.is_transient() || attempts_left == 0 => return Err(error),
            ErrorKind::Unreachable => in_doubt = true,
            _ => {}
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
    unreachable!("the last attempt returns")
}

/// What keeps the SDK from repeating a call by itself.
pub(super) fn once() -> aws_sdk_s3::config::Builder {
    aws_sdk_s3::config::Builder::new().retry_config(RetryConfig::disabled())
}

impl Condition<'_> {
    /// The values of `If-None-Match` and `If-Match`.
    pub(super) fn headers(self) -> (Option<String>, Option<String>) {
        match self {
            Self::None => (None, None),
            Self::Absent => (Some("*".to_owned()), None),
            Self::Matches(etag) => (None, Some(etag.as_str().to_owned())),
        }
    }
}

impl Bucket {
    /// Writes an object, whatever was there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put(
        &self,
        key: &str,
        bytes: impl Into<Bytes>,
        options: &PutOptions,
    ) -> Result<ETag, StoreError> {
        self.put_when(key, bytes.into(), options, Condition::None, false)
            .await
    }

    /// Writes an object unless there is one already.
    ///
    /// # Errors
    /// [`StoreError`], but never for the condition.
    pub async fn put_if_absent(
        &self,
        key: &str,
        bytes: impl Into<Bytes>,
        options: &PutOptions,
    ) -> Result<Conditional, StoreError> {
        self.put_conditionally(key, bytes.into(), options, Condition::Absent)
            .await
    }

    /// Writes an object if it still is the version `etag`.
    ///
    /// # Errors
    /// [`StoreError`], but never for the condition. An object that is gone has lost it.
    pub async fn put_if_match(
        &self,
        key: &str,
        etag: &ETag,
        bytes: impl Into<Bytes>,
        options: &PutOptions,
    ) -> Result<Conditional, StoreError> {
        self.put_conditionally(key, bytes.into(), options, Condition::Matches(etag))
            .await
    }

    /// A write of bytes in memory whose repetition does not mistake its own first attempt for
    /// somebody else's.
    pub(super) async fn put_conditionally(
        &self,
        key: &str,
        bytes: Bytes,
        options: &PutOptions,
        condition: Condition<'_>,
    ) -> Result<Conditional, StoreError> {
        let put = || self.put_when(key, bytes.clone(), options, condition, true);
        match attempts(put).await? {
            Attempted::Done(etag) => Ok(Conditional::Written(etag)),
            Attempted::InDoubt(_) => self.settle(key, &bytes).await,
            Attempted::Refused(error) => match error.kind() {
                ErrorKind::Precondition => Ok(Conditional::Refused),
                ErrorKind::Missing if matches!(condition, Condition::Matches(_)) => {
                    Ok(Conditional::Refused)
                }
                _ => Err(error),
            },
        }
    }

    /// Decides a write in doubt: it happened when what is there is what was to be written.
    async fn settle(&self, key: &str, bytes: &Bytes) -> Result<Conditional, StoreError> {
        match self.read(key, bytes.len() as u64).await {
            Ok(there) if there.bytes == bytes => Ok(Conditional::Written(there.etag)),
            Ok(_) => Ok(Conditional::Refused),
            Err(error) => match error.kind() {
                ErrorKind::Missing | ErrorKind::TooLarge { .. } => Ok(Conditional::Refused),
                _ => Err(error),
            },
        }
    }

    async fn put_when(
        &self,
        key: &str,
        bytes: Bytes,
        options: &PutOptions,
        condition: Condition<'_>,
        only_once: bool,
    ) -> Result<ETag, StoreError> {
        let (if_none_match, if_match) = condition.headers();
        let put = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .body(ByteStream::from(bytes))
            .set_if_none_match(if_none_match)
            .set_if_match(if_match)
            .set_content_type(options.content_type.clone())
            .set_content_disposition(options.content_disposition.clone())
            .set_cache_control(options.cache_control.clone())
            .set_storage_class(options.storage_class())
            .set_expected_bucket_owner(self.owner.clone());
        let sent = if only_once {
            put.customize().config_override(once()).send().await
        } else {
            put.send().await
        };
        let output = sent.map_err(|error| self.failure(WRITE, key, error))?;
        let etag = output.e_tag.map(ETag::new);
        etag.ok_or_else(|| self.lacking(key, "an entity tag"))
    }
}
