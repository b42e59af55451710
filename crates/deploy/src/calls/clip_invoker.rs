//! What whoever has clips cut calls.

use super::{Call, Condition, Loss, Part, Resource, Variant};

pub(super) const CALLS: &[Call] = &[
    super::row(
        Part::ClipInvoker,
        &["Invoke", "InvokeWithResponseStream"],
        "lambda:InvokeFunction",
        Resource::ClipFunction,
        "The clip cutter is invoked by its unqualified name, which is all that this allows.",
        Loss::Step("clip"),
    ),
    super::row(
        Part::ClipInvoker,
        &["GetObject"],
        "s3:GetObject",
        Resource::ProgressDocuments,
        "A clip of a render is asked for by the render's id: its progress document tells where the output is.",
        Loss::Step("clip of a render"),
    )
    .own(),
    super::row(
        Part::ClipInvoker,
        &["GetObject"],
        "s3:GetObject",
        Resource::Objects("clips/"),
        "The clip is fetched by a URL that is signed with this right.",
        Loss::Step("fetch the clip"),
    )
    .own(),
    super::row(
        Part::ClipInvoker,
        &["GetObject"],
        "kms:Decrypt",
        Resource::Key,
        "The progress of a render and the clip are decrypted as they are read from a bucket with a KMS key.",
        Loss::Step("fetch the clip from an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
];
