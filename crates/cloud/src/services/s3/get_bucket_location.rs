//! GetBucketLocation.

use s3s::dto::{BucketLocationConstraint, GetBucketLocationInput, GetBucketLocationOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::fault;
use super::head::CallHead;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::BucketName;

/// Tells the region of a bucket.
#[derive(Debug)]
pub(crate) struct GetBucketLocation {
    bucket: BucketName,
}

impl Operation for GetBucketLocation {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "GetBucketLocation";
    const READ_ONLY: bool = true;
}

impl Call for GetBucketLocation {
    type Input = GetBucketLocationInput;
    type Output = GetBucketLocationOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: GetBucketLocationInput,
    ) -> Result<GetBucketLocationOutput, ApiError> {
        let bucket = exchange
            .store()
            .bucket(&call.bucket)?
            .ok_or_else(|| fault::no_such_bucket(&call.bucket))?;
        // The oldest region has no name here.
        let location =
            (bucket.region != "us-east-1").then(|| BucketLocationConstraint::from(bucket.region));
        Ok(GetBucketLocationOutput {
            location_constraint: location,
        })
    }
}
