//! Creates a function, or updates what differs, and waits until it is active.

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use protocol::BucketName;

use super::deployment::{Deployment, find};
use super::package::Package;
use super::settings::{Settings, SettingsError};
use crate::account::Account;
use crate::call::CallFailed;
use crate::change::Change;

/// What Lambda shows of a render function.
const DESCRIPTION: &str = "Renders Remotion compositions in chunks";

/// How much a deployment means what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The function is to be exactly so.
    Explicit,
    /// A function is needed; one that was deployed explicitly is left as it is.
    Implied,
}

impl Claim {
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Explicit => "deployed",
            Self::Implied => "provisioned",
        }
    }
}

/// A function as it stands after a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedFunction {
    /// Its name.
    pub name: String,
    /// What was made or changed, in order; empty where everything was as it should be.
    pub changes: Vec<Change>,
}

/// A deployment that failed. What the steps before it did stands, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// A setting that Lambda does not take.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// AWS refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// The function did not become active.
    #[error("the function {function} did not become active: {reason}")]
    NotActive {
        /// The function's name.
        function: String,
        /// What AWS says about it.
        reason: String,
    },
}

/// Makes the function of `settings` run the code of `package` as `role_arn`. Running it again changes nothing.
///
/// Zips over 50 MB pass through `bucket`, once for each content. The function is active when this returns. Two
/// deployments at once wait for each other's changes, and the later one stands.
///
/// # Errors
/// The first step that fails, see [`DeployError`].
pub async fn deploy(
    account: &Account,
    bucket: &BucketName,
    package: &Package,
    settings: &Settings,
    role_arn: &str,
    claim: Claim,
) -> Result<DeployedFunction, DeployError> {
    let named = Named {
        name: &settings.function.to_string(),
        description: DESCRIPTION,
        looked: None,
    };
    deploy_as(account, bucket, package, settings, role_arn, claim, named).await
}

/// What there is under the name of a render function, looked at ahead of a deployment.
#[derive(Debug, Clone)]
pub struct Looked(pub(super) Option<Box<GetFunctionOutput>>);

/// Looks whether the function of `settings` is there.
///
/// # Errors
/// Where AWS refuses or fails the call.
pub async fn look(account: &Account, settings: &Settings) -> Result<Looked, CallFailed> {
    find(account, &settings.function.to_string())
        .await
        .map(Looked)
}

impl Looked {
    /// Whether there is a function.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// As [`deploy`], without looking again.
    ///
    /// # Errors
    /// As [`deploy`].
    pub async fn deploy(
        self,
        account: &Account,
        bucket: &BucketName,
        package: &Package,
        settings: &Settings,
        role_arn: &str,
        claim: Claim,
    ) -> Result<DeployedFunction, DeployError> {
        let named = Named {
            name: &settings.function.to_string(),
            description: DESCRIPTION,
            looked: Some(self),
        };
        deploy_as(account, bucket, package, settings, role_arn, claim, named).await
    }
}

/// What a function is called, and what was seen under that name if somebody looked.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: &'static str,
    pub(crate) looked: Option<Looked>,
}

/// As [`deploy`], a function that is not called by the convention of render functions.
pub(crate) async fn deploy_as(
    account: &Account,
    bucket: &BucketName,
    package: &Package,
    settings: &Settings,
    role_arn: &str,
    claim: Claim,
    named: Named<'_>,
) -> Result<DeployedFunction, DeployError> {
    settings.check(&account.region, package.layers.len())?;
    let mut deployment = Deployment {
        account,
        bucket,
        package,
        settings,
        role_arn,
        claim,
        name: named.name.to_owned(),
        description: named.description,
        looked: named.looked,
        changes: Vec::new(),
    };
    Box::pin(deployment.until_undisturbed()).await?;
    Ok(DeployedFunction {
        name: deployment.name,
        changes: deployment.changes,
    })
}
