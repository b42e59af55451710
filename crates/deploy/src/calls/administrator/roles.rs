//! Roles, and the instance profile around one.

use super::super::{Call, Condition, Resource, Variant};
use super::{ATTACHED, REMOVE, SETUP, TAGGED, TAGGING, row};

pub(super) const CALLS: &[Call] = &[
    row(
        &["GetRole"],
        "iam:GetRole",
        Resource::Roles,
        "A role that is there is not made again, and whose it is, its tag says.",
        SETUP,
    ),
    row(
        &["CreateRole"],
        "iam:CreateRole",
        Resource::OwnRoles,
        "The render function's role is made, and the caller's.",
        SETUP,
    )
    .only(TAGGING),
    row(
        &["CreateRole"],
        "iam:TagRole",
        Resource::OwnRoles,
        "The roles carry the tag by which they are found again.",
        SETUP,
    )
    .only(TAGGING),
    row(
        &["UpdateAssumeRolePolicy"],
        "iam:UpdateAssumeRolePolicy",
        Resource::OwnRoles,
        "A role of ours that trusts somebody else is corrected.",
        SETUP,
    )
    .only(TAGGED),
    row(
        &["ListAttachedRolePolicies"],
        "iam:ListAttachedRolePolicies",
        Resource::Roles,
        "Policies that are attached are not attached again.",
        SETUP,
    ),
    row(
        &["AttachRolePolicy"],
        "iam:AttachRolePolicy",
        Resource::Roles,
        "Roles, also those that others made, get the generated policies and no others.",
        SETUP,
    )
    .only(ATTACHED),
    row(
        &["DetachRolePolicy"],
        "iam:DetachRolePolicy",
        Resource::Roles,
        "A policy is taken from the roles that have it before it is deleted.",
        REMOVE,
    )
    .only(ATTACHED),
    row(
        &["ListEntitiesForPolicy"],
        "iam:ListEntitiesForPolicy",
        Resource::OwnPolicies,
        "Who has a policy must be known before it can be deleted.",
        REMOVE,
    ),
    row(
        &["ListRolePolicies"],
        "iam:ListRolePolicies",
        Resource::OwnRoles,
        "A role is deleted only when it has no policies left.",
        REMOVE,
    ),
    row(
        &["DeleteRolePolicy"],
        "iam:DeleteRolePolicy",
        Resource::OwnRoles,
        "Inline policies of our roles go with them.",
        REMOVE,
    )
    .only(TAGGED),
    row(
        &["DeleteRole"],
        "iam:DeleteRole",
        Resource::OwnRoles,
        "What setup made goes when it is to be undone.",
        REMOVE,
    )
    .only(TAGGED),
    row(
        &["GetInstanceProfile"],
        "iam:GetInstanceProfile",
        Resource::InstanceProfile,
        "An instance profile that is there is not made again, and goes before its role.",
        REMOVE,
    ),
    row(
        &["CreateInstanceProfile"],
        "iam:CreateInstanceProfile",
        Resource::InstanceProfile,
        "EC2 takes a role only inside an instance profile.",
        SETUP,
    )
    .only(TAGGING)
    .when(Variant::Ec2Caller),
    row(
        &["CreateInstanceProfile"],
        "iam:TagInstanceProfile",
        Resource::InstanceProfile,
        "The instance profile carries the tag by which it is found again.",
        SETUP,
    )
    .only(TAGGING)
    .when(Variant::Ec2Caller),
    row(
        &["AddRoleToInstanceProfile"],
        "iam:AddRoleToInstanceProfile",
        Resource::InstanceProfile,
        "The caller's role goes into the instance profile.",
        SETUP,
    )
    .when(Variant::Ec2Caller),
    row(
        &["AddRoleToInstanceProfile"],
        "iam:PassRole",
        Resource::OwnRoles,
        "Whoever puts a role into an instance profile passes it to EC2.",
        SETUP,
    )
    .only(&[Condition::PassedToEc2])
    .when(Variant::Ec2Caller),
    row(
        &["RemoveRoleFromInstanceProfile"],
        "iam:RemoveRoleFromInstanceProfile",
        Resource::InstanceProfile,
        "A role is deleted only when it is in no instance profile.",
        REMOVE,
    ),
    row(
        &["DeleteInstanceProfile"],
        "iam:DeleteInstanceProfile",
        Resource::InstanceProfile,
        "What setup made goes when it is to be undone.",
        REMOVE,
    )
    .only(TAGGED),
];
