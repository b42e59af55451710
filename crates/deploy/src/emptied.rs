//! Deleting many objects.

use store::{Bucket, RemovalFailure, StoreError};

/// Objects that were not deleted.
#[derive(Debug, thiserror::Error)]
pub enum EmptyError {
    /// A whole call failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// S3 refused to delete some.
    #[error("{count} objects could not be deleted, the first of them: {first}")]
    Refused {
        /// How many.
        count: usize,
        /// One of them.
        first: RemovalFailure,
    },
}

/// Deletes the objects of these keys; those that are not there count as deleted.
///
/// # Errors
/// See [`EmptyError`].
pub(crate) async fn delete(
    bucket: &Bucket,
    keys: impl IntoIterator<Item = String>,
) -> Result<(), EmptyError> {
    let refused = bucket.delete_many(keys).await?;
    let count = refused.len();
    match refused.into_iter().next() {
        None => Ok(()),
        Some(first) => Err(EmptyError::Refused { count, first }),
    }
}
