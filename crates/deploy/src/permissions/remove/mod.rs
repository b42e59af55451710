//! Undoing setup: only what carries our tag.

mod policy;
mod role;
mod user;

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::AttachedPolicy;

use super::setup::{is_missing, is_ours};
use super::{BUDGET_NAME, CALLER_ROLE, CLIP_ROLE, POLICY_NAMES, last_name};
use crate::call::CallFailed;
use crate::calls::Scope;

/// One thing, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// For example `role remotion-lambda-role`.
    pub what: String,
    /// What became of it.
    pub fate: Fate,
}

/// What becomes of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes, with what it holds.
    Goes,
    /// It carries no tag of ours and stays.
    NotOurs,
    /// It is ours and stays, since something of others holds on to it.
    InUse(&'static str),
}

/// Removes what setup made.
#[derive(Debug, Clone)]
pub struct Remover {
    iam: Client,
    budgets: aws_sdk_budgets::Client,
    scope: Scope,
}

impl Remover {
    /// Clients for the endpoint and credentials of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig, scope: Scope) -> Self {
        Self {
            iam: Client::new(config),
            budgets: aws_sdk_budgets::Client::new(config),
            scope,
        }
    }

    /// What there is to remove, in order. Nothing is changed.
    ///
    /// # Errors
    /// The first call that AWS refuses.
    pub async fn plan(&self) -> Result<Vec<Removed>, CallFailed> {
        let mut found = Vec::new();
        let user = &self.scope.user;
        let fate = |tags: &[aws_sdk_iam::types::Tag]| {
            if is_ours(tags) {
                Fate::Goes
            } else {
                Fate::NotOurs
            }
        };
        match self.iam.get_user().user_name(user).send().await {
            Ok(answer) => {
                let mut fate = fate(answer.user().map(|user| user.tags()).unwrap_or_default());
                if fate == Fate::Goes && self.user_has_foreign_policies(user).await? {
                    fate = Fate::InUse("somebody attached policies that are not ours");
                }
                found.push(Removed {
                    what: format!("user {user}"),
                    fate,
                });
            }
            Err(error) if is_missing(&error) => {}
            Err(error) => return Err(CallFailed::of(format!("look for the user {user}"))(error)),
        }
        for role in self.roles() {
            match self.iam.get_role().role_name(role).send().await {
                Ok(answer) => {
                    let tags = answer.role().map(|role| role.tags()).unwrap_or_default();
                    let mut fate = fate(tags);
                    if fate == Fate::Goes && self.role_has_foreign_policies(role).await? {
                        fate = Fate::InUse("somebody attached policies that are not ours");
                    }
                    found.push(Removed {
                        what: format!("role {role}"),
                        fate,
                    });
                }
                Err(error) if is_missing(&error) => {}
                Err(error) => {
                    return Err(CallFailed::of(format!("look for the role {role}"))(error));
                }
            }
        }
        for name in POLICY_NAMES {
            let arn = self.scope.policy_arn(name);
            match self.iam.get_policy().policy_arn(arn).send().await {
                Ok(answer) => found.push(Removed {
                    what: format!("policy {name}"),
                    fate: fate(
                        answer
                            .policy()
                            .map(|policy| policy.tags())
                            .unwrap_or_default(),
                    ),
                }),
                Err(error) if is_missing(&error) => {}
                Err(error) => {
                    return Err(CallFailed::of(format!("look for the policy {name}"))(error));
                }
            }
        }
        if self.scope.budget {
            found.push(Removed {
                what: format!("budget {BUDGET_NAME}"),
                fate: Fate::Goes,
            });
        }
        Ok(found)
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
        for one in plan.iter().filter(|one| one.fate == Fate::Goes) {
            match one.what.split_once(' ') {
                Some(("user", name)) => self.remove_user(name).await?,
                Some(("role", name)) => self.remove_role(name).await?,
                Some(("policy", name)) => self.remove_policy(name).await?,
                _ => self.remove_budget().await?,
            }
            done(one);
        }
        Ok(())
    }

    fn roles(&self) -> [&str; 3] {
        [last_name(&self.scope.render_role), CALLER_ROLE, CLIP_ROLE]
    }

    async fn user_has_foreign_policies(&self, user: &str) -> Result<bool, CallFailed> {
        let listed = self.iam.list_attached_user_policies().user_name(user);
        let listed = listed
            .send()
            .await
            .map_err(CallFailed::of(format!("list policies of the user {user}")))?;
        Ok(self.any_is_foreign(listed.attached_policies()))
    }

    async fn role_has_foreign_policies(&self, role: &str) -> Result<bool, CallFailed> {
        let listed = self
            .iam
            .list_attached_role_policies()
            .role_name(role)
            .send();
        let listed = listed
            .await
            .map_err(CallFailed::of(format!("list policies of the role {role}")))?;
        Ok(self.any_is_foreign(listed.attached_policies()))
    }

    fn any_is_foreign(&self, attached: &[AttachedPolicy]) -> bool {
        let mut arns = attached.iter().filter_map(|policy| policy.policy_arn());
        arns.any(|arn| {
            !POLICY_NAMES
                .iter()
                .any(|name| self.scope.policy_arn(name) == arn)
        })
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

impl std::fmt::Display for Removed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.fate {
            Fate::Goes => write!(f, "{}: will be removed", self.what),
            Fate::NotOurs => write!(f, "{}: carries no tag of ours, and stays", self.what),
            Fate::InUse(why) => write!(f, "{}: stays, since {why}", self.what),
        }
    }
}
