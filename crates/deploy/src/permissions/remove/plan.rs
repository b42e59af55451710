//! What there is to remove, and what keeps some of it.

use aws_sdk_iam::types::{AttachedPolicy, Tag};

use super::{Extent, Fate, Removed, Remover, Thing};
use crate::call::CallFailed;
use crate::permissions::setup::{is_missing, is_ours};
use crate::permissions::{
    CALLERS, CLIP_POLICY, CLIP_ROLE, CallerChoice, DEPLOY_POLICY, POLICY_NAMES, RENDER_POLICY,
    caller_role, last_name,
};

/// The names of what an extent covers.
#[derive(Default)]
struct Covered<'a> {
    users: Vec<&'a str>,
    roles: Vec<&'a str>,
    /// A role that somebody else made, and the policy that setup gave it.
    given: Option<(&'a str, &'static str)>,
    policies: Vec<&'static str>,
}

impl Remover {
    /// What there is to remove, in order. Nothing is changed.
    ///
    /// # Errors
    /// The first call that AWS refuses.
    pub async fn plan(&self) -> Result<Vec<Removed>, CallFailed> {
        let covered = self.covered();
        let mut found = Vec::new();
        for user in covered.users {
            found.extend(self.plan_user(user).await?);
        }
        for role in covered.roles {
            found.extend(self.plan_role(role).await?);
        }
        if let Some((role, policy)) = covered.given {
            found.extend(self.plan_given(role, policy).await?);
        }
        for policy in covered.policies {
            let planned = self.plan_policy(policy, &found).await?;
            found.extend(planned);
        }
        if self.scope.budget {
            found.push(Removed {
                what: Thing::Budget,
                fate: Fate::Goes,
            });
        }
        Ok(found)
    }

