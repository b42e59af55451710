//! What whoever runs setup and remove calls.

use super::{Call, Condition, Loss, Part, Resource, Variant};

const fn setup(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
) -> Call {
    super::row(
        Part::Administrator,
        operations,
        action,
        resource,
        why,
        Loss::Step("permissions setup"),
    )
}

const fn remove(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
) -> Call {
    super::row(
        Part::Administrator,
        operations,
        action,
        resource,
        why,
        Loss::Step("permissions remove"),
    )
}

const TAGGED: &[Condition] = &[Condition::HasOurTag];
const TAGGING: &[Condition] = &[Condition::GivesOurTag];
const ATTACHED: &[Condition] = &[Condition::OwnPolicies];

pub(super) const CALLS: &[Call] = &[
    // Managed policies.
    setup(
        &["GetPolicy"],
        "iam:GetPolicy",
        Resource::OwnPolicies,
        "A policy that is there is not made again, and whose it is, its tag says.",
    ),
    setup(
        &["GetPolicyVersion"],
        "iam:GetPolicyVersion",
        Resource::OwnPolicies,
        "A policy that says what it should is left alone.",
    ),
    setup(
        &["CreatePolicy"],
        "iam:CreatePolicy",
        Resource::OwnPolicies,
        "The generated policies are made.",
    )
    .only(TAGGING),
    setup(
        &["CreatePolicy"],
        "iam:TagPolicy",
        Resource::OwnPolicies,
        "The generated policies carry the tag by which they are found again.",
    )
    .only(TAGGING),
    setup(
        &["CreatePolicyVersion"],
        "iam:CreatePolicyVersion",
        Resource::OwnPolicies,
        "A policy that differs from what the table asks for gets a version that does not.",
    )
    .only(TAGGED),
    setup(
        &["ListPolicyVersions"],
        "iam:ListPolicyVersions",
        Resource::OwnPolicies,
        "A policy has at most five versions, and is deleted only when it has one.",
    ),
    setup(
        &["DeletePolicyVersion"],
        "iam:DeletePolicyVersion",
        Resource::OwnPolicies,
        "The oldest version makes room, and versions go before their policy.",
    )
    .only(TAGGED),
    remove(
        &["DeletePolicy"],
        "iam:DeletePolicy",
        Resource::OwnPolicies,
        "What setup made goes when it is to be undone.",
    )
    .only(TAGGED),
    // Roles.
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
    // The user.
    setup(
        &["GetUser"],
        "iam:GetUser",
        Resource::User,
        "A user that is there is not made again, and whose it is, its tag says.",
    ),
    setup(
        &["CreateUser"],
        "iam:CreateUser",
        Resource::User,
        "The user is made that deploys and renders.",
    )
    .only(TAGGING)
    .when(Variant::UserCaller),
    setup(
        &["CreateUser", "TagUser"],
        "iam:TagUser",
        Resource::User,
        "The user carries the tag by which it is found again, and the description of its key.",
    )
    .when(Variant::UserCaller),
    setup(
        &["ListAttachedUserPolicies"],
        "iam:ListAttachedUserPolicies",
        Resource::User,
        "Policies that are attached are not attached again.",
    )
    .when(Variant::UserCaller),
    setup(
        &["AttachUserPolicy"],
        "iam:AttachUserPolicy",
        Resource::User,
        "The user gets the generated policies and no others.",
    )
    .only(ATTACHED)
    .when(Variant::UserCaller),
    setup(
        &["ListAccessKeys"],
        "iam:ListAccessKeys",
        Resource::User,
        "A user that has a key gets no second one.",
    ),
    setup(
        &["CreateAccessKey"],
        "iam:CreateAccessKey",
        Resource::User,
        "The user's key is made, and shown once or written to a file.",
    )
    .when(Variant::UserCaller),
    remove(
        &["DetachUserPolicy"],
        "iam:DetachUserPolicy",
        Resource::User,
        "A policy is taken from the user before it is deleted.",
    )
    .only(ATTACHED),
    remove(
        &["DeleteAccessKey"],
        "iam:DeleteAccessKey",
        Resource::User,
        "A user is deleted only when it has no keys left.",
    ),
    remove(
        &["DeleteUser"],
        "iam:DeleteUser",
        Resource::User,
        "What setup made goes when it is to be undone.",
    )
    .only(TAGGED),
    // Instance profiles.
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
    // A function that calls.
    setup(
        &["GetFunctionConfiguration"],
        "lambda:GetFunctionConfiguration",
        Resource::AnyFunction,
        "The execution role of a function that is to start renders is looked up.",
    )
    .when(Variant::LambdaCaller),
    // Spending.
    setup(
        &["CreateBudget", "DescribeBudget", "DeleteBudget"],
        "budgets:ModifyBudget",
        Resource::Budget,
        "A budget tells by mail when more is spent than was meant.",
    )
    .when(Variant::Budget),
    setup(
        &["DescribeBudget"],
        "budgets:ViewBudget",
        Resource::Budget,
        "A budget that is there is not made again.",
    )
    .when(Variant::Budget),
];
