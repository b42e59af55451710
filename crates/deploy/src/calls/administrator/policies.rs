//! Managed policies.

use super::super::{Call, Resource};
use super::{REMOVE, SETUP, TAGGED, TAGGING, row};

pub(super) const CALLS: &[Call] = &[
    row(
        &["GetPolicy"],
        "iam:GetPolicy",
        Resource::OwnPolicies,
        "A policy that is there is not made again, and whose it is, its tag says.",
        SETUP,
    ),
    row(
        &["GetPolicyVersion"],
        "iam:GetPolicyVersion",
        Resource::OwnPolicies,
        "A policy that says what it should is left alone.",
        SETUP,
    ),
    row(
        &["CreatePolicy"],
        "iam:CreatePolicy",
        Resource::OwnPolicies,
        "The generated policies are made.",
        SETUP,
    )
    .only(TAGGING),
    row(
        &["CreatePolicy"],
        "iam:TagPolicy",
        Resource::OwnPolicies,
        "The generated policies carry the tag by which they are found again.",
        SETUP,
    )
    .only(TAGGING),
    row(
        &["CreatePolicyVersion"],
        "iam:CreatePolicyVersion",
        Resource::OwnPolicies,
        "A policy that differs from what the table asks for gets a version that does not.",
        SETUP,
    )
    .only(TAGGED),
    row(
        &["ListPolicyVersions"],
        "iam:ListPolicyVersions",
        Resource::OwnPolicies,
        "A policy has at most five versions, and is deleted only when it has one.",
        SETUP,
    ),
    row(
        &["DeletePolicyVersion"],
        "iam:DeletePolicyVersion",
        Resource::OwnPolicies,
        "The oldest version makes room, and versions go before their policy.",
        SETUP,
    )
    .only(TAGGED),
    row(
        &["DeletePolicy"],
        "iam:DeletePolicy",
        Resource::OwnPolicies,
        "What setup made goes when it is to be undone.",
        REMOVE,
    )
    .only(TAGGED),
];
