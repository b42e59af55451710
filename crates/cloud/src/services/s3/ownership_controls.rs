//! PutBucketOwnershipControls, GetBucketOwnershipControls, DeleteBucketOwnershipControls.

use s3s::dto::{
    DeleteBucketOwnershipControlsInput, DeleteBucketOwnershipControlsOutput,
    GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput, OwnershipControls,
    OwnershipControlsRule, PutBucketOwnershipControlsInput, PutBucketOwnershipControlsOutput,
};

use super::bucket_configuration::{configure, stored};
use super::call::Call;
use super::exchange::Exchange;
use super::head::CallHead;
use super::{convert, fault};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::BucketName;

/// Sets who owns the objects of a bucket.
#[derive(Debug)]
pub(crate) struct PutBucketOwnershipControls {
    bucket: BucketName,
}

impl Operation for PutBucketOwnershipControls {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "PutBucketOwnershipControls";
    const READ_ONLY: bool = false;
}

impl Call for PutBucketOwnershipControls {
    type Input = PutBucketOwnershipControlsInput;
    type Output = PutBucketOwnershipControlsOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: PutBucketOwnershipControlsInput,
    ) -> Result<PutBucketOwnershipControlsOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        let [rule] = input.ownership_controls.rules.as_slice() else {
            return Err(fault::malformed_xml());
        };
        let ownership =
            convert::ownership(rule.object_ownership.as_str()).ok_or_else(fault::malformed_xml)?;
        configure(exchange, &permit, bucket, move |bucket| {
            bucket.ownership = Some(ownership);
        })
        .await?;
        Ok(PutBucketOwnershipControlsOutput::default())
    }
}

/// Tells who owns the objects of a bucket.
#[derive(Debug)]
pub(crate) struct GetBucketOwnershipControls {
    bucket: BucketName,
}

impl Operation for GetBucketOwnershipControls {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "GetBucketOwnershipControls";
    const READ_ONLY: bool = true;
}

impl Call for GetBucketOwnershipControls {
    type Input = GetBucketOwnershipControlsInput;
    type Output = GetBucketOwnershipControlsOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: GetBucketOwnershipControlsInput,
    ) -> Result<GetBucketOwnershipControlsOutput, ApiError> {
        let ownership = stored(exchange, &call.bucket)?.ownership.ok_or_else(|| {
            let message = "The bucket ownership controls were not found";
            fault::not_configured("OwnershipControlsNotFoundError", message, &call.bucket)
        })?;
        let rule = OwnershipControlsRule {
            object_ownership: convert::object_ownership(ownership),
        };
        let controls = OwnershipControls { rules: vec![rule] };
        Ok(GetBucketOwnershipControlsOutput {
            ownership_controls: Some(controls),
        })
    }
}

/// Removes the controls; objects then belong to whoever writes them.
#[derive(Debug)]
pub(crate) struct DeleteBucketOwnershipControls {
    bucket: BucketName,
}

impl Operation for DeleteBucketOwnershipControls {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "DeleteBucketOwnershipControls";
    const READ_ONLY: bool = false;
}

impl Call for DeleteBucketOwnershipControls {
    type Input = DeleteBucketOwnershipControlsInput;
    type Output = DeleteBucketOwnershipControlsOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: DeleteBucketOwnershipControlsInput,
    ) -> Result<DeleteBucketOwnershipControlsOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        configure(exchange, &permit, bucket, |bucket| bucket.ownership = None).await?;
        Ok(DeleteBucketOwnershipControlsOutput::default())
    }
}
