//! Roles, and the instance profile around one.

use super::super::{Call, Condition, Resource, Variant};
use super::{ATTACHED, TAGGED, TAGGING, remove, setup};

pub(super) const CALLS: &[Call] = &[
    setup(
        &["GetRole"],
        "iam:GetRole",
        Resource::Roles,
        "A role that is there is not made again, and whose it is, its tag says.",
    ),
    setup(
        &["CreateRole"],
        "iam:CreateRole",
        Resource::OwnRoles,
        "The render function's role is made, and the caller's.",
    )
    .only(TAGGING),
    setup(
        &["CreateRole"],
        "iam:TagRole",
        Resource::OwnRoles,
        "The roles carry the tag by which they are found again.",
    )
    .only(TAGGING),
    setup(
        &["UpdateAssumeRolePolicy"],
        "iam:UpdateAssumeRolePolicy",
        Resource::OwnRoles,
        "A role of ours that trusts somebody else is corrected.",
    )
    .only(TAGGED),
    setup(
        &["ListAttachedRolePolicies"],
        "iam:ListAttachedRolePolicies",
        Resource::Roles,
        "Policies that are attached are not attached again.",
    ),
    setup(
        &["AttachRolePolicy"],
        "iam:AttachRolePolicy",
        Resource::Roles,
        "Roles, also those that others made, get the generated policies and no others.",
    )
    .only(ATTACHED),
    remove(
        &["DetachRolePolicy"],
        "iam:DetachRolePolicy",
        Resource::Roles,
        "A policy is taken from the roles that have it before it is deleted.",
    )
    .only(ATTACHED),
    remove(
        &["ListEntitiesForPolicy"],
        "iam:ListEntitiesForPolicy",
        Resource::OwnPolicies,
        "Who has a policy must be known before it can be deleted.",
    ),
    remove(
        &["ListRolePolicies"],
        "iam:ListRolePolicies",
        Resource::OwnRoles,
        "A role is deleted only when it has no policies left.",
    ),
    remove(
        &["DeleteRolePolicy"],
        "iam:DeleteRolePolicy",
        Resource::OwnRoles,
        "Inline policies of our roles go with them.",
    )
    .only(TAGGED),
    remove(
        &["DeleteRole"],
        "iam:DeleteRole",
        Resource::OwnRoles,
        "What setup made goes when it is to be undone.",
    )
    .only(TAGGED),
    setup(
        &["GetInstanceProfile"],
        "iam:GetInstanceProfile",
        Resource::InstanceProfile,
        "An instance profile that is there is not made again.",
    )
    .when(Variant::Ec2Caller),
    setup(
        &["CreateInstanceProfile"],
        "iam:CreateInstanceProfile",
        Resource::InstanceProfile,
        "EC2 takes a role only inside an instance profile.",
    )
    .only(TAGGING)
    .when(Variant::Ec2Caller),
    setup(
        &["CreateInstanceProfile"],
        "iam:TagInstanceProfile",
        Resource::InstanceProfile,
        "The instance profile carries the tag by which it is found again.",
    )
    .only(TAGGING)
    .when(Variant::Ec2Caller),
    setup(
        &["AddRoleToInstanceProfile"],
        "iam:AddRoleToInstanceProfile",
        Resource::InstanceProfile,
        "The caller's role goes into the instance profile.",
    )
    .when(Variant::Ec2Caller),
    setup(
        &["AddRoleToInstanceProfile"],
        "iam:PassRole",
        Resource::OwnRoles,
        "Whoever puts a role into an instance profile passes it to EC2.",
    )
    .only(&[Condition::PassedToEc2])
    .when(Variant::Ec2Caller),
    remove(
        &["RemoveRoleFromInstanceProfile"],
        "iam:RemoveRoleFromInstanceProfile",
        Resource::InstanceProfile,
        "A role is deleted only when it is in no instance profile.",
    )
    .when(Variant::Ec2Caller),
    remove(
        &["DeleteInstanceProfile"],
        "iam:DeleteInstanceProfile",
        Resource::InstanceProfile,
        "What setup made goes when it is to be undone.",
    )
    .only(TAGGED)
    .when(Variant::Ec2Caller),
];