    fn covered(&self) -> Covered<'_> {
        let (user, render_role) = (&self.scope.user, last_name(&self.scope.render_role));
        match &self.extent {
            Extent::Everything => Covered {
                users: vec![user],
                roles: [render_role, CLIP_ROLE]
                    .into_iter()
                    .chain(CALLERS.map(caller_role))
                    .collect(),
                given: None,
                policies: POLICY_NAMES.to_vec(),
            },
            Extent::Caller(CallerChoice::User) => Covered {
                users: vec![user],
                policies: vec![DEPLOY_POLICY],
                ..Covered::default()
            },
            Extent::Caller(choice @ CallerChoice::Made(compute)) => Covered {
                roles: vec![caller_role(*compute)],
                policies: vec![choice.role_policy()],
                ..Covered::default()
            },
            Extent::Caller(choice @ CallerChoice::Existing { role, .. }) => Covered {
                given: Some((last_name(role), choice.role_policy())),
                policies: vec![choice.role_policy()],
                ..Covered::default()
            },
            Extent::Caller(CallerChoice::Nobody) => Covered {
                roles: vec![render_role, CLIP_ROLE],
                policies: vec![RENDER_POLICY, CLIP_POLICY],
                ..Covered::default()
            },
        }
    }

    async fn plan_user(&self, user: &str) -> Result<Option<Removed>, CallFailed> {
        let found = match self.iam.get_user().user_name(user).send().await {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(CallFailed::of(format!("look for the user {user}"))(error)),
        };
        let tags = found.user().map(|user| user.tags()).unwrap_or_default();
        let fate = match fate(tags) {
            Fate::Goes => {
                let groups = self.groups_of(user).await?;
                let listed = self.iam.list_attached_user_policies().user_name(user);
                let listed = listed.send().await;
                let listed =
                    listed.map_err(CallFailed::of(format!("list policies of the user {user}")))?;
                self.kept(listed.attached_policies(), &groups)
            }
            kept => kept,
        };
        let what = Thing::User(user.to_owned());
        Ok(Some(Removed { what, fate }))
    }

    async fn groups_of(&self, user: &str) -> Result<Vec<String>, CallFailed> {
        let listed = self.iam.list_groups_for_user().user_name(user).send().await;
        let listed = listed.map_err(CallFailed::of(format!("list groups of the user {user}")))?;
        let names = listed.groups().iter().map(|group| group.group_name());
        Ok(names.map(str::to_owned).collect())
    }

    async fn plan_role(&self, role: &str) -> Result<Option<Removed>, CallFailed> {
        let found = match self.iam.get_role().role_name(role).send().await {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(CallFailed::of(format!("look for the role {role}"))(error)),
        };
        let tags = found.role().map(|role| role.tags()).unwrap_or_default();
        let fate = match fate(tags) {
            Fate::Goes => {
                let listed = self.iam.list_attached_role_policies().role_name(role);
                let listed = listed.send().await;
                let listed =
                    listed.map_err(CallFailed::of(format!("list policies of the role {role}")))?;
                self.kept(listed.attached_policies(), &[])
            }
            kept => kept,
        };
        let what = Thing::Role(role.to_owned());
        Ok(Some(Removed { what, fate }))
    }

    /// What others gave an identity of ours keeps it.
    fn kept(&self, attached: &[AttachedPolicy], groups: &[String]) -> Fate {
        let is_ours = |arn: &&str| {
            POLICY_NAMES
                .iter()
                .any(|name| self.scope.policy_arn(name) == *arn)
        };
        let attached = attached.iter().filter_map(|policy| policy.policy_arn());
        let foreign: Vec<_> = attached.filter(|arn| !is_ours(arn)).collect();
        match (foreign.as_slice(), groups) {
            ([], []) => Fate::Goes,
            ([], groups) => Fate::InUse(format!("it is in the group {}", groups.join(", "))),
            (foreign, _) => Fate::InUse(format!("somebody attached to it {}", foreign.join(", "))),
        }
    }

    async fn plan_given(
        &self,
        role: &str,
        policy: &'static str,
    ) -> Result<Option<Removed>, CallFailed> {
        let attached = self.iam.list_attached_role_policies().role_name(role);
        let attached = match attached.send().await {
            Ok(attached) => attached,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => {
                return Err(CallFailed::of(format!("list policies of the role {role}"))(
                    error,
                ));
            }
        };
        let arn = self.scope.policy_arn(policy);
        let mut attached = attached.attached_policies().iter();
        let is_given = attached.any(|one| one.policy_arn() == Some(arn.as_str()));
        let role = role.to_owned();
        Ok(is_given.then_some(Removed {
            what: Thing::RolePolicy { role, policy },
            fate: Fate::Goes,
        }))
    }

    /// A policy goes from whoever has it where everything goes, and else stays with those who keep it.
    async fn plan_policy(
        &self,
        name: &'static str,
        going: &[Removed],
    ) -> Result<Option<Removed>, CallFailed> {
        let arn = self.scope.policy_arn(name);
        let found = match self.iam.get_policy().policy_arn(&arn).send().await {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(CallFailed::of(format!("look for the policy {name}"))(error)),
        };
        let tags = found
            .policy()
            .map(|policy| policy.tags())
            .unwrap_or_default();
        let fate = match fate(tags) {
            Fate::Goes => {
                let holders = self.holders(name, &arn).await?;
                let stays =
                    |holder: &String| !going.iter().any(|one| takes_from(one, name, holder));
                let staying: Vec<_> = holders.into_iter().filter(stays).collect();
                match (staying.as_slice(), &self.extent) {
                    ([], _) => Fate::Goes,
                    (_, Extent::Everything) => Fate::TakenFrom(staying),
                    (_, Extent::Caller(_)) => Fate::InUse(format!("{} has it", staying.join(", "))),
                }
            }
            kept => kept,
        };
        let what = Thing::Policy(name);
        Ok(Some(Removed { what, fate }))
    }

    /// The users, groups and roles that have a policy, as things are told.
    async fn holders(&self, name: &str, arn: &str) -> Result<Vec<String>, CallFailed> {
        let held = self.iam.list_entities_for_policy().policy_arn(arn);
        let held = held.send().await;
        let held = held.map_err(CallFailed::of(format!(
            "find out who has the policy {name}"
        )))?;
        let users = held.policy_users().iter().filter_map(|one| one.user_name());
        let users = users.map(|name| Thing::User(name.to_owned()).to_string());
        let roles = held.policy_roles().iter().filter_map(|one| one.role_name());
        let roles = roles.map(|name| Thing::Role(name.to_owned()).to_string());
        let groups = held
            .policy_groups()
            .iter()
            .filter_map(|one| one.group_name());
        let groups = groups.map(|name| format!("group {name}"));
        Ok(users.chain(roles).chain(groups).collect())
    }
}

/// Whether what becomes of `one` takes the policy `name` from `holder`.
fn takes_from(one: &Removed, name: &str, holder: &str) -> bool {
    let takes = match &one.what {
        Thing::RolePolicy { role, policy } => {
            *policy == name && Thing::Role(role.clone()).to_string() == holder
        }
        what => what.to_string() == holder,
    };
    takes && one.fate.is_removal()
}

fn fate(tags: &[Tag]) -> Fate {
    if is_ours(tags) {
        Fate::Goes
    } else {
        Fate::NotOurs
    }
}
