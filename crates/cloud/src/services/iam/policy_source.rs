//! The principal whose policies are asked about.

use std::sync::Arc;

use iam::{Arn, Caller, Layers, Policy};

use crate::api_error::ApiError;
use crate::identity::{Directory, Policies};
use crate::services::iam::simulate::invalid_input;

/// A user, group or role, with its policies and how it would call.
#[derive(Debug)]
pub(super) struct PolicySource {
    /// What binds it.
    pub(super) layers: Layers,
    /// How it calls.
    pub(super) caller: Caller,
    /// Which policies are inline, and in what.
    pub(super) inline: Inline,
}

/// Inline policies, each with the kind of principal that it is embedded in.
#[derive(Debug, Default)]
pub(super) struct Inline(Vec<(Arc<Policy>, &'static str)>);

impl Inline {
    /// The kind of principal that holds a policy; nothing if it is not inline.
    pub(super) fn holder(&self, policy: &Arc<Policy>) -> Option<&'static str> {
        let held = self.0.iter().find(|(known, _)| Arc::ptr_eq(known, policy));
        held.map(|(_, holder)| *holder)
    }
}

impl PolicySource {
    /// Finds the user, group or role with an ARN.
    ///
    /// # Errors
    /// `InvalidInput` for what is no ARN of one, `NoSuchEntity` if there is none.
    pub(super) fn find(directory: &Directory, arn: &str) -> Result<Self, ApiError> {
        let invalid = || invalid_input(&format!("Invalid Entity Arn: {arn}"));
        let parsed = Arn::parse(arn).map_err(|_| invalid())?;
        let name = arn.rsplit('/').next().unwrap_or_default();
        let gone = |kind: &str| {
            ApiError::not_found(
                "NoSuchEntity",
                format!("The {kind} with name {name} cannot be found."),
            )
        };
        match parsed.resource().split_once('/') {
            Some(("user", _)) => {
                let user = directory
                    .user(name)
                    .filter(|user| user.principal.arn == arn)
                    .ok_or_else(|| gone("user"))?;
                let principal = &user.principal;
                let groups = directory.groups_of(user);
                let of_groups = groups.map(|group| (&group.policies, "group"));
                Ok(Self {
                    layers: directory.layers(principal).ok_or_else(unreadable)?,
                    caller: caller(arn)?.with_unique_id(&principal.id),
                    inline: inline([(&principal.policies, "user")].into_iter().chain(of_groups)),
                })
            }
            Some(("group", _)) => {
                let group = directory
                    .group(name)
                    .filter(|group| group.arn == arn)
                    .ok_or_else(|| gone("group"))?;
                let identity = directory.compiled(&group.policies);
                Ok(Self {
                    layers: Layers {
                        identity: identity.ok_or_else(unreadable)?,
                        ..Layers::default()
                    },
                    caller: caller(arn)?,
                    inline: inline([(&group.policies, "group")]),
                })
            }
            Some(("role", _)) => {
                let role = directory.role_by_arn(arn).ok_or_else(|| gone("role"))?;
                let principal = &role.principal;
                Ok(Self {
                    layers: directory.layers(principal).ok_or_else(unreadable)?,
                    caller: caller(arn)?.with_unique_id(&principal.id),
                    inline: inline([(&principal.policies, "role")]),
                })
            }
            _ => Err(invalid()),
        }
    }
}

fn unreadable() -> ApiError {
    invalid_input("A policy of the principal cannot be found.")
}

fn inline<'p>(held: impl IntoIterator<Item = (&'p Policies, &'static str)>) -> Inline {
    let each = held.into_iter().flat_map(|(policies, holder)| {
        let inline = policies.inline.values();
        inline.map(move |policy| (Arc::clone(policy.policy()), holder))
    });
    Inline(each.collect())
}

/// How a principal calls: a user as itself, a role by a session, and of a group some member.
///
/// # Errors
/// `InvalidInput` for everything else: sessions, services, accounts.
pub(super) fn caller(arn: &str) -> Result<Caller, ApiError> {
    let invalid = || invalid_input(&format!("Invalid Entity Arn: {arn}"));
    let parsed = Arn::parse(arn).map_err(|_| invalid())?;
    if parsed.service() != "iam" {
        return Err(invalid());
    }
    let caller = match parsed.resource().split_once('/') {
        Some(("user", _)) => Caller::parse(arn),
        Some(("role", _)) => Caller::role_session(parsed, "simulation"),
        Some(("group", name)) => {
            // No policy of a resource can name a group: the member's name is none that a user can have.
            let member = format!("member:{}", name.replace('/', ":"));
            let account = parsed.account();
            Caller::parse(&format!("arn:aws:iam::{account}:user/{member}"))
        }
        _ => return Err(invalid()),
    };
    caller.map_err(|_| invalid())
}
