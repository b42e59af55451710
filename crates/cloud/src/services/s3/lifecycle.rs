//! PutBucketLifecycleConfiguration, GetBucketLifecycleConfiguration, DeleteBucketLifecycle.

use s3s::dto::{
    DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput, GetBucketLifecycleConfigurationInput,
    GetBucketLifecycleConfigurationOutput, PutBucketLifecycleConfigurationInput,
    PutBucketLifecycleConfigurationOutput,
};

use super::bucket_configuration::{configure, stored};
use super::call::Call;
use super::exchange::Exchange;
use super::head::CallHead;
use super::{fault, lifecycle_rule};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{BucketName, Rule};

/// The most rules of a bucket.
const MOST_RULES: usize = 1000;

/// Sets the lifecycle rules of a bucket.
#[derive(Debug)]
pub(crate) struct PutBucketLifecycleConfiguration {
    bucket: BucketName,
}

impl Operation for PutBucketLifecycleConfiguration {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "PutBucketLifecycleConfiguration";
    const READ_ONLY: bool = false;
}

impl Call for PutBucketLifecycleConfiguration {
    type Input = PutBucketLifecycleConfigurationInput;
    type Output = PutBucketLifecycleConfigurationOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: PutBucketLifecycleConfigurationInput,
    ) -> Result<PutBucketLifecycleConfigurationOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        let asked = input
            .lifecycle_configuration
            .ok_or_else(fault::malformed_xml)?
            .rules;
        if asked.is_empty() || asked.len() > MOST_RULES {
            return Err(fault::malformed_xml());
        }
        let mut rules: Vec<Rule> = Vec::with_capacity(asked.len());
        for rule in asked {
            let rule = lifecycle_rule::read(rule)?;
            if rules.iter().any(|other| other.id == rule.id) {
                let message = "Rule ID must be unique. Found same ID for more than one rule";
                return Err(fault::invalid_argument(message, "ID", rule.id));
            }
            rules.push(rule);
        }
        configure(exchange, &permit, bucket, move |bucket| {
            bucket.lifecycle.clone_from(&rules);
        })
        .await?;
        Ok(PutBucketLifecycleConfigurationOutput::default())
    }
}

/// Gives the lifecycle rules of a bucket.
#[derive(Debug)]
pub(crate) struct GetBucketLifecycleConfiguration {
    bucket: BucketName,
}

impl Operation for GetBucketLifecycleConfiguration {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "GetBucketLifecycleConfiguration";
    const READ_ONLY: bool = true;
}

impl Call for GetBucketLifecycleConfiguration {
    type Input = GetBucketLifecycleConfigurationInput;
    type Output = GetBucketLifecycleConfigurationOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: GetBucketLifecycleConfigurationInput,
    ) -> Result<GetBucketLifecycleConfigurationOutput, ApiError> {
        let rules = stored(exchange, &call.bucket)?.lifecycle;
        if rules.is_empty() {
            let message = "The lifecycle configuration does not exist";
            return Err(fault::not_configured(
                "NoSuchLifecycleConfiguration",
                message,
                &call.bucket,
            ));
        }
        Ok(GetBucketLifecycleConfigurationOutput {
            rules: Some(rules.into_iter().map(lifecycle_rule::write).collect()),
            ..GetBucketLifecycleConfigurationOutput::default()
        })
    }
}

/// Removes the lifecycle rules of a bucket.
#[derive(Debug)]
pub(crate) struct DeleteBucketLifecycle {
    bucket: BucketName,
}

impl Operation for DeleteBucketLifecycle {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "DeleteBucketLifecycle";
    const READ_ONLY: bool = false;
}

impl Call for DeleteBucketLifecycle {
    type Input = DeleteBucketLifecycleInput;
    type Output = DeleteBucketLifecycleOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        _input: DeleteBucketLifecycleInput,
    ) -> Result<DeleteBucketLifecycleOutput, ApiError> {
        let (Self { bucket }, permit) = call.into_parts();
        configure(exchange, &permit, bucket, |bucket| bucket.lifecycle.clear()).await?;
        Ok(DeleteBucketLifecycleOutput::default())
    }
}
