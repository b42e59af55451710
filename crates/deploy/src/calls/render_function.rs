//! What the render function calls with its execution role.

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
        part: Part::RenderFunction,
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
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::Objects("sites/"),
        OWN,
        "Chrome is served the private site, read on demand and range for range.",
        Loss::Step("start"),
    ),
    call(
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::Objects("renders/"),
        OWN,
        "A launch continues from the plan, lease, manifests and chunks that are there.",
        Loss::Step("launch"),
    ),
    call(
        &["GetObject"],
        "s3:GetObject",
        Resource::Objects("input-props/"),
        OWN,
        "Input props over the payload limit are read from where the caller put them.",
        Loss::Step("launch with large props"),
    ),
    call(
        &[
            "PutObject",
            "CreateMultipartUpload",
            "UploadPart",
            "CompleteMultipartUpload",
        ],
        "s3:PutObject",
        Resource::Objects("renders/"),
        OWN,
        "Progress, plan, lease, chunks, manifests and the output are written.",
        Loss::Step("start"),
    ),
    call(
        &["AbortMultipartUpload"],
        "s3:AbortMultipartUpload",
        Resource::Objects("renders/"),
        OWN,
        "An output upload that fails leaves no paid, invisible parts behind.",
        Loss::Degraded("parts of failed uploads stay until a lifecycle rule removes them"),
    ),
    call(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("renders/"),
        OWN,
        "Chunks go when the output is complete.",
        Loss::Degraded("chunks stay until a lifecycle rule removes them"),
    ),
    call(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("input-props/"),
        OWN,
        "Large input props go when the output is complete.",
        Loss::Degraded("large input props stay until a lifecycle rule removes them"),
    ),
    call(
        &["ListObjectsV2"],
        "s3:ListBucket",
        Resource::Bucket,
        OWN,
        "Manifests and chunks are listed, and a missing object reads as missing instead of denied.",
        Loss::Step("launch"),
    ),
    call(
        &["Invoke", "InvokeWithResponseStream"],
        "lambda:InvokeFunction",
        Resource::Function,
        &[],
        "A start invokes the launch, and a launch invokes the renderers and its successor.",
        Loss::Step("start"),
    ),
    call(
        &["CreateLogStream"],
        "logs:CreateLogStream",
        Resource::LogStreams,
        &[],
        "Each execution environment writes a log stream of its own.",
        Loss::Degraded("no log stream"),
    ),
    call(
        &["PutLogEvents"],
        "logs:PutLogEvents",
        Resource::LogStreams,
        &[],
        "What the function prints goes to its log stream.",
        Loss::Degraded("empty log stream"),
    ),
];
