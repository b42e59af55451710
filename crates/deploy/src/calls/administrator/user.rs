//! The user and its keys.

use super::super::{Call, Resource, Variant};
use super::{ATTACHED, TAGGED, TAGGING, remove, setup};

pub(super) const CALLS: &[Call] = &[
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
];
