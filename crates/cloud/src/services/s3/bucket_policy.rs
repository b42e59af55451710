//! PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy.

use iam::policy::{Document, Kind};
use s3s::dto::{
    DeleteBucketPolicyInput, DeleteBucketPolicyOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    PutBucketPolicyInput, PutBucketPolicyOutput,
};

use super::bucket_configuration::{configure, stored};
use super::call::Call;
use super::exchange::Exchange;
use super::fault;
use super::head::CallHead;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::BucketName;

/// The most bytes of a bucket policy: 20 KB.
const LARGEST_POLICY: usize = 20 << 10;

/// Sets the policy of a bucket.
#[derive(Debug)]
pub(crate) struct PutBucketPolicy {
    bucket: BucketName,
}

impl Operation for PutBucketPolicy {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "PutBucketPolicy";
    const READ_ONLY: bool = false;
}

impl Call for PutBucketPolicy {
    type Input = PutBucketPolicyInput;
    type Output = PutBucketPolicyOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: PutBucketPolicyInput,
    ) -> Result<PutBucketPolicyOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        let policy = input.policy;
        let document = check(&policy, &bucket)?;
        let block = stored(exchange, &bucket)?.public_access_block;
        if block.is_some_and(|block| block.block_public_policy) && document.is_public() {
            return Err(public_policy_blocked(permit.caller().arn(), &bucket));
        }
        configure(exchange, &permit, bucket, move |bucket| {
            bucket.policy = Some(policy.clone());
        })
        .await?;
        Ok(PutBucketPolicyOutput::default())
    }
}

fn check(policy: &str, bucket: &BucketName) -> Result<Document, ApiError> {
    let malformed = |message: String| ApiError::bad_request("MalformedPolicy", message);
    if policy.len() > LARGEST_POLICY {
        let message = "Your policy exceeds the maximum allowed document size";
        return Err(ApiError::bad_request("PolicyTooLarge", message));
    }
    let document =
        Document::parse(policy, Kind::Resource).map_err(|error| malformed(error.to_string()))?;
    let bucket_arn = format!("arn:aws:s3:::{bucket}");
    let within = |resource: &str| {
        resource == bucket_arn
            || resource
                .strip_prefix(&bucket_arn)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    let resources = document
        .statements()
        .iter()
        .filter_map(|statement| statement.resource.as_ref());
    for resource in resources.flat_map(|element| element.patterns().0) {
        if !within(&resource.value) {
            return Err(malformed("Policy has invalid resource".to_owned())
                .with("Detail", resource.value.to_string()));
        }
    }
    Ok(document)
}

fn public_policy_blocked(caller: &str, bucket: &BucketName) -> ApiError {
    ApiError::forbidden(
        "AccessDenied",
        format!(
            "User: {caller} is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::{bucket}\" \
             because public policies are prevented by the BlockPublicPolicy setting in S3 Block \
             Public Access."
        ),
    )
}

/// Gives the policy of a bucket, as it was put.
#[derive(Debug)]
pub(crate) struct GetBucketPolicy {
    bucket: BucketName,
}

impl Operation for GetBucketPolicy {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "GetBucketPolicy";
    const READ_ONLY: bool = true;
}

impl Call for GetBucketPolicy {
    type Input = GetBucketPolicyInput;
    type Output = GetBucketPolicyOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: GetBucketPolicyInput,
    ) -> Result<GetBucketPolicyOutput, ApiError> {
        let policy = stored(exchange, &call.bucket)?.policy.ok_or_else(|| {
            fault::not_configured(
                "NoSuchBucketPolicy",
                "The bucket policy does not exist",
                &call.bucket,
            )
        })?;
        Ok(GetBucketPolicyOutput {
            policy: Some(policy),
        })
    }
}

/// Removes the policy of a bucket.
#[derive(Debug)]
pub(crate) struct DeleteBucketPolicy {
    bucket: BucketName,
}

impl Operation for DeleteBucketPolicy {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "DeleteBucketPolicy";
    const READ_ONLY: bool = false;
}

impl Call for DeleteBucketPolicy {
    type Input = DeleteBucketPolicyInput;
    type Output = DeleteBucketPolicyOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: DeleteBucketPolicyInput,
    ) -> Result<DeleteBucketPolicyOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        configure(exchange, &permit, bucket, |bucket| bucket.policy = None).await?;
        Ok(DeleteBucketPolicyOutput::default())
    }
}
