//! What whoever signs links to finished videos calls.

use super::{Call, Condition, Loss, Part, Resource, Variant};

pub(super) const CALLS: &[Call] = &[
    super::row(
        Part::Viewer,
        &["GetObject"],
        "s3:GetObject",
        Resource::Objects("renders/"),
        "A link is good for as long as its signer may read the video, and no longer than its session.",
        Loss::Step("presigned fetch"),
    )
    .own(),
    super::row(
        Part::Viewer,
        &["GetObject"],
        "s3:GetObject",
        Resource::OutputObjects,
        "A link to a video in another bucket is good for as long as its signer may read it there.",
        Loss::Step("presigned fetch from the output bucket"),
    )
    .own()
    .when(Variant::OutputBucket),
    super::row(
        Part::Viewer,
        &["GetObject"],
        "kms:Decrypt",
        Resource::Key,
        "A link to a video in a bucket with a KMS key opens it with the signer's right to the key.",
        Loss::Step("presigned fetch from an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
];
