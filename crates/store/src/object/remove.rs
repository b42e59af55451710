//! Removing objects.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::{Bucket, ErrorKind, StoreError};

const REMOVE: &str = "remove";
/// Keys that one call takes.
const KEYS_PER_CALL: usize = 1000;

/// One object that could not be removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot remove `{key}`: {code}: {message}")]
pub struct RemovalFailure {
    /// Its key.
    pub key: String,
    /// S3's error code.
    pub code: String,
    /// S3's text.
    pub message: String,
}

impl Bucket {
    /// Removes an object; one that is not there counts as removed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.client
            .delete_object()
            .bucket(&self.name)
            .key(key)
            .set_expected_bucket_owner(self.owner.clone())
            .send()
            .await
            .map_err(|error| self.failure(REMOVE, key, error))?;
        Ok(())
    }

    /// Removes many objects, and says which could not be removed: S3 decides on each key alone.
    ///
    /// # Errors
    /// [`StoreError`] when a whole call failed; keys before it are removed then.
    pub async fn delete_many<K>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<RemovalFailure>, StoreError>
    where
        K: Into<String>,
    {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        let mut failures = Vec::new();
        for keys in keys.chunks(KEYS_PER_CALL) {
            failures.extend(self.delete_batch(keys).await?);
        }
        Ok(failures)
    }

    async fn delete_batch(&self, keys: &[String]) -> Result<Vec<RemovalFailure>, StoreError> {
        let first = keys.first().map_or("", String::as_str);
        let unusable =
            |_| self.failure_of(REMOVE, first, ErrorKind::Inconsistent("no keys".to_owned()));
        let objects = keys
            .iter()
            .map(|key| ObjectIdentifier::builder().key(key).build())
            .collect::<Result<Vec<_>, _>>()
            .map_err(unusable)?;
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true);
        let output = self
            .client
            .delete_objects()
            .bucket(&self.name)
            .delete(delete.build().map_err(unusable)?)
            .set_expected_bucket_owner(self.owner.clone())
            .send()
            .await
            .map_err(|error| self.failure(REMOVE, first, error))?;
        let failures = output.errors.unwrap_or_default().into_iter();
        Ok(failures
            .map(|error| RemovalFailure {
                key: error.key.unwrap_or_default(),
                code: error.code.unwrap_or_default(),
                message: error.message.unwrap_or_default(),
            })
            .collect())
    }
}
