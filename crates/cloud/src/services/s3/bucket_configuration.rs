//! What the operations on a bucket's configuration share.

use super::exchange::Exchange;
use super::fault;
use crate::api_error::ApiError;
use crate::authz::Permit;
use crate::storage::{Bucket, BucketName, NoSuchBucket};

/// The bucket as it is stored.
pub(super) fn stored(exchange: &Exchange, bucket: &BucketName) -> Result<Bucket, ApiError> {
    exchange
        .store()
        .bucket(bucket)?
        .ok_or_else(|| fault::no_such_bucket(bucket))
}

/// Changes the bucket.
pub(super) async fn configure(
    exchange: &Exchange,
    permit: &Permit,
    bucket: BucketName,
    update: impl FnMut(&mut Bucket) + Send + 'static,
) -> Result<(), ApiError> {
    let updated = exchange
        .store()
        .update_bucket(permit, bucket.clone(), update)
        .await;
    updated.map_err(|error| fault::refused(error, |NoSuchBucket| fault::no_such_bucket(&bucket)))
}
