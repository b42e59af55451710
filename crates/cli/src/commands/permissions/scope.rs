//! From what was typed to where permissions are.

use aws_config::SdkConfig;
use client::credentials::who_am_i;
use deploy::calls::{Compute, Output, Scope};
use deploy::permissions::{CallerChoice, Wanted, execution_role};

use super::PermissionsError;
use crate::args;

/// Who asks: an ARN, and the account and partition that it names.
pub(super) struct Identity {
    pub(super) arn: String,
    pub(super) partition: String,
    pub(super) account: String,
}

impl Identity {
    pub(super) async fn of(config: &SdkConfig) -> Result<Self, PermissionsError> {
        let told = who_am_i(config).await?;
        let partition = told.arn.split(':').nth(1).unwrap_or("aws");
        Ok(Self {
            partition: partition.to_owned(),
            account: told.account,
            arn: told.arn,
        })
    }

    /// What to say to the user of this name, whose key lies where it was written, and who is no administrator.
    pub(super) fn warning_to(&self, user: &str) -> Option<String> {
        let is_user = self.arn.ends_with(&format!(":user/{user}"));
        is_user.then(|| {
            format!(
                "you call as `{user}`, the user that setup makes, which may not do this: an administrator's profile in \
                 REMOTION_AWS_PROFILE comes before keys that `.env` holds"
            )
        })
    }

    pub(super) fn scope(&self, region: &str) -> Scope {
        Scope::new(&self.partition, &self.account, region)
    }
}

/// The partition of a region.
pub(super) fn partition_of(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// What is wanted in `scope`. The execution role of a named function is looked up with `config`.
pub(super) async fn wanted(
    mut scope: Scope,
    typed: &args::Wanted,
    config: Option<&SdkConfig>,
) -> Result<Wanted, PermissionsError> {
    typed.user().clone_into(&mut scope.user);
    scope.render_role.clone_from(&typed.render_role);
    if let Some(bucket) = &typed.bucket {
        scope.bucket.clone_from(bucket);
    }
    if let Some(function) = &typed.render_function {
        scope.function.clone_from(function);
    }
    scope.output = typed.output_bucket.as_ref().map(|bucket| Output {
        bucket: bucket.clone(),
        prefix: typed.output_prefix.clone(),
    });
    scope.other_service = !typed.no_other_service;
    scope.public = typed.public;
    scope.package_layers = !typed.no_package_layers;
    scope.layers.clone_from(&typed.layers);
    scope.insights = typed.insights;
    scope.vpc = typed.vpc;
    scope.kms_key.clone_from(&typed.kms_key);
    scope.queue.clone_from(&typed.queue);
    scope.http_api = typed.http_api;
    scope.site_bucket.clone_from(&typed.site_bucket);
    let caller = match (&typed.role, &typed.function) {
        (Some(role), _) => CallerChoice::Existing {
            role: role.clone(),
            compute: None,
        },
        (None, Some(function)) => {
            let no_role = || PermissionsError::NoExecutionRole(function.clone());
            let config = config.ok_or_else(no_role)?;
            let role = execution_role(config, function).await?;
            CallerChoice::Existing {
                role: role.ok_or_else(no_role)?,
                compute: Some(Compute::Lambda),
            }
        }
        (None, None) => match typed.caller {
            None | Some(args::CallerName::User) => CallerChoice::User,
            Some(args::CallerName::None) => CallerChoice::Nobody,
            Some(args::CallerName::Lambda) => CallerChoice::Made(Compute::Lambda),
            Some(args::CallerName::Ec2) => CallerChoice::Made(Compute::Ec2),
            Some(args::CallerName::Fargate) => CallerChoice::Made(Compute::Fargate),
        },
    };
    Ok(Wanted::new(scope, caller).with_clip(typed.clip))
}
