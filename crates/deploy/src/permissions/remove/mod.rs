//! Undoing setup: only what carries our tag.

mod plan;
mod policy;
mod role;
mod user;

use std::fmt;

use aws_config::SdkConfig;
use aws_sdk_iam::Client;

use super::{BUDGET_NAME, CallerChoice, caller_role};
use crate::call::CallFailed;
use crate::calls::{Compute, Scope};

/// How much of what setup made is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// All of it: the user, the roles, and the policies, from whoever has them.
    Everything,
    /// What one caller has; policies that others have as well stay.
    Caller(CallerChoice),
}

/// One thing, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Which.
    pub what: Thing,
    /// What becomes of it.
    pub fate: Fate,
}

/// Something that setup made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A user, by its name, with its access keys.
    User(String),
    /// A role, by its name without path, with the instance profile of its name.
    Role(String),
    /// A managed policy of a role that somebody else made.
    RolePolicy {
        /// The role's name without path.
        role: String,
        /// The policy's name.
        policy: &'static str,
    },
    /// A managed policy, by its name.
    Policy(&'static str),
    /// The budget.
    Budget,
}

/// What becomes of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It goes, with what it holds.
    Goes,
    /// It goes, and is taken from these before.
    TakenFrom(Vec<String>),
    /// It carries no tag of ours and stays.
    NotOurs,
    /// It is ours and stays, since something of others holds on to it.
    InUse(String),
}

impl Fate {
    /// Whether the thing goes.
    #[must_use]
    pub fn is_removal(&self) -> bool {
        matches!(self, Self::Goes | Self::TakenFrom(_))
    }
}

/// Removes what setup made.
#[derive(Debug, Clone)]
pub struct Remover {
    iam: Client,
    budgets: aws_sdk_budgets::Client,
    scope: Scope,
    extent: Extent,
}

impl Remover {
    /// Clients for the endpoint and credentials of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig, scope: Scope, extent: Extent) -> Self {
        Self {
            iam: Client::new(config),
            budgets: aws_sdk_budgets::Client::new(config),
            scope,
            extent,
        }
    }

    /// Removes what `plan` says goes. Running it again goes on where it stopped.
    ///
    /// # Errors
    /// The first call that AWS refuses; what was removed before stays removed.
    pub async fn apply(
        &self,
        plan: &[Removed],
        mut done: impl FnMut(&Removed),
    ) -> Result<(), CallFailed> {
        for one in plan.iter().filter(|one| one.fate.is_removal()) {
            match &one.what {
                Thing::User(name) => self.remove_user(name).await?,
                Thing::Role(name) => self.remove_role(name).await?,
                Thing::RolePolicy { role, policy } => {
                    let arn = self.scope.policy_arn(policy);
                    self.detach_from_role(role, &arn).await?;
                }
                Thing::Policy(name) => self.remove_policy(name).await?,
                Thing::Budget => self.remove_budget().await?,
            }
            done(one);
        }
        Ok(())
    }

    async fn remove_budget(&self) -> Result<(), CallFailed> {
        let deleted = self
            .budgets
            .delete_budget()
            .account_id(&self.scope.account)
            .budget_name(BUDGET_NAME)
            .send()
            .await;
        match deleted.map_err(CallFailed::of("delete the budget")) {
            Err(error) if error.code() != Some("NotFoundException") => Err(error),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(f, "user {name}"),
            Self::Role(name) => write!(f, "role {name}"),
            Self::RolePolicy { role, policy } => write!(f, "policy {policy} of role {role}"),
            Self::Policy(name) => write!(f, "policy {name}"),
            Self::Budget => write!(f, "budget {BUDGET_NAME}"),
        }
    }
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = match self.what {
            Thing::User(_) => ", with its access keys",
            Thing::Role(ref name) if name == caller_role(Compute::Ec2) => {
                ", with its instance profile"
            }
            Thing::Role(_) | Thing::RolePolicy { .. } | Thing::Policy(_) | Thing::Budget => "",
        };
        match &self.fate {
            Fate::Goes => write!(f, "{}: will be removed{with}", self.what),
            Fate::TakenFrom(holders) => {
                let holders = holders.join(", ");
                write!(
                    f,
                    "{}: will be taken from {holders}, and removed",
                    self.what
                )
            }
            Fate::NotOurs => write!(f, "{}: carries no tag of ours, and stays", self.what),
            Fate::InUse(why) => write!(f, "{}: stays, since {why}", self.what),
        }
    }
}
