//! DeleteBucket.

use s3s::dto::{DeleteBucketInput, DeleteBucketOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::fault;
use super::head::CallHead;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{BucketName, DeleteBucketRefusal};

/// Deletes an empty bucket.
#[derive(Debug)]
pub(crate) struct DeleteBucket {
    bucket: BucketName,
}

impl Operation for DeleteBucket {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "DeleteBucket";
    const READ_ONLY: bool = false;
}

impl Call for DeleteBucket {
    type Input = DeleteBucketInput;
    type Output = DeleteBucketOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: DeleteBucketInput,
    ) -> Result<DeleteBucketOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        let deleted = exchange
            .store()
            .delete_bucket(&permit, bucket.clone())
            .await;
        deleted.map_err(|error| {
            fault::refused(error, |refusal| match refusal {
                DeleteBucketRefusal::NoSuchBucket => fault::no_such_bucket(&bucket),
                DeleteBucketRefusal::NotEmpty => ApiError::conflict(
                    "BucketNotEmpty",
                    "The bucket you tried to delete is not empty",
                )
                .with("BucketName", bucket.as_str()),
            })
        })?;
        Ok(DeleteBucketOutput::default())
    }
}
