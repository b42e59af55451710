//! What the render function calls besides where finished videos go to another bucket.

use super::{Call, Loss, Part, Resource, Variant};

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    why: &'static str,
    without: Loss,
) -> Call {
    super::row(
        Part::OutputWriter,
        operations,
        action,
        Resource::OutputObjects,
        why,
        without,
    )
    .own()
    .when(Variant::OutputBucket)
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
];
