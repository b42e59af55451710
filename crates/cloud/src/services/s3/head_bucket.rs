//! HeadBucket.

use s3s::dto::{HeadBucketInput, HeadBucketOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::fault;
use super::head::CallHead;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::BucketName;

/// Tells whether a bucket exists, and where.
#[derive(Debug)]
pub(crate) struct HeadBucket {
    bucket: BucketName,
}

impl Operation for HeadBucket {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "HeadBucket";
    const READ_ONLY: bool = true;
}

impl Call for HeadBucket {
    type Input = HeadBucketInput;
    type Output = HeadBucketOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: HeadBucketInput,
    ) -> Result<HeadBucketOutput, ApiError> {
        let bucket = exchange
            .store()
            .bucket(&call.bucket)?
            .ok_or_else(|| fault::no_such_bucket(&call.bucket))?;
        Ok(HeadBucketOutput {
            access_point_alias: Some(false),
            bucket_region: Some(bucket.region),
            ..HeadBucketOutput::default()
        })
    }
}
