//! Users, groups and roles, as those who have policies.

use iam::names::Name;

use crate::api_error::ApiError;
use crate::authz::Particulars;
use crate::identity::{Directory, Policies};
use crate::services::iam::limits::LIMITS;
use crate::services::iam::{Iam, group, role, user};

/// Whose policies a call is about, and what its calls are named.
pub(super) trait Holder: Send + Sync + 'static {
    /// `user`, `group` or `role`
    const KIND: &'static str;
    /// The parameter that names the holder.
    const PARAMETER: &'static str;
    const NAME: Name;
    /// Characters of all its inline policies together.
    const INLINE_SIZE: usize;
    /// How many managed policies may be attached, and what the quota is named.
    const ATTACHED: (usize, &'static str);
    const PUT: &'static str;
    const GET: &'static str;
    const DELETE: &'static str;
    const LIST: &'static str;
    const ATTACH: &'static str;
    const DETACH: &'static str;
    const LIST_ATTACHED: &'static str;

    /// What decisions about it depend on.
    fn about(iam: &Iam, name: &str) -> Particulars;

    /// What decisions about a change of its policies depend on: its boundary besides.
    fn about_change(iam: &Iam, name: &str) -> Particulars;

    /// The name and the policies of the holder with a name.
    fn existing<'a>(
        directory: &'a Directory,
        name: &str,
    ) -> Result<(&'a str, &'a Policies), ApiError>;

    /// Changes the policies of a holder that exists; `change` is told its name.
    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&str, &mut Policies) -> Result<(), ApiError>,
    ) -> Result<(), ApiError>;
}

#[derive(Debug)]
pub(super) struct OfUser;

#[derive(Debug)]
pub(super) struct OfGroup;

#[derive(Debug)]
pub(super) struct OfRole;

impl Holder for OfUser {
    const KIND: &'static str = "user";
    const PARAMETER: &'static str = "UserName";
    const NAME: Name = Name::User;
    const INLINE_SIZE: usize = LIMITS.user_inline;
    const ATTACHED: (usize, &'static str) = (LIMITS.policies_per_user, "PoliciesPerUser");
    const PUT: &'static str = "PutUserPolicy";
    const GET: &'static str = "GetUserPolicy";
    const DELETE: &'static str = "DeleteUserPolicy";
    const LIST: &'static str = "ListUserPolicies";
    const ATTACH: &'static str = "AttachUserPolicy";
    const DETACH: &'static str = "DetachUserPolicy";
    const LIST_ATTACHED: &'static str = "ListAttachedUserPolicies";

    fn about(iam: &Iam, name: &str) -> Particulars {
        iam.about_user(name)
    }

    fn about_change(iam: &Iam, name: &str) -> Particulars {
        let directory = iam.directory();
        let user = directory.user(name);
        iam.about_user(name).key_if(
            "iam:PermissionsBoundary",
            user.and_then(|user| user.principal.boundary.as_deref()),
        )
    }

    fn existing<'a>(
        directory: &'a Directory,
        name: &str,
    ) -> Result<(&'a str, &'a Policies), ApiError> {
        let principal = &user::existing(directory, name)?.principal;
        Ok((&principal.name, &principal.policies))
    }

    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&str, &mut Policies) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        user::change(directory, name, |user| {
            change(&user.principal.name, &mut user.principal.policies)
        })
    }
}

impl Holder for OfGroup {
    const KIND: &'static str = "group";
    const PARAMETER: &'static str = "GroupName";
    const NAME: Name = Name::Group;
    const INLINE_SIZE: usize = LIMITS.group_inline;
    const ATTACHED: (usize, &'static str) = (LIMITS.policies_per_group, "PoliciesPerGroup");
    const PUT: &'static str = "PutGroupPolicy";
    const GET: &'static str = "GetGroupPolicy";
    const DELETE: &'static str = "DeleteGroupPolicy";
    const LIST: &'static str = "ListGroupPolicies";
    const ATTACH: &'static str = "AttachGroupPolicy";
    const DETACH: &'static str = "DetachGroupPolicy";
    const LIST_ATTACHED: &'static str = "ListAttachedGroupPolicies";

    fn about(iam: &Iam, name: &str) -> Particulars {
        iam.about_group(name)
    }

    // Nothing bounds a group.
    fn about_change(iam: &Iam, name: &str) -> Particulars {
        iam.about_group(name)
    }

    fn existing<'a>(
        directory: &'a Directory,
        name: &str,
    ) -> Result<(&'a str, &'a Policies), ApiError> {
        let group = group::existing(directory, name)?;
        Ok((&group.name, &group.policies))
    }

    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&str, &mut Policies) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let mut group = group::existing(directory, name)?.clone();
        change(&group.name, &mut group.policies)?;
        directory.put_group(group);
        Ok(())
    }
}

impl Holder for OfRole {
    const KIND: &'static str = "role";
    const PARAMETER: &'static str = "RoleName";
    const NAME: Name = Name::Role;
    const INLINE_SIZE: usize = LIMITS.role_inline;
    const ATTACHED: (usize, &'static str) = (LIMITS.policies_per_role, "PoliciesPerRole");
    const PUT: &'static str = "PutRolePolicy";
    const GET: &'static str = "GetRolePolicy";
    const DELETE: &'static str = "DeleteRolePolicy";
    const LIST: &'static str = "ListRolePolicies";
    const ATTACH: &'static str = "AttachRolePolicy";
    const DETACH: &'static str = "DetachRolePolicy";
    const LIST_ATTACHED: &'static str = "ListAttachedRolePolicies";

    fn about(iam: &Iam, name: &str) -> Particulars {
        iam.about_role(name)
    }

    fn about_change(iam: &Iam, name: &str) -> Particulars {
        let directory = iam.directory();
        let role = directory.role(name);
        iam.about_role(name).key_if(
            "iam:PermissionsBoundary",
            role.and_then(|role| role.principal.boundary.as_deref()),
        )
    }

    fn existing<'a>(
        directory: &'a Directory,
        name: &str,
    ) -> Result<(&'a str, &'a Policies), ApiError> {
        let principal = &role::existing(directory, name)?.principal;
        Ok((&principal.name, &principal.policies))
    }

    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&str, &mut Policies) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        role::change(directory, name, |role| {
            change(&role.principal.name, &mut role.principal.policies)
        })
    }
}
