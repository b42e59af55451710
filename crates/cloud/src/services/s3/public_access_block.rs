//! PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock.

use s3s::dto::{
    DeletePublicAccessBlockInput, DeletePublicAccessBlockOutput, GetPublicAccessBlockInput,
    GetPublicAccessBlockOutput, PublicAccessBlockConfiguration, PutPublicAccessBlockInput,
    PutPublicAccessBlockOutput,
};

use super::bucket_configuration::{configure, stored};
use super::call::Call;
use super::exchange::Exchange;
use super::fault;
use super::head::CallHead;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{BucketName, PublicAccessBlock};

/// Sets the four switches of Block Public Access.
#[derive(Debug)]
pub(crate) struct PutPublicAccessBlock {
    bucket: BucketName,
}

impl Operation for PutPublicAccessBlock {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "PutPublicAccessBlock";
    const READ_ONLY: bool = false;
}

impl Call for PutPublicAccessBlock {
    type Input = PutPublicAccessBlockInput;
    type Output = PutPublicAccessBlockOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: PutPublicAccessBlockInput,
    ) -> Result<PutPublicAccessBlockOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        let asked = input.public_access_block_configuration;
        let block = PublicAccessBlock {
            block_public_acls: asked.block_public_acls == Some(true),
            ignore_public_acls: asked.ignore_public_acls == Some(true),
            block_public_policy: asked.block_public_policy == Some(true),
            restrict_public_buckets: asked.restrict_public_buckets == Some(true),
        };
        configure(exchange, &permit, bucket, move |bucket| {
            bucket.public_access_block = Some(block);
        })
        .await?;
        Ok(PutPublicAccessBlockOutput::default())
    }
}

/// Tells the four switches.
#[derive(Debug)]
pub(crate) struct GetPublicAccessBlock {
    bucket: BucketName,
}

impl Operation for GetPublicAccessBlock {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "GetPublicAccessBlock";
    const READ_ONLY: bool = true;
}

impl Call for GetPublicAccessBlock {
    type Input = GetPublicAccessBlockInput;
    type Output = GetPublicAccessBlockOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: GetPublicAccessBlockInput,
    ) -> Result<GetPublicAccessBlockOutput, ApiError> {
        let block = stored(exchange, &call.bucket)?
            .public_access_block
            .ok_or_else(|| {
                let message = "The public access block configuration was not found";
                fault::not_configured(
                    "NoSuchPublicAccessBlockConfiguration",
                    message,
                    &call.bucket,
                )
            })?;
        Ok(GetPublicAccessBlockOutput {
            public_access_block_configuration: Some(PublicAccessBlockConfiguration {
                block_public_acls: Some(block.block_public_acls),
                block_public_policy: Some(block.block_public_policy),
                ignore_public_acls: Some(block.ignore_public_acls),
                restrict_public_buckets: Some(block.restrict_public_buckets),
            }),
        })
    }
}

/// Removes the configuration, which blocks nothing any more.
#[derive(Debug)]
pub(crate) struct DeletePublicAccessBlock {
    bucket: BucketName,
}

impl Operation for DeletePublicAccessBlock {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "DeletePublicAccessBlock";
    const READ_ONLY: bool = false;
}

impl Call for DeletePublicAccessBlock {
    type Input = DeletePublicAccessBlockInput;
    type Output = DeletePublicAccessBlockOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: DeletePublicAccessBlockInput,
    ) -> Result<DeletePublicAccessBlockOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        configure(exchange, &permit, bucket, |bucket| {
            bucket.public_access_block = None;
        })
        .await?;
        Ok(DeletePublicAccessBlockOutput::default())
    }
}
