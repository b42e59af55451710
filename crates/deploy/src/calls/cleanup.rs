//! What whoever removes things calls: apart from what is done daily.

use super::{Call, Loss, Part, Resource};

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    without: Loss,
) -> Call {
    super::row(Part::Cleanup, operations, action, resource, why, without)
}

const BUCKET: Loss = Loss::Step("buckets rm");

pub(super) const CALLS: &[Call] = &[
    row(
        &["DeleteFunction"],
        "lambda:DeleteFunction",
        Resource::Function,
        "A function of a version that nobody uses any more is removed.",
        Loss::Step("functions rm"),
    ),
    row(
        &["ListFunctions"],
        "lambda:ListFunctions",
        Resource::Everything,
        "The functions that there are to remove are shown.",
        Loss::Step("functions ls"),
    ),
    row(
        &["DeleteLogGroup"],
        "logs:DeleteLogGroup",
        Resource::LogGroup,
        "The log lines of a function that is gone are not kept and paid for.",
        Loss::Degraded("the log group stays until its lines expire"),
    ),
    row(
        &["ListBuckets"],
        "s3:ListAllMyBuckets",
        Resource::Everything,
        "The region's bucket is found by its name's prefix.",
        Loss::Step("sites rm"),
    ),
    row(
        &["ListObjectsV2"],
        "s3:ListBucket",
        Resource::Bucket,
        "What belongs to a site or a render is listed before it is removed.",
        Loss::Step("sites rm"),
    )
    .own(),
    row(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("sites/"),
        "The files of a site go.",
        Loss::Step("sites rm"),
    )
    .own(),
    row(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("renders/"),
        "Outputs and documents of renders go with their bucket.",
        BUCKET,
    )
    .own(),
    row(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("input-props/"),
        "Large input props that no render took go with their bucket.",
        BUCKET,
    )
    .own(),
    row(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("clips/"),
        "Clips go with their bucket.",
        BUCKET,
    )
    .own(),
    row(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("framewright/"),
        "Packages of functions go with their bucket.",
        BUCKET,
    )
    .own(),
    row(
        &["DeleteBucket"],
        "s3:DeleteBucket",
        Resource::Bucket,
        "A bucket that is empty goes.",
        BUCKET,
    )
    .own(),
];
