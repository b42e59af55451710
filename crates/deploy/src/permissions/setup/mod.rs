//! Bringing an account to what is desired.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_iam::types::Tag;

mod budget;
mod policy;
mod role;
mod user;

pub(super) use self::user::make_key;
use super::plan::{Foreign, Plan, Step, What};
use super::{Desired, Wanted, last_name};
use crate::call::CallFailed;
use crate::calls::{Scope, TAG};

/// A step of setup that failed. What the steps before it did stands; the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// AWS refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// Something that is not ours is in the way. Nothing was changed.
    #[error(transparent)]
    Foreign(#[from] Foreign),
    /// The role that policies are to be attached to does not exist.
    #[error("the role `{0}` does not exist")]
    NoRole(String),
    /// A step of the plan was denied or failed.
    #[error("{source}; {} of the plan remain: {}", remaining.len(), remaining.join("; "))]
    Stopped {
        /// The steps that were not done, that one first.
        remaining: Vec<String>,
        /// Why.
        #[source]
        source: CallFailed,
    },
}

/// An access key that was made. The secret is not to be had again.
#[derive(Clone)]
pub struct MadeKey {
    /// The user's name.
    pub user: String,
    /// The key's id.
    pub id: String,
    /// The key's secret.
    pub secret: String,
}

impl std::fmt::Debug for MadeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { user, id, .. } = self;
        write!(f, "MadeKey {{ user: {user:?}, id: {id:?} }}")
    }
}

/// Compares an account with what is desired, and changes what differs.
#[derive(Debug, Clone)]
pub struct Setup {
    iam: aws_sdk_iam::Client,
    budgets: aws_sdk_budgets::Client,
    scope: Scope,
    desired: Desired,
}

impl Setup {
    /// Clients for the endpoint and credentials of `config`, for what `wanted` comes to.
    ///
    /// # Errors
    /// [`super::TooLarge`], before anything is asked of AWS.
    pub fn new(config: &SdkConfig, wanted: &Wanted) -> Result<Self, super::TooLarge> {
        Ok(Self {
            iam: aws_sdk_iam::Client::new(config),
            budgets: aws_sdk_budgets::Client::new(config),
            scope: wanted.scope().clone(),
            desired: Desired::of(wanted)?,
        })
    }

    /// Looks at the account. Nothing is changed.
    ///
    /// # Errors
    /// [`SetupError::Call`] if the account cannot be read, [`SetupError::NoRole`] for a role that should exist.
    pub async fn plan(&self) -> Result<Plan, SetupError> {
        let mut steps = Vec::new();
        for policy in &self.desired.policies {
            steps.push(self.plan_policy(policy).await?);
        }
        for role in &self.desired.roles {
            let step = self.plan_role(role).await?;
            let attached = self.attached_to_role(last_name(&role.name)).await?;
            steps.push(step);
            self.plan_role_policies(&role.name, &role.policies, &attached, &mut steps);
            if role.instance_profile {
                steps.push(self.plan_instance_profile(&role.name).await?);
            }
        }
        if let Some((role, policies)) = &self.desired.existing_role {
            if self.role(last_name(role)).await?.is_none() {
                return Err(SetupError::NoRole(role.clone()));
            }
            let attached = self.attached_to_role(last_name(role)).await?;
            self.plan_role_policies(role, policies, &attached, &mut steps);
        }
        if let Some(user) = &self.desired.user {
            self.plan_user(user, &mut steps).await?;
        }
        if let Some(budget) = &self.desired.budget {
            steps.push(self.plan_budget(budget).await?);
        }
        Ok(Plan { steps })
    }

    /// Does what `plan` says is to be done, and returns the key that was made, if one was.
    ///
    /// `done` is told of each step that was carried out.
    ///
    /// # Errors
    /// [`SetupError::Foreign`] before anything is changed; [`SetupError::Stopped`] with what remains.
    pub async fn apply(
        &self,
        plan: &Plan,
        mut done: impl FnMut(&Step),
    ) -> Result<Option<MadeKey>, SetupError> {
        plan.permitted()?;
        let changes: Vec<_> = plan.changes().collect();
        let mut key = None;
        for (at, step) in changes.iter().enumerate() {
            let carried_out = self.carry_out(step).await;
            let made = carried_out.map_err(|source| SetupError::Stopped {
                remaining: changes[at..]
                    .iter()
                    .map(|step| step.what.to_string())
                    .collect(),
                source,
            })?;
            key = made.or(key);
            done(step);
        }
        Ok(key)
    }

    async fn carry_out(&self, step: &Step) -> Result<Option<MadeKey>, CallFailed> {
        match &step.what {
            What::Policy(name) => {
                let policies = &self.desired.policies;
                for policy in policies.iter().filter(|policy| policy.name == name) {
                    self.write_policy(policy, &step.state).await?;
                }
            }
            What::Role(name) => {
                let roles = &self.desired.roles;
                for role in roles.iter().filter(|role| last_name(&role.name) == name) {
                    self.write_role(role, &step.state).await?;
                }
            }
            What::RolePolicy { role, policy } => self.attach_to_role(role, policy).await?,
            What::InstanceProfile(name) => self.write_instance_profile(name, &step.state).await?,
            What::User(name) => self.make_user(name).await?,
            What::UserPolicy { user, policy } => self.attach_to_user(user, policy).await?,
            What::Key(user) => return self.make_key(user).await.map(Some),
            What::Budget => {
                if let Some(budget) = &self.desired.budget {
                    self.make_budget(budget).await?;
                }
            }
        }
        Ok(None)
    }
}

impl MadeKey {
    /// `config` with this key as its credentials.
    #[must_use]
    pub fn acting(&self, config: &SdkConfig) -> SdkConfig {
        let credentials = Credentials::new(&self.id, &self.secret, None, None, "made");
        let provider = aws_credential_types::provider::SharedCredentialsProvider::new(credentials);
        config
            .clone()
            .into_builder()
            .credentials_provider(provider)
            .build()
    }

    /// Waits until AWS knows the key, and returns the ARN of its user.
    ///
    /// # Errors
    /// [`CallFailed`] if AWS does not know it within a minute, or refuses for another reason.
    pub async fn verified(&self, config: &SdkConfig) -> Result<String, CallFailed> {
        let sts = aws_sdk_sts::Client::new(&self.acting(config));
        let ask = || async {
            let answer = sts.get_caller_identity().send().await;
            answer.map_err(CallFailed::of("use the new access key"))
        };
        // A key that is new is not known everywhere at once.
        let is_too_early = |error: &CallFailed| {
            error.code() == Some("InvalidClientTokenId")
                || error.code() == Some("SignatureDoesNotMatch")
        };
        let identity = super::patiently(ask, is_too_early).await?;
        Ok(identity.arn().unwrap_or_default().to_owned())
    }
}

/// Whether our tag is among them.
pub(in crate::permissions) fn is_ours(tags: &[Tag]) -> bool {
    tags.iter().any(|tag| (tag.key(), tag.value()) == TAG)
}

fn our_tag() -> Result<Tag, CallFailed> {
    let tag = Tag::builder().key(TAG.0).value(TAG.1).build();
    tag.map_err(CallFailed::unbuilt("describe our tag"))
}

/// Whether an answer was that there is no such thing.
pub(in crate::permissions) fn is_missing<E: ProvideErrorMetadata, R>(
    error: &SdkError<E, R>,
) -> bool {
    crate::call::code(error) == Some("NoSuchEntity")
}
