//! What the clip cutter calls with its execution role.

use super::{Call, Condition, Loss, Part, Resource, Variant};

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    without: Loss,
) -> Call {
    super::row(
        Part::ClipFunction,
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
        Resource::Objects("renders/"),
        "The video that is cut is read by ranges: its index, and what lies between the cuts.",
        Loss::Step("clip"),
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
        Resource::Objects("clips/"),
        "The clip is written beside the renders of the bucket.",
        Loss::Step("clip"),
    )
    .own(),
    row(
        &["AbortMultipartUpload"],
        "s3:AbortMultipartUpload",
        Resource::Objects("clips/"),
        "A clip that cannot be completed leaves no paid, invisible parts behind.",
        Loss::Degraded("parts of failed clips stay until a lifecycle rule removes them"),
    )
    .own(),
    row(
        &["ListObjectsV2"],
        "s3:ListBucket",
        Resource::Bucket,
        "A video that does not exist reads as missing instead of denied.",
        Loss::Degraded("403 in place of 404"),
    )
    .own(),
    row(
        &["CreateLogStream"],
        "logs:CreateLogStream",
        Resource::ClipLogStreams,
        "Each execution environment of the clip cutter writes a log stream of its own.",
        Loss::Degraded("no log stream"),
    ),
    row(
        &["PutLogEvents"],
        "logs:PutLogEvents",
        Resource::ClipLogStreams,
        "What the clip cutter prints goes to its log stream.",
        Loss::Degraded("empty log stream"),
    ),
    row(
        &["GetObject", "HeadObject", "UploadPart", "CompleteMultipartUpload"],
        "kms:Decrypt",
        Resource::Key,
        "A video in a bucket with a KMS key is decrypted as it is read, and so are the parts of a clip.",
        Loss::Step("clip in an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
    row(
        &["PutObject", "CreateMultipartUpload"],
        "kms:GenerateDataKey",
        Resource::Key,
        "A clip is encrypted as it is written into a bucket with a KMS key.",
        Loss::Step("clip in an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
];
