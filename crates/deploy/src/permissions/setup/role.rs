//! Roles, and the instance profiles around them.

use aws_sdk_iam::types::InstanceProfile;
use iam::policy::{Document, Kind, PrincipalElement, PrincipalMap};

use super::super::comparison::Comparison;
use super::super::plan::{State, Step, What};
use super::super::{Role, last_name, path_of};
use super::{Setup, is_missing, is_ours, our_tag};
use crate::call::CallFailed;
use crate::policy::decoded;

impl Setup {
    pub(super) async fn plan_role(&self, wanted: &Role) -> Result<Step, CallFailed> {
        let name = last_name(&wanted.name);
        let what = What::Role(name.to_owned());
        let state = match self.role(name).await? {
            None => State::Missing,
            Some(found) => {
                let trust = decoded(found.assume_role_policy_document().unwrap_or_default());
                let compared = Comparison::of_text(&trust, Kind::Trust, &wanted.trust);
                if compared.is_some_and(|compared| compared.is_same()) {
                    State::Done
                } else if is_ours(found.tags()) {
                    let wanted = trusted(&wanted.trust.to_json());
                    State::Differs(format!(
                        "it trusts {}, and is to trust {wanted}",
                        trusted(&trust)
                    ))
                } else if found.path() != path_of(&wanted.name) {
                    State::Foreign("has another path".to_owned())
                } else {
                    State::Foreign(format!("trusts {}", trusted(&trust)))
                }
            }
        };
        Ok(Step { what, state })
    }

    pub(super) async fn role(
        &self,
        name: &str,
    ) -> Result<Option<aws_sdk_iam::types::Role>, CallFailed> {
        match self.iam.get_role().role_name(name).send().await {
            Ok(found) => Ok(found.role),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(CallFailed::of(format!("look for the role {name}"))(error)),
        }
    }

    pub(super) async fn write_role(&self, wanted: &Role, state: &State) -> Result<(), CallFailed> {
        let name = last_name(&wanted.name);
        if *state == State::Missing {
            let made = self
                .iam
                .create_role()
                .role_name(name)
                .path(path_of(&wanted.name))
                .description(wanted.description)
                .assume_role_policy_document(wanted.trust.to_json())
                .tags(our_tag()?)
                .send()
                .await;
            made.map_err(CallFailed::of(format!("make the role {name}")))?;
        } else {
            let corrected = self
                .iam
                .update_assume_role_policy()
                .role_name(name)
                .policy_document(wanted.trust.to_json())
                .send()
                .await;
            corrected.map_err(CallFailed::of(format!(
                "correct the trust of the role {name}"
            )))?;
        }
        Ok(())
    }

    /// ARNs of the managed policies of a role; none of one that does not exist.
    pub(super) async fn attached_to_role(&self, name: &str) -> Result<Vec<String>, CallFailed> {
        let pages = self.iam.list_attached_role_policies().role_name(name);
        let mut pages = pages.into_paginator().send();
        let mut arns = Vec::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => arns.extend(
                    page.attached_policies()
                        .iter()
                        .filter_map(|policy| policy.policy_arn().map(str::to_owned)),
                ),
                Err(error) if is_missing(&error) => break,
                Err(error) => {
                    return Err(CallFailed::of(format!("list policies of the role {name}"))(
                        error,
                    ));
                }
            }
        }
        Ok(arns)
    }

    pub(super) fn plan_role_policies(
        &self,
        role: &str,
        policies: &[&'static str],
        attached: &[String],
        steps: &mut Vec<Step>,
    ) {
        for policy in policies {
            let is_attached = attached.contains(&self.scope.policy_arn(policy));
            steps.push(Step {
                what: What::RolePolicy {
                    role: last_name(role).to_owned(),
                    policy: (*policy).to_owned(),
                },
                state: if is_attached {
                    State::Done
                } else {
                    State::Missing
                },
            });
        }
    }

    pub(super) async fn attach_to_role(&self, role: &str, policy: &str) -> Result<(), CallFailed> {
        let attached = self
            .iam
            .attach_role_policy()
            .role_name(role)
            .policy_arn(self.scope.policy_arn(policy))
            .send()
            .await;
        attached.map_err(CallFailed::of(format!(
            "attach the policy {policy} to the role {role}"
        )))?;
        Ok(())
    }

    pub(super) async fn plan_instance_profile(&self, role: &str) -> Result<Step, CallFailed> {
        let name = last_name(role);
        let found = self.instance_profile(name).await?;
        let state = match &found {
            None => State::Missing,
            Some(found) if found.roles().iter().any(|role| role.role_name() == name) => State::Done,
            Some(found) if found.roles().is_empty() && is_ours(found.tags()) => {
                State::Differs("it holds no role".to_owned())
            }
            Some(_) => State::Foreign("holds another role".to_owned()),
        };
        Ok(Step {
            what: What::InstanceProfile(name.to_owned()),
            state,
        })
    }

    async fn instance_profile(&self, name: &str) -> Result<Option<InstanceProfile>, CallFailed> {
        let asked = self.iam.get_instance_profile().instance_profile_name(name);
        match asked.send().await {
            Ok(found) => Ok(found.instance_profile),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(CallFailed::of(format!(
                "look for the instance profile {name}"
            ))(error)),
        }
    }

    pub(super) async fn write_instance_profile(
        &self,
        name: &str,
        state: &State,
    ) -> Result<(), CallFailed> {
        if *state == State::Missing {
            let made = self
                .iam
                .create_instance_profile()
                .instance_profile_name(name)
                .tags(our_tag()?)
                .send()
                .await;
            made.map_err(CallFailed::of(format!("make the instance profile {name}")))?;
        }
        let added = self
            .iam
            .add_role_to_instance_profile()
            .instance_profile_name(name)
            .role_name(name)
            .send()
            .await;
        added.map_err(CallFailed::of(format!(
            "put the role {name} into its instance profile"
        )))?;
        Ok(())
    }
}

/// Whom a trust policy names.
fn trusted(trust: &str) -> String {
    let Ok(document) = Document::parse(trust, Kind::Trust) else {
        return "nobody whom a trust policy can name".to_owned();
    };
    let mut names: Vec<String> = Vec::new();
    for statement in document.statements() {
        match &statement.principal {
            Some(PrincipalElement::Principal(PrincipalMap::Named(named))) => {
                let named = named.iter().flat_map(|(_, names)| names);
                names.extend(named.map(|name| name.value.to_string()));
            }
            _ => names.push("everybody".to_owned()),
        }
    }
    names.dedup();
    names.join(", ")
}
