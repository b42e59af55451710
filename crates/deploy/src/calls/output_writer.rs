//! What the render function calls besides where finished videos go to another bucket.

use super::{Call, Condition, Loss, Part, Resource, Variant};

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    why: &'static str,
    without: Loss,
) -> Call {
    let objects = Resource::OutputObjects;
    super::row(
        Part::OutputWriter,
        operations,
        action,
        objects,
        why,
        without,
    )
    .own()
    .when(Variant::OutputBucket)
}

const fn key_row(
    operations: &'static [&'static str],
    action: &'static str,
    why: &'static str,
) -> Call {
    let without = Loss::Step("render into another, encrypted bucket");
    let key = Resource::OutputKey;
    super::row(Part::OutputWriter, operations, action, key, why, without)
        .only(&[Condition::ThroughS3])
        .when(Variant::Kms)
}

pub(super) const CALLS: &[Call] = &[
    row(
        &[
            "PutObject",
            "CreateMultipartUpload",
            "UploadPart",
            "CompleteMultipartUpload",
        ],
        "s3:PutObject",
        "The finished video is written where the request says.",
        Loss::Step("render into another bucket"),
    ),
    row(
        &["AbortMultipartUpload"],
        "s3:AbortMultipartUpload",
        "An upload that fails leaves no paid, invisible parts behind in the other bucket.",
        Loss::Degraded("parts of failed uploads stay in the other bucket"),
    ),
    row(
        &["HeadObject"],
        "s3:GetObject",
        "A video that is there is not overwritten unless that is asked for.",
        Loss::Degraded("what is there is noticed only when the video is written"),
    ),
    key_row(
        &["PutObject", "CreateMultipartUpload"],
        "kms:GenerateDataKey",
        "The finished video is encrypted as it is written into a bucket with a KMS key.",
    ),
    key_row(
        &["UploadPart", "CompleteMultipartUpload", "HeadObject"],
        "kms:Decrypt",
        "The parts of a large video are decrypted as they become one, in a bucket with a KMS key.",
    ),
];
