//! PutBucketAcl.

use s3s::dto::{PutBucketAclInput, PutBucketAclOutput};

use super::acl;
use super::bucket_configuration::{configure, stored};
use super::call::Call;
use super::exchange::Exchange;
use super::head::CallHead;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::BucketName;

/// Gives a bucket a canned ACL.
#[derive(Debug)]
pub(crate) struct PutBucketAcl {
    bucket: BucketName,
}

impl Operation for PutBucketAcl {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "PutBucketAcl";
    const READ_ONLY: bool = false;
}

impl Call for PutBucketAcl {
    type Input = PutBucketAclInput;
    type Output = PutBucketAclOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: PutBucketAclInput,
    ) -> Result<PutBucketAclOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        let request = exchange.request();
        let there = stored(exchange, &bucket)?;
        let public_list = acl::of_bucket(request, &request.head().headers, &there)?;
        configure(exchange, &permit, bucket, move |bucket| {
            bucket.public_list = public_list;
        })
        .await?;
        Ok(PutBucketAclOutput::default())
    }
}
