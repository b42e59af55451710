//! Sites in the bucket.

use super::super::{Call, Condition, Loss, Resource, Variant};
use super::row;

const SITE: Loss = Loss::Step("sites create");

pub(super) const CALLS: &[Call] = &[
    row(
        &["ListObjectsV2"],
        "s3:ListBucket",
        Resource::Bucket,
        "Files of a site that are there are not sent again.",
        SITE,
    )
    .own(),
    row(
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::Objects("sites/"),
        "The version of a site that is current is read.",
        SITE,
    )
    .own(),
    row(
        &["PutObject"],
        "s3:PutObject",
        Resource::Objects("sites/"),
        "The files of a site are sent, its manifest, and last the pointer to it.",
        SITE,
    )
    .own(),
    row(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("sites/"),
        "Versions of a site that nothing uses any more, and files that it no longer has, are removed.",
        Loss::Extra("sites create of a site that changed"),
    )
    .own(),
    row(
        &["GetBucketPolicy"],
        "s3:GetBucketPolicy",
        Resource::Bucket,
        "A bucket whose sites everyone may read already is left alone.",
        Loss::Degraded("the bucket's policy is written again"),
    )
    .own()
    .when(Variant::Public),
    row(
        &["PutBucketPolicy"],
        "s3:PutBucketPolicy",
        Resource::Bucket,
        "Everyone may read the sites of a bucket, and nothing else of it.",
        Loss::Step("sites create --public"),
    )
    .own()
    .when(Variant::Public),
    row(
        &["PutObject", "CreateMultipartUpload"],
        "kms:GenerateDataKey",
        Resource::Key,
        "Sites and packages are encrypted as they are written into a bucket with a KMS key.",
        Loss::Step("sites create with an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
    row(
        &[
            "GetObject",
            "HeadObject",
            "UploadPart",
            "CompleteMultipartUpload",
            "CreateFunction",
            "UpdateFunctionCode",
            "PublishLayerVersion",
        ],
        "kms:Decrypt",
        Resource::Key,
        "What is read of sites and packages in a bucket with a KMS key is decrypted.",
        Loss::Step("sites create with an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
];
