//! The user and its keys.

use super::super::{Call, Resource, Variant};
use super::{ATTACHED, REMOVE, SETUP, TAGGED, TAGGING, row};

pub(super) const CALLS: &[Call] = &[
    row(
        &["GetUser"],
        "iam:GetUser",
        Resource::User,
        "A user that is there is not made again, and whose it is, its tag says.",
        SETUP,
    ),
    row(
        &["CreateUser"],
        "iam:CreateUser",
        Resource::User,
        "The user is made that deploys and renders.",
        SETUP,
    )
    .only(TAGGING)
    .when(Variant::UserCaller),
    row(
        &["CreateUser", "TagUser"],
        "iam:TagUser",
        Resource::User,
        "The user carries the tag by which it is found again, and the description of its key.",
        SETUP,
    )
    .when(Variant::UserCaller),
    row(
        &["ListAttachedUserPolicies"],
        "iam:ListAttachedUserPolicies",
        Resource::User,
        "Policies that are attached are not attached again, and a user with policies of others stays.",
        SETUP,
    ),
    row(
        &["AttachUserPolicy"],
        "iam:AttachUserPolicy",
        Resource::User,
        "The user gets the generated policies and no others.",
        SETUP,
    )
    .only(ATTACHED)
    .when(Variant::UserCaller),
    row(
        &["ListAccessKeys"],
        "iam:ListAccessKeys",
        Resource::User,
        "A user that has a key gets no second one.",
        SETUP,
    ),
    row(
        &["CreateAccessKey"],
        "iam:CreateAccessKey",
        Resource::User,
        "The user's key is made, and shown once or written to a file.",
        SETUP,
    )
    .when(Variant::UserCaller),
    row(
        &["ListUserPolicies"],
        "iam:ListUserPolicies",
        Resource::User,
        "A user is deleted only when it has no policies left.",
        REMOVE,
    ),
    row(
        &["ListGroupsForUser"],
        "iam:ListGroupsForUser",
        Resource::User,
        "A user that somebody put into a group stays, with its keys.",
        REMOVE,
    ),
    row(
        &["DeleteUserPolicy"],
        "iam:DeleteUserPolicy",
        Resource::User,
        "Inline policies of our user go with it: `policies fix --apply` makes some.",
        REMOVE,
    )
    .only(TAGGED),
    row(
        &["DetachUserPolicy"],
        "iam:DetachUserPolicy",
        Resource::User,
        "A policy is taken from the user before it is deleted.",
        REMOVE,
    )
    .only(ATTACHED),
    row(
        &["DeleteAccessKey"],
        "iam:DeleteAccessKey",
        Resource::User,
        "A user is deleted only when it has no keys left.",
        REMOVE,
    ),
    row(
        &["DeleteUser"],
        "iam:DeleteUser",
        Resource::User,
        "What setup made goes when it is to be undone.",
        REMOVE,
    )
    .only(TAGGED),
];
