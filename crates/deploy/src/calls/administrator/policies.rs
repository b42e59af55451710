//! Managed policies.

use super::super::{Call, Resource};
use super::{TAGGED, TAGGING, remove, setup};

pub(super) const CALLS: &[Call] = &[
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
];
