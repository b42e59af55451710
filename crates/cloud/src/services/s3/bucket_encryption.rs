//! PutBucketEncryption, GetBucketEncryption, DeleteBucketEncryption.

use s3s::dto::{
    DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput, GetBucketEncryptionInput,
    GetBucketEncryptionOutput, PutBucketEncryptionInput, PutBucketEncryptionOutput,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};

use super::bucket_configuration::{configure, stored};
use super::call::Call;
use super::exchange::Exchange;
use super::head::CallHead;
use super::{encryption, fault};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{Bucket, BucketName, DefaultEncryption};

/// Sets what new objects of a bucket are encrypted with.
#[derive(Debug)]
pub(crate) struct PutBucketEncryption {
    bucket: BucketName,
}

impl Operation for PutBucketEncryption {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "PutBucketEncryption";
    const READ_ONLY: bool = false;
}

impl Call for PutBucketEncryption {
    type Input = PutBucketEncryptionInput;
    type Output = PutBucketEncryptionOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: PutBucketEncryptionInput,
    ) -> Result<PutBucketEncryptionOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        let rules = input.server_side_encryption_configuration.rules;
        let [rule] = <[_; 1]>::try_from(rules).map_err(|_| fault::malformed_xml())?;
        let default = read(exchange, rule, &stored(exchange, &bucket)?)?;
        configure(exchange, &permit, bucket, move |bucket| {
            bucket.encryption.clone_from(&default);
        })
        .await?;
        Ok(PutBucketEncryptionOutput::default())
    }
}

/// The default that a rule sets; `None` for S3's own keys.
fn read(
    exchange: &Exchange,
    rule: ServerSideEncryptionRule,
    bucket: &Bucket,
) -> Result<Option<DefaultEncryption>, ApiError> {
    let default = rule
        .apply_server_side_encryption_by_default
        .ok_or_else(fault::malformed_xml)?;
    match (default.sse_algorithm.as_str(), default.kms_master_key_id) {
        (ServerSideEncryption::AES256, None) => Ok(None),
        (ServerSideEncryption::AWS_KMS, Some(named)) => Ok(Some(DefaultEncryption {
            key: encryption::named_key(exchange, &named, bucket)?,
            bucket_key: rule.bucket_key_enabled == Some(true),
        })),
        (ServerSideEncryption::AWS_KMS, None) => Err(ApiError::not_implemented(
            "PutBucketEncryption with AWS's own key: name a key of the account",
        )),
        (ServerSideEncryption::AWS_KMS_DSSE, _) => Err(ApiError::not_implemented(
            "PutBucketEncryption with aws:kms:dsse",
        )),
        _ => Err(fault::malformed_xml()),
    }
}

/// Tells what new objects of a bucket are encrypted with.
#[derive(Debug)]
pub(crate) struct GetBucketEncryption {
    bucket: BucketName,
}

impl Operation for GetBucketEncryption {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "GetBucketEncryption";
    const READ_ONLY: bool = true;
}

impl Call for GetBucketEncryption {
    type Input = GetBucketEncryptionInput;
    type Output = GetBucketEncryptionOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: GetBucketEncryptionInput,
    ) -> Result<GetBucketEncryptionOutput, ApiError> {
        let default = stored(exchange, &call.bucket)?.encryption;
        let (algorithm, key, bucket_key) = match default {
            Some(DefaultEncryption { key, bucket_key }) => {
                (ServerSideEncryption::AWS_KMS, Some(key.into()), bucket_key)
            }
            None => (ServerSideEncryption::AES256, None, false),
        };
        let rule = ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
                kms_master_key_id: key,
                sse_algorithm: ServerSideEncryption::from_static(algorithm),
            }),
            bucket_key_enabled: Some(bucket_key),
        };
        Ok(GetBucketEncryptionOutput {
            server_side_encryption_configuration: Some(ServerSideEncryptionConfiguration {
                rules: vec![rule],
            }),
        })
    }
}

/// Brings back S3's own keys for new objects of a bucket.
#[derive(Debug)]
pub(crate) struct DeleteBucketEncryption {
    bucket: BucketName,
}

impl Operation for DeleteBucketEncryption {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "DeleteBucketEncryption";
    const READ_ONLY: bool = false;
}

impl Call for DeleteBucketEncryption {
    type Input = DeleteBucketEncryptionInput;
    type Output = DeleteBucketEncryptionOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: DeleteBucketEncryptionInput,
    ) -> Result<DeleteBucketEncryptionOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        configure(exchange, &permit, bucket, |bucket| bucket.encryption = None).await?;
        Ok(DeleteBucketEncryptionOutput::default())
    }
}
