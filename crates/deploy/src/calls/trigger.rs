//! What whoever starts renders calls.

use super::{Call, Condition, Loss, Part, Resource, Variant};

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    without: Loss,
) -> Call {
    super::row(Part::Trigger, operations, action, resource, why, without)
}

pub(super) const CALLS: &[Call] = &[
    row(
        &["Invoke", "InvokeWithResponseStream"],
        "lambda:InvokeFunction",
        Resource::Function,
        "The function starts a render, lists compositions, and takes up a stalled render.",
        Loss::Step("start"),
    ),
    row(
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::Objects("renders/"),
        "Progress is read without an invocation, and the output is fetched by presigned URL.",
        Loss::Step("progress"),
    )
    .own(),
    row(
        &["ListObjectsV2"],
        "s3:ListBucket",
        Resource::Bucket,
        "A render that does not exist reads as missing instead of denied.",
        Loss::Degraded("403 in place of 404"),
    )
    .own(),
    row(
        &["PutObject"],
        "s3:PutObject",
        Resource::Objects("input-props/"),
        "Input props over the payload limit are handed over through the bucket.",
        Loss::Extra("start with large props"),
    )
    .own(),
    row(
        &["PutObject"],
        "s3:PutObject",
        Resource::CancelWishes,
        "A render that is to stop is told so by an object beside its progress.",
        Loss::Extra("cancel"),
    )
    .own(),
    row(
        &["FilterLogEvents"],
        "logs:FilterLogEvents",
        Resource::LogGroup,
        "The log lines of a render are copied beside its output on request.",
        Loss::Extra("keep logs"),
    ),
    row(
        &["ListFunctions"],
        "lambda:ListFunctions",
        Resource::Everything,
        "The render function is found by its name's prefix where no command names it.",
        Loss::Step("find the function"),
    )
    .when(Variant::Discovery),
    row(
        &["ListBuckets"],
        "s3:ListAllMyBuckets",
        Resource::Everything,
        "The region's bucket is found by its name's prefix where no command names it.",
        Loss::Step("find the bucket"),
    )
    .when(Variant::Discovery),
    row(
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::OutputObjects,
        "A video in another bucket is fetched by a URL that is signed with this right.",
        Loss::Step("fetch from the output bucket"),
    )
    .own()
    .when(Variant::OutputBucket),
    row(
        &["GetObject", "HeadObject"],
        "kms:Decrypt",
        Resource::Key,
        "Progress and output of a bucket with a KMS key are decrypted as they are read.",
        Loss::Step("progress with an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
    row(
        &["PutObject"],
        "kms:GenerateDataKey",
        Resource::Key,
        "Large input props are encrypted as they are written into a bucket with a KMS key.",
        Loss::Extra("start with large props and an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
    row(
        &["CreateLogStream"],
        "logs:CreateLogStream",
        Resource::CallerLogStreams,
        "Lambda writes the calling function's log stream with its execution role.",
        Loss::Degraded("no log stream of the caller"),
    )
    .when(Variant::LambdaCaller),
    row(
        &["PutLogEvents"],
        "logs:PutLogEvents",
        Resource::CallerLogStreams,
        "What the calling function prints goes to its log stream.",
        Loss::Degraded("empty log stream of the caller"),
    )
    .when(Variant::LambdaCaller),
    row(
        &["ReceiveMessage"],
        "sqs:ReceiveMessage",
        Resource::Queue,
        "Lambda polls the queue with the calling function's role.",
        Loss::Step("render from a queue"),
    )
    .when(Variant::Queue),
    row(
        &["DeleteMessage", "DeleteMessageBatch"],
        "sqs:DeleteMessage",
        Resource::Queue,
        "A message whose render was started goes, so that it starts no second one.",
        Loss::Step("render from a queue"),
    )
    .when(Variant::Queue),
    row(
        &["GetQueueAttributes"],
        "sqs:GetQueueAttributes",
        Resource::Queue,
        "Lambda reads the queue's visibility timeout before it polls.",
        Loss::Step("render from a queue"),
    )
    .when(Variant::Queue),
];
