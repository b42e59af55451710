//! What the render function calls with its execution role.

use super::{Call, Condition, Loss, Part, Resource, Variant};

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    without: Loss,
) -> Call {
    super::row(
        Part::RenderFunction,
        operations,
        action,
        resource,
        why,
        without,
    )
}

pub(super) const CALLS: &[Call] = &[
    row(
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::Objects("sites/"),
        "Chrome is served the private site, read on demand and range for range.",
        Loss::Step("start"),
    )
    .own(),
    row(
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::Objects("renders/"),
        "A launch continues from the plan, lease, manifests and chunks that are there.",
        Loss::Step("launch"),
    )
    .own(),
    row(
        &["GetObject"],
        "s3:GetObject",
        Resource::Objects("input-props/"),
        "Input props over the payload limit are read from where the caller put them.",
        Loss::Extra("launch with large props"),
    )
    .own(),
    row(
        &[
            "PutObject",
            "CreateMultipartUpload",
            "UploadPart",
            "CompleteMultipartUpload",
        ],
        "s3:PutObject",
        Resource::Objects("renders/"),
        "Progress, plan, lease, chunks, manifests and the output are written.",
        Loss::Step("start"),
    )
    .own(),
    row(
        &["AbortMultipartUpload"],
        "s3:AbortMultipartUpload",
        Resource::Objects("renders/"),
        "An output upload that fails leaves no paid, invisible parts behind.",
        Loss::Degraded("parts of failed uploads stay until a lifecycle rule removes them"),
    )
    .own(),
    row(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("renders/"),
        "Chunks go when the output is complete.",
        Loss::Degraded("chunks stay until a lifecycle rule removes them"),
    )
    .own(),
    row(
        &["PutObject"],
        "s3:PutObject",
        Resource::Objects("output-keys/"),
        "The keys of another service that the output goes to are kept where no viewer of renders may read.",
        Loss::Extra("start with another service"),
    )
    .own()
    .when(Variant::OtherService),
    row(
        &["GetObject"],
        "s3:GetObject",
        Resource::Objects("output-keys/"),
        "The keys of another service are read when the output goes there.",
        Loss::Extra("launch with another service"),
    )
    .own()
    .when(Variant::OtherService),
    row(
        &["DeleteObject"],
        "s3:DeleteObject",
        Resource::Objects("output-keys/"),
        "The keys of another service go when the render is over.",
        Loss::Degraded("the keys of another service stay in the bucket"),
    )
    .own()
    .when(Variant::OtherService),
    row(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("input-props/"),
        "Large input props go when the output is complete.",
        Loss::Degraded("large input props stay until a lifecycle rule removes them"),
    )
    .own(),
    row(
        &["ListObjectsV2"],
        "s3:ListBucket",
        Resource::Bucket,
        "Manifests and chunks are listed, and a missing object reads as missing instead of denied.",
        Loss::Step("launch"),
    )
    .own(),
    row(
        &["Invoke", "InvokeWithResponseStream"],
        "lambda:InvokeFunction",
        Resource::Function,
        "A start invokes the launch, and a launch invokes the renderers and its successor.",
        Loss::Step("start"),
    ),
    row(
        &["ListBuckets"],
        "s3:ListAllMyBuckets",
        Resource::Everything,
        "The region's bucket is found by its name's prefix where a client names none.",
        Loss::Extra("compositions without a bucket's name"),
    )
    .when(Variant::Discovery),
    row(
        &["CreateLogStream"],
        "logs:CreateLogStream",
        Resource::LogStreams,
        "Each execution environment writes a log stream of its own.",
        Loss::Degraded("no log stream"),
    ),
    row(
        &["PutLogEvents"],
        "logs:PutLogEvents",
        Resource::LogStreams,
        "What the function prints goes to its log stream.",
        Loss::Degraded("empty log stream"),
    ),
    row(
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::SiteObjects,
        "A site in another region is read where it is.",
        Loss::Degraded("a private site in another region is taken for a public one, which is not there"),
    )
    .own()
    .when(Variant::OtherRegion),
    row(
        &["PutObject", "CreateMultipartUpload"],
        "kms:GenerateDataKey",
        Resource::Key,
        "What is written into a bucket with a KMS key is encrypted with a data key of it.",
        Loss::Step("start with an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
    row(
        &["GetObject", "HeadObject", "UploadPart", "CompleteMultipartUpload"],
        "kms:Decrypt",
        Resource::Key,
        "What is read from a bucket with a KMS key, and the parts of an upload, are decrypted.",
        Loss::Step("launch with an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
    row(
        &["CreateLogGroup"],
        "logs:CreateLogGroup",
        Resource::InsightsLogGroup,
        "The extension of Lambda Insights makes its log group where there is none.",
        Loss::Degraded("no metrics of Lambda Insights"),
    )
    .when(Variant::Insights),
    row(
        &["CreateLogStream"],
        "logs:CreateLogStream",
        Resource::InsightsLogStreams,
        "The extension of Lambda Insights writes a log stream of its own.",
        Loss::Degraded("no metrics of Lambda Insights"),
    )
    .when(Variant::Insights),
    row(
        &["PutLogEvents"],
        "logs:PutLogEvents",
        Resource::InsightsLogStreams,
        "Metrics of Lambda Insights are log events.",
        Loss::Degraded("no metrics of Lambda Insights"),
    )
    .when(Variant::Insights),
    row(
        &["CreateNetworkInterface"],
        "ec2:CreateNetworkInterface",
        Resource::Everything,
        "Lambda reaches a VPC through a network interface that it makes with the function's role.",
        Loss::Step("deploy into a VPC"),
    )
    .when(Variant::Vpc),
    row(
        &["DescribeNetworkInterfaces"],
        "ec2:DescribeNetworkInterfaces",
        Resource::Everything,
        "Lambda looks for the network interfaces that it made for the function.",
        Loss::Step("deploy into a VPC"),
    )
    .when(Variant::Vpc),
    row(
        &["DeleteNetworkInterface"],
        "ec2:DeleteNetworkInterface",
        Resource::Everything,
        "Lambda removes its network interfaces when the function is gone, and makes sure that it may before.",
        Loss::Step("deploy into a VPC"),
    )
    .when(Variant::Vpc),
];
