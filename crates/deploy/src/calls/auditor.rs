//! What whoever checks permissions calls. Nothing is changed.

use super::{Call, Loss, Part, Resource};

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    unknown: &'static str,
) -> Call {
    super::row(
        Part::Auditor,
        operations,
        action,
        resource,
        why,
        Loss::Degraded(unknown),
    )
}

const OF_USERS: &str = "policies of users are not checked";
const OF_GROUPS: &str = "policies of groups are not checked";
const OF_ROLES: &str = "policies of roles are not checked";
const DRIFT: &str = "managed policies are not checked for drift";

pub(super) const CALLS: &[Call] = &[
    row(
        &["LookupEvents"],
        "cloudtrail:LookupEvents",
        Resource::Everything,
        "Recent denials are found in the event history, for `policies fix --from-cloudtrail`.",
        "denials are not found; their messages can be pasted",
    ),
    row(
        &["SimulatePrincipalPolicy"],
        "iam:SimulatePrincipalPolicy",
        Resource::Users,
        "AWS says for each row of the table whether a user would be allowed to.",
        "decisions are computed from the policies that may be read",
    ),
    row(
        &["SimulatePrincipalPolicy"],
        "iam:SimulatePrincipalPolicy",
        Resource::Roles,
        "AWS says for each row of the table whether a role would be allowed to.",
        "decisions are computed from the policies that may be read",
    ),
    row(
        &["GetUser"],
        "iam:GetUser",
        Resource::Users,
        "A user's permissions boundary limits what its policies allow.",
        OF_USERS,
    ),
    row(
        &["ListUserPolicies"],
        "iam:ListUserPolicies",
        Resource::Users,
        "Inline policies of a user are found.",
        OF_USERS,
    ),
    row(
        &["GetUserPolicy"],
        "iam:GetUserPolicy",
        Resource::Users,
        "Inline policies of a user are read, for placeholders that nobody replaced.",
        OF_USERS,
    ),
    row(
        &["ListAttachedUserPolicies"],
        "iam:ListAttachedUserPolicies",
        Resource::Users,
        "Managed policies of a user are found.",
        OF_USERS,
    ),
    row(
        &["ListGroupsForUser"],
        "iam:ListGroupsForUser",
        Resource::Users,
        "A user has the policies of its groups, too.",
        OF_GROUPS,
    ),
    row(
        &["ListGroupPolicies"],
        "iam:ListGroupPolicies",
        Resource::Groups,
        "Inline policies of a user's groups are found.",
        OF_GROUPS,
    ),
    row(
        &["GetGroupPolicy"],
        "iam:GetGroupPolicy",
        Resource::Groups,
        "Inline policies of a user's groups are read.",
        OF_GROUPS,
    ),
    row(
        &["ListAttachedGroupPolicies"],
        "iam:ListAttachedGroupPolicies",
        Resource::Groups,
        "Managed policies of a user's groups are found.",
        OF_GROUPS,
    ),
    row(
        &["GetRole"],
        "iam:GetRole",
        Resource::Roles,
        "A role's trust says who may assume it, and its boundary what it may do at most.",
        "trust and boundary are not checked",
    ),
    row(
        &["ListRolePolicies"],
        "iam:ListRolePolicies",
        Resource::Roles,
        "Inline policies of a role are found.",
        OF_ROLES,
    ),
    row(
        &["GetRolePolicy"],
        "iam:GetRolePolicy",
        Resource::Roles,
        "Inline policies of a role are read, for placeholders that nobody replaced.",
        OF_ROLES,
    ),
    row(
        &["ListAttachedRolePolicies"],
        "iam:ListAttachedRolePolicies",
        Resource::Roles,
        "Managed policies of a role are found.",
        OF_ROLES,
    ),
    row(
        &["GetPolicy"],
        "iam:GetPolicy",
        Resource::Policies,
        "The version of a managed policy that is in force is looked up.",
        DRIFT,
    ),
    row(
        &["GetPolicyVersion"],
        "iam:GetPolicyVersion",
        Resource::Policies,
        "What a managed policy says is compared with what the table asks for.",
        DRIFT,
    ),
];
