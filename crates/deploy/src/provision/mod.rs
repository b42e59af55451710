//! Brings an account to the state that renders need, changing only what differs.
//!
//! Whoever calls this is an administrator of the account. What is made: one private bucket, the execution role of
//! the render function, its log group, the function itself, and the role that triggers renders.

mod bucket;
mod function;
mod logs;
mod role;

use std::collections::BTreeMap;
use std::fmt;

use aws_config::SdkConfig;
use aws_sdk_sts::error::DisplayErrorContext;
use protocol::{BucketName, FunctionName};

use crate::calls::{Part, Scope};
use crate::policy::{self, Trusted};

pub use function::{FunctionZip, ReadZipError};

/// The execution role of the render function, as the documented policies name it.
pub const RENDER_ROLE: &str = "remotion-lambda-role";

/// The role that starts renders.
pub const TRIGGER_ROLE: &str = "framewright-trigger-role";

/// Log lines are kept this long.
const LOG_RETENTION_DAYS: i32 = 14;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Name and sizes of the function.
    pub function: FunctionName,
    /// The function's code.
    pub zip: FunctionZip,
    /// Variables of the function's environment, besides those that Lambda sets.
    pub environment: BTreeMap<String, String>,
}

/// What stands after provisioning.
#[derive(Debug, Clone)]
pub struct Provisioned {
    /// Account, region and names.
    pub scope: Scope,
    /// The role to assume for rendering.
    pub trigger_role_arn: String,
    /// What was made or changed, in order; empty where everything was as it should be.
    pub changes: Vec<Change>,
}

/// One thing that was made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// For example `role remotion-lambda-role`.
    pub what: String,
    /// For example `created`.
    pub how: &'static str,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.how)
    }
}

/// A step of provisioning that failed. What the steps before it did stands, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// AWS refused or failed a call.
    #[error("could not {step}: {message}")]
    Call {
        /// What was attempted, as a verb phrase.
        step: &'static str,
        /// The error as AWS worded it.
        message: String,
    },
    /// The account has several render buckets in the region, and none is known to be ours.
    #[error("the account has several render buckets in {region}: {}; delete all but one", buckets.join(", "))]
    SeveralBuckets {
        /// The region.
        region: String,
        /// Their names.
        buckets: Vec<String>,
    },
    /// The function did not become active.
    #[error("the function {function} did not become active: {reason}")]
    NotActive {
        /// The function's name.
        function: String,
        /// What AWS says about it.
        reason: String,
    },
}

impl ProvisionError {
    fn call<E: std::error::Error + 'static>(step: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Call {
            step,
            message: DisplayErrorContext(error).to_string(),
        }
    }
}

/// The services that provisioning calls, as an administrator.
#[derive(Debug, Clone)]
pub struct Administrator {
    iam: aws_sdk_iam::Client,
    lambda: aws_sdk_lambda::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    s3: aws_sdk_s3::Client,
    sts: aws_sdk_sts::Client,
    region: String,
}

impl Administrator {
    /// Clients for the endpoint, region and credentials of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            iam: aws_sdk_iam::Client::new(config),
            lambda: aws_sdk_lambda::Client::new(config),
            logs: aws_sdk_cloudwatchlogs::Client::new(config),
            s3: store::s3_client(config),
            sts: aws_sdk_sts::Client::new(config),
            region: config
                .region()
                .map_or_else(|| "us-east-1".to_owned(), ToString::to_string),
        }
    }

    /// Makes what is missing of `wanted` and changes what differs. Running it again changes nothing.
    ///
    /// # Errors
    /// The first step that fails, see [`ProvisionError`].
    pub async fn provision(&self, wanted: &Wanted) -> Result<Provisioned, ProvisionError> {
        let mut changes = Vec::new();
        let identity = self.sts.get_caller_identity().send().await;
        let identity = identity.map_err(ProvisionError::call("find out who is calling"))?;
        let caller = identity.arn().unwrap_or_default().to_owned();
        let bucket = bucket::ensure(&self.s3, &self.region, &mut changes).await?;
        let scope = self.scope(&caller, &bucket, &wanted.function);
        let render_role = role::Role {
            name: RENDER_ROLE,
            description: "Execution role of the render function",
            policy_name: "remotion-lambda-policy",
            trust: policy::trust(&Trusted::Service("lambda.amazonaws.com")),
            policy: policy::generate(Part::RenderFunction, &scope),
        };
        let render_role = role::ensure(&self.iam, &render_role, &mut changes).await?;
        logs::ensure(
            &self.logs,
            &scope.function,
            LOG_RETENTION_DAYS,
            &mut changes,
        )
        .await?;
        function::ensure(&self.lambda, wanted, &render_role, &mut changes).await?;
        let trigger_role = role::Role {
            name: TRIGGER_ROLE,
            description: "Starts renders, follows them and fetches their output",
            policy_name: "framewright-trigger-policy",
            trust: policy::trust(&Trusted::Principal(caller)),
            policy: policy::generate(Part::Trigger, &scope),
        };
        let trigger_role_arn = role::ensure(&self.iam, &trigger_role, &mut changes).await?;
        Ok(Provisioned {
            scope,
            trigger_role_arn,
            changes,
        })
    }

    /// S3 with the administrator's rights, for uploading sites.
    #[must_use]
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        &self.s3
    }

    /// Partition and account are parts of the caller's ARN.
    fn scope(&self, caller: &str, bucket: &BucketName, function: &FunctionName) -> Scope {
        let mut parts = caller.split(':').skip(1);
        Scope {
            partition: parts.next().unwrap_or("aws").to_owned(),
            account: parts.nth(2).unwrap_or_default().to_owned(),
            region: self.region.clone(),
            bucket: bucket.to_string(),
            function: function.to_string(),
        }
    }
}

fn change(what: impl Into<String>, how: &'static str) -> Change {
    Change {
        what: what.into(),
        how,
    }
}
