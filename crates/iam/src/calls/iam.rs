//! IAM: nearly every operation is an action of its own name.

use super::table::need;
use super::{Call, Need, Template, When};
use Template::{
    Group, InstanceProfile, ManagedPolicy, PolicySource, Role, ServiceLinkedRole, Unnamed, User,
};

const TAGS: &[&str] = &["aws:RequestTag/*", "aws:TagKeys"];
const CREATING: &[&str] = &["iam:PermissionsBoundary", "aws:RequestTag/*", "aws:TagKeys"];
const BOUNDARY: &[&str] = &["iam:PermissionsBoundary"];
const ATTACHING: &[&str] = &["iam:PolicyARN", "iam:PermissionsBoundary"];

const fn row(operation: &'static str, needs: &'static [Need]) -> Call {
    Call {
        service: "iam",
        operation,
        needs,
    }
}

// spec: iam/calls#iam
pub(super) const CALLS: &[Call] = &[
    // Users.
    row(
        "CreateUser",
        &[
            need("iam:CreateUser", User).keys(CREATING),
            need("iam:TagUser", User).keys(TAGS).when(When::Tags),
        ],
    ),
    row("GetUser", &[need("iam:GetUser", User)]),
    row("DeleteUser", &[need("iam:DeleteUser", User)]),
    row("UpdateUser", &[need("iam:UpdateUser", User)]),
    row("ListUserTags", &[need("iam:ListUserTags", User)]),
    row("ListUsers", &[need("iam:ListUsers", Unnamed)]),
    row("TagUser", &[need("iam:TagUser", User).keys(TAGS)]),
    row(
        "UntagUser",
        &[need("iam:UntagUser", User).keys(&["aws:TagKeys"])],
    ),
    row("CreateAccessKey", &[need("iam:CreateAccessKey", User)]),
    row("ListAccessKeys", &[need("iam:ListAccessKeys", User)]),
    row("UpdateAccessKey", &[need("iam:UpdateAccessKey", User)]),
    row("DeleteAccessKey", &[need("iam:DeleteAccessKey", User)]),
    row(
        "GetAccessKeyLastUsed",
        &[need("iam:GetAccessKeyLastUsed", User)],
    ),
    row(
        "PutUserPolicy",
        &[need("iam:PutUserPolicy", User).keys(BOUNDARY)],
    ),
    row(
        "DeleteUserPolicy",
        &[need("iam:DeleteUserPolicy", User).keys(BOUNDARY)],
    ),
    row("GetUserPolicy", &[need("iam:GetUserPolicy", User)]),
    row("ListUserPolicies", &[need("iam:ListUserPolicies", User)]),
    row(
        "AttachUserPolicy",
        &[need("iam:AttachUserPolicy", User).keys(ATTACHING)],
    ),
    row(
        "DetachUserPolicy",
        &[need("iam:DetachUserPolicy", User).keys(ATTACHING)],
    ),
    row(
        "ListAttachedUserPolicies",
        &[need("iam:ListAttachedUserPolicies", User)],
    ),
    row(
        "PutUserPermissionsBoundary",
        &[need("iam:PutUserPermissionsBoundary", User).keys(BOUNDARY)],
    ),
    row(
        "DeleteUserPermissionsBoundary",
        &[need("iam:DeleteUserPermissionsBoundary", User).keys(BOUNDARY)],
    ),
    row("ListGroupsForUser", &[need("iam:ListGroupsForUser", User)]),
    // Roles.
    row(
        "CreateRole",
        &[
            need("iam:CreateRole", Role).keys(CREATING),
            need("iam:TagRole", Role).keys(TAGS).when(When::Tags),
        ],
    ),
    row("GetRole", &[need("iam:GetRole", Role)]),
    row("DeleteRole", &[need("iam:DeleteRole", Role)]),
    row("UpdateRole", &[need("iam:UpdateRole", Role)]),
    row(
        "UpdateRoleDescription",
        &[need("iam:UpdateRoleDescription", Role)],
    ),
    row(
        "UpdateAssumeRolePolicy",
        &[need("iam:UpdateAssumeRolePolicy", Role)],
    ),
    row("ListRoleTags", &[need("iam:ListRoleTags", Role)]),
    row("ListRoles", &[need("iam:ListRoles", Unnamed)]),
    row("TagRole", &[need("iam:TagRole", Role).keys(TAGS)]),
    row(
        "UntagRole",
        &[need("iam:UntagRole", Role).keys(&["aws:TagKeys"])],
    ),
    row(
        "PutRolePolicy",
        &[need("iam:PutRolePolicy", Role).keys(BOUNDARY)],
    ),
    row(
        "DeleteRolePolicy",
        &[need("iam:DeleteRolePolicy", Role).keys(BOUNDARY)],
    ),
    row("GetRolePolicy", &[need("iam:GetRolePolicy", Role)]),
    row("ListRolePolicies", &[need("iam:ListRolePolicies", Role)]),
    row(
        "AttachRolePolicy",
        &[need("iam:AttachRolePolicy", Role).keys(ATTACHING)],
    ),
    row(
        "DetachRolePolicy",
        &[need("iam:DetachRolePolicy", Role).keys(ATTACHING)],
    ),
    row(
        "ListAttachedRolePolicies",
        &[need("iam:ListAttachedRolePolicies", Role)],
    ),
    row(
        "PutRolePermissionsBoundary",
        &[need("iam:PutRolePermissionsBoundary", Role).keys(BOUNDARY)],
    ),
    row(
        "DeleteRolePermissionsBoundary",
        &[need("iam:DeleteRolePermissionsBoundary", Role).keys(BOUNDARY)],
    ),
    row(
        "CreateServiceLinkedRole",
        &[need("iam:CreateServiceLinkedRole", ServiceLinkedRole).keys(&["iam:AWSServiceName"])],
    ),
    // Groups.
    row("CreateGroup", &[need("iam:CreateGroup", Group)]),
    row("GetGroup", &[need("iam:GetGroup", Group)]),
    row("DeleteGroup", &[need("iam:DeleteGroup", Group)]),
    row("UpdateGroup", &[need("iam:UpdateGroup", Group)]),
    row("AddUserToGroup", &[need("iam:AddUserToGroup", Group)]),
    row(
        "RemoveUserFromGroup",
        &[need("iam:RemoveUserFromGroup", Group)],
    ),
    row("ListGroups", &[need("iam:ListGroups", Unnamed)]),
    row("PutGroupPolicy", &[need("iam:PutGroupPolicy", Group)]),
    row("DeleteGroupPolicy", &[need("iam:DeleteGroupPolicy", Group)]),
    row("GetGroupPolicy", &[need("iam:GetGroupPolicy", Group)]),
    row("ListGroupPolicies", &[need("iam:ListGroupPolicies", Group)]),
    row(
        "AttachGroupPolicy",
        &[need("iam:AttachGroupPolicy", Group).keys(&["iam:PolicyARN"])],
    ),
    row(
        "DetachGroupPolicy",
        &[need("iam:DetachGroupPolicy", Group).keys(&["iam:PolicyARN"])],
    ),
    row(
        "ListAttachedGroupPolicies",
        &[need("iam:ListAttachedGroupPolicies", Group)],
    ),
    // Instance profiles.
    row(
        "CreateInstanceProfile",
        &[
            need("iam:CreateInstanceProfile", InstanceProfile).keys(TAGS),
            need("iam:TagInstanceProfile", InstanceProfile)
                .keys(TAGS)
                .when(When::Tags),
        ],
    ),
    row(
        "GetInstanceProfile",
        &[need("iam:GetInstanceProfile", InstanceProfile)],
    ),
    row(
        "ListInstanceProfiles",
        &[need("iam:ListInstanceProfiles", Unnamed)],
    ),
    row(
        "DeleteInstanceProfile",
        &[need("iam:DeleteInstanceProfile", InstanceProfile)],
    ),
    row(
        "AddRoleToInstanceProfile",
        &[
            need("iam:AddRoleToInstanceProfile", InstanceProfile),
            need("iam:PassRole", Role).keys(&["iam:PassedToService"]),
        ],
    ),
    row(
        "RemoveRoleFromInstanceProfile",
        &[need("iam:RemoveRoleFromInstanceProfile", InstanceProfile)],
    ),
    row(
        "ListInstanceProfilesForRole",
        &[need("iam:ListInstanceProfilesForRole", Role)],
    ),
    row(
        "ListInstanceProfileTags",
        &[need("iam:ListInstanceProfileTags", InstanceProfile)],
    ),
    row(
        "TagInstanceProfile",
        &[need("iam:TagInstanceProfile", InstanceProfile).keys(TAGS)],
    ),
    row(
        "UntagInstanceProfile",
        &[need("iam:UntagInstanceProfile", InstanceProfile).keys(&["aws:TagKeys"])],
    ),
    // Managed policies.
    row(
        "CreatePolicy",
        &[
            need("iam:CreatePolicy", ManagedPolicy).keys(TAGS),
            need("iam:TagPolicy", ManagedPolicy)
                .keys(TAGS)
                .when(When::Tags),
        ],
    ),
    row("GetPolicy", &[need("iam:GetPolicy", ManagedPolicy)]),
    row("DeletePolicy", &[need("iam:DeletePolicy", ManagedPolicy)]),
    row(
        "CreatePolicyVersion",
        &[need("iam:CreatePolicyVersion", ManagedPolicy)],
    ),
    row(
        "GetPolicyVersion",
        &[need("iam:GetPolicyVersion", ManagedPolicy)],
    ),
    row(
        "ListPolicyVersions",
        &[need("iam:ListPolicyVersions", ManagedPolicy)],
    ),
    row(
        "DeletePolicyVersion",
        &[need("iam:DeletePolicyVersion", ManagedPolicy)],
    ),
    row(
        "SetDefaultPolicyVersion",
        &[need("iam:SetDefaultPolicyVersion", ManagedPolicy)],
    ),
    row(
        "ListEntitiesForPolicy",
        &[need("iam:ListEntitiesForPolicy", ManagedPolicy)],
    ),
    row(
        "ListPolicyTags",
        &[need("iam:ListPolicyTags", ManagedPolicy)],
    ),
    row("ListPolicies", &[need("iam:ListPolicies", Unnamed)]),
    row(
        "TagPolicy",
        &[need("iam:TagPolicy", ManagedPolicy).keys(TAGS)],
    ),
    row(
        "UntagPolicy",
        &[need("iam:UntagPolicy", ManagedPolicy).keys(&["aws:TagKeys"])],
    ),
    // Questions.
    row(
        "SimulatePrincipalPolicy",
        &[need("iam:SimulatePrincipalPolicy", PolicySource)],
    ),
    row(
        "SimulateCustomPolicy",
        &[need("iam:SimulateCustomPolicy", Unnamed)],
    ),
    row(
        "GetContextKeysForPrincipalPolicy",
        &[need("iam:GetContextKeysForPrincipalPolicy", PolicySource)],
    ),
    row(
        "GetContextKeysForCustomPolicy",
        &[need("iam:GetContextKeysForCustomPolicy", Unnamed)],
    ),
    row(
        "GetAccountSummary",
        &[need("iam:GetAccountSummary", Unnamed)],
    ),
    row(
        "GetAccountAuthorizationDetails",
        &[need("iam:GetAccountAuthorizationDetails", Unnamed)],
    ),
];
