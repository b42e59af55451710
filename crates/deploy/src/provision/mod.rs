//! Brings an account to the state that renders need, changing only what differs.
//!
//! [`provision`] is for administrators, and makes all of it: one private bucket, the execution role of the render
//! function, its log group, the function itself, and the role that triggers renders. [`render_role`] is the part of it
//! that others cannot do.

mod clip;
mod role;

use aws_config::SdkConfig;
use protocol::names::FUNCTION_PREFIX;
use protocol::{BucketName, FunctionName};

use crate::account::Account;
use crate::buckets::{self, BucketError};
use crate::call::CallFailed;
use crate::calls::{Part, Scope};
use crate::change::Change;
use crate::functions::{self, Claim, DeployError, Package, Settings};
use crate::policy::{self, Trusted};

pub use clip::{ClipWanted, ProvisionedClip, provision_clip};

/// The execution role of the render function, as the documented policies name it.
pub const RENDER_ROLE: &str = "remotion-lambda-role";

/// The role that starts renders.
pub const TRIGGER_ROLE: &str = "framewright-trigger-role";

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The function.
    pub settings: Settings,
    /// Its code and layers.
    pub package: Package,
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

/// A step of provisioning that failed. What the steps before it did stands, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// AWS refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// There is no bucket to render with.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// The function is not as it should be.
    #[error(transparent)]
    Function(#[from] DeployError),
}

/// Makes what is missing of `wanted` and changes what differs. Running it again changes nothing.
///
/// # Errors
/// The first step that fails, see [`ProvisionError`].
pub async fn provision(account: &Account, wanted: &Wanted) -> Result<Provisioned, ProvisionError> {
    let mut changes = Vec::new();
    let bucket = buckets::ensure_any(account, &mut changes).await?;
    let scope = scope(account, &bucket, &wanted.settings.function);
    let render_role = render_role(account, &scope, &mut changes).await?;
    let Wanted { settings, package } = wanted;
    let function = functions::deploy(
        account,
        &bucket,
        package,
        settings,
        &render_role,
        Claim::Implied,
    )
    .await?;
    changes.extend(function.changes);
    let trigger_role = role::Role {
        name: TRIGGER_ROLE,
        description: "Starts renders, follows them and fetches their output",
        policy_name: "framewright-trigger-policy",
        trust: policy::trust(&Trusted::Principal(account.caller.clone())),
        policy: policy::generate(Part::Trigger, &scope),
    };
    let trigger_role_arn = role::ensure(&iam(&account.config), &trigger_role, &mut changes).await?;
    Ok(Provisioned {
        scope,
        trigger_role_arn,
        changes,
    })
}

/// Makes the execution role of the render function, or corrects its trust and its policy. Returns its ARN.
///
/// One role serves the account's render functions of all sizes in the region: whatever `scope` names as the function,
/// the policy is for those that begin as render functions do.
///
/// # Errors
/// Where AWS refuses or fails a call; [`CallFailed::is_denied`] for a caller who does not manage roles.
pub async fn render_role(
    account: &Account,
    scope: &Scope,
    changes: &mut Vec<Change>,
) -> Result<String, CallFailed> {
    let scope = Scope {
        function: format!("{FUNCTION_PREFIX}*"),
        ..scope.clone()
    };
    let role = role::Role {
        name: RENDER_ROLE,
        description: "Execution role of the render function",
        policy_name: "remotion-lambda-policy",
        trust: policy::trust(&Trusted::Service("lambda.amazonaws.com".into())),
        policy: policy::generate(Part::RenderFunction, &scope),
    };
    role::ensure(&iam(&account.config), &role, changes).await
}

/// What turns the table of calls into policies for `account`.
#[must_use]
pub fn scope(account: &Account, bucket: &BucketName, function: &FunctionName) -> Scope {
    let mut scope = Scope::new(&account.partition, &account.id, &account.region);
    scope.bucket = bucket.to_string();
    scope.function = function.to_string();
    // The session that renders is told both.
    scope.discovery = false;
    scope
}

fn iam(config: &SdkConfig) -> aws_sdk_iam::Client {
    aws_sdk_iam::Client::new(config)
}
