//! What whoever replaces access keys calls.

use super::{Call, Loss, Part, Resource};

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    without: Loss,
) -> Call {
    super::row(Part::KeyRotator, operations, action, resource, why, without)
}

const ROTATE: Loss = Loss::Step("permissions rotate");

pub(super) const CALLS: &[Call] = &[
    row(
        &["ListAccessKeys"],
        "iam:ListAccessKeys",
        Resource::User,
        "A user has at most two keys: what there is, and how old, decides what can be done.",
        ROTATE,
    ),
    row(
        &["GetAccessKeyLastUsed"],
        "iam:GetAccessKeyLastUsed",
        Resource::User,
        "Where there are two keys, the one that is used is not the one to remove.",
        Loss::Degraded("when keys were last used is not told"),
    ),
    row(
        &["CreateAccessKey"],
        "iam:CreateAccessKey",
        Resource::User,
        "The new key is made before the old one is turned off.",
        ROTATE,
    ),
    row(
        &["UpdateAccessKey"],
        "iam:UpdateAccessKey",
        Resource::User,
        "The old key is turned off, and can be turned on again while something still uses it.",
        ROTATE,
    ),
    row(
        &["DeleteAccessKey"],
        "iam:DeleteAccessKey",
        Resource::User,
        "The old key is deleted when that is asked for.",
        ROTATE,
    ),
];
