//! What whoever starts renders calls.

use super::{Call, Condition, Loss, Part, Resource};

const OWN: &[Condition] = &[Condition::OwnAccount];

const fn call(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    conditions: &'static [Condition],
    why: &'static str,
    without: Loss,
) -> Call {
    Call {
        part: Part::Trigger,
        operations,
        action,
        resource,
        conditions,
        why,
        without,
    }
}

pub(super) const CALLS: &[Call] = &[
    call(
        &["Invoke", "InvokeWithResponseStream"],
        "lambda:InvokeFunction",
        Resource::Function,
        &[],
        "The function starts a render, lists compositions, and takes up a stalled render.",
        Loss::Step("start"),
    ),
    call(
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::Objects("renders/"),
        OWN,
        "Progress is read without an invocation, and the output is fetched by presigned URL.",
        Loss::Step("progress"),
    ),
    call(
        &["ListObjectsV2"],
        "s3:ListBucket",
        Resource::Bucket,
        OWN,
        "A render that does not exist reads as missing instead of denied.",
        Loss::Degraded("403 in place of 404"),
    ),
    call(
        &["PutObject"],
        "s3:PutObject",
        Resource::Objects("input-props/"),
        OWN,
        "Input props over the payload limit are handed over through the bucket.",
        Loss::Step("start with large props"),
    ),
    call(
        &["FilterLogEvents"],
        "logs:FilterLogEvents",
        Resource::LogGroup,
        &[],
        "The log lines of a render are copied beside its output on request.",
        Loss::Step("keep logs"),
    ),
];
