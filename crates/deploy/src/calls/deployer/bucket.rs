//! The region's bucket.

use super::super::{Call, Loss, Resource, Variant};
use super::row;

const BUCKET: Loss = Loss::Step("make the bucket");
const SETTINGS: Loss = Loss::Degraded("the bucket's settings are written each time");

pub(super) const CALLS: &[Call] = &[
    row(
        &["ListBuckets"],
        "s3:ListAllMyBuckets",
        Resource::Everything,
        "The region's bucket is found by its name's prefix.",
        BUCKET,
    ),
    row(
        &["CreateBucket"],
        "s3:CreateBucket",
        Resource::Bucket,
        "The region's bucket is made where there is none.",
        BUCKET,
    ),
    row(
        &["CreateBucket", "PutBucketOwnershipControls"],
        "s3:PutBucketOwnershipControls",
        Resource::Bucket,
        "ACLs are disabled, so that the account owns whatever is in its bucket.",
        BUCKET,
    )
    .own(),
    row(
        &["GetBucketOwnershipControls"],
        "s3:GetBucketOwnershipControls",
        Resource::Bucket,
        "Whether ACLs are disabled is looked up before it is changed.",
        SETTINGS,
    )
    .own(),
    row(
        &["GetPublicAccessBlock"],
        "s3:GetBucketPublicAccessBlock",
        Resource::Bucket,
        "Whether public access is blocked is looked up before it is changed.",
        SETTINGS,
    )
    .own(),
    row(
        &["PutPublicAccessBlock"],
        "s3:PutBucketPublicAccessBlock",
        Resource::Bucket,
        "Public access to the bucket is blocked, or, for public sites, no longer blocked.",
        BUCKET,
    )
    .own(),
    row(
        &["GetBucketLifecycleConfiguration"],
        "s3:GetLifecycleConfiguration",
        Resource::Bucket,
        "Lifecycle rules that are as they should be are left alone.",
        SETTINGS,
    )
    .own()
    .when(Variant::FolderExpiry),
    row(
        &["PutBucketLifecycleConfiguration"],
        "s3:PutLifecycleConfiguration",
        Resource::Bucket,
        "Renders that are to delete themselves do, and so do parts of uploads that never completed.",
        BUCKET,
    )
    .own()
    .when(Variant::FolderExpiry),
];
