//! S3: operations and actions differ in name more often than not.

mod keys;
mod needs;

use keys::{ACL, LISTING, TAGGING};
use needs::{
    BYPASS, DECRYPT, DECRYPT_SOURCE, DELETE, ENCRYPT, HOLD, LIST, READ, READ_SOURCE,
    READ_SOURCE_VERSION, RETAIN, WRITE, WRITE_ACL, WRITE_TAGS, of_version, on_bucket,
};

use super::table::need;
use super::{Call, Need, Template, When};
use Template::{Object, SourceObject, Unnamed};

const fn row(operation: &'static str, needs: &'static [Need]) -> Call {
    Call {
        service: "s3",
        operation,
        needs,
    }
}

// spec: iam/calls#s3
pub(super) const CALLS: &[Call] = &[
    row("ListBuckets", &[need("s3:ListAllMyBuckets", Unnamed)]),
    row(
        "CreateBucket",
        &[
            on_bucket("s3:CreateBucket").keys(&[
                "s3:x-amz-acl",
                "s3:x-amz-grant-full-control",
                "s3:x-amz-grant-read",
                "s3:x-amz-grant-read-acp",
                "s3:x-amz-grant-write",
                "s3:x-amz-grant-write-acp",
                "s3:locationconstraint",
                "s3:x-amz-object-ownership",
            ]),
            on_bucket("s3:PutBucketAcl").keys(ACL).when(When::Acl),
            on_bucket("s3:PutBucketObjectLockConfiguration").when(When::ObjectLock),
            on_bucket("s3:PutBucketVersioning").when(When::ObjectLock),
            on_bucket("s3:PutBucketOwnershipControls")
                .keys(&["s3:x-amz-object-ownership"])
                .when(When::Ownership),
            on_bucket("s3:TagResource")
                .keys(&["aws:RequestTag/*", "aws:TagKeys"])
                .when(When::Tags),
        ],
    ),
    row("HeadBucket", &[LIST]),
    row("DeleteBucket", &[on_bucket("s3:DeleteBucket")]),
    row("GetBucketLocation", &[on_bucket("s3:GetBucketLocation")]),
    row("ListObjects", &[LIST]),
    row("ListObjectsV2", &[LIST]),
    row(
        "ListObjectVersions",
        &[on_bucket("s3:ListBucketVersions").keys(LISTING)],
    ),
    row(
        "ListMultipartUploads",
        &[on_bucket("s3:ListBucketMultipartUploads")],
    ),
    row("ListParts", &[need("s3:ListMultipartUploadParts", Object)]),
    row("GetBucketAcl", &[on_bucket("s3:GetBucketAcl")]),
    row("PutBucketAcl", &[on_bucket("s3:PutBucketAcl").keys(ACL)]),
    row(
        "GetBucketOwnershipControls",
        &[on_bucket("s3:GetBucketOwnershipControls")],
    ),
    row(
        "PutBucketOwnershipControls",
        &[on_bucket("s3:PutBucketOwnershipControls").keys(&["s3:x-amz-object-ownership"])],
    ),
    row(
        "DeleteBucketOwnershipControls",
        &[on_bucket("s3:PutBucketOwnershipControls")],
    ),
    row(
        "GetPublicAccessBlock",
        &[on_bucket("s3:GetBucketPublicAccessBlock")],
    ),
    row(
        "PutPublicAccessBlock",
        &[on_bucket("s3:PutBucketPublicAccessBlock")],
    ),
    row(
        "DeletePublicAccessBlock",
        &[on_bucket("s3:PutBucketPublicAccessBlock")],
    ),
    row("GetBucketPolicy", &[on_bucket("s3:GetBucketPolicy")]),
    row(
        "GetBucketPolicyStatus",
        &[on_bucket("s3:GetBucketPolicyStatus")],
    ),
    row("PutBucketPolicy", &[on_bucket("s3:PutBucketPolicy")]),
    row("DeleteBucketPolicy", &[on_bucket("s3:DeleteBucketPolicy")]),
    row(
        "GetBucketLifecycleConfiguration",
        &[on_bucket("s3:GetLifecycleConfiguration")],
    ),
    row(
        "PutBucketLifecycleConfiguration",
        &[on_bucket("s3:PutLifecycleConfiguration")],
    ),
    row(
        "DeleteBucketLifecycle",
        &[on_bucket("s3:PutLifecycleConfiguration")],
    ),
    row("GetBucketCors", &[on_bucket("s3:GetBucketCORS")]),
    row("PutBucketCors", &[on_bucket("s3:PutBucketCORS")]),
    row("DeleteBucketCors", &[on_bucket("s3:PutBucketCORS")]),
    row(
        "GetBucketEncryption",
        &[on_bucket("s3:GetEncryptionConfiguration")],
    ),
    row(
        "PutBucketEncryption",
        &[on_bucket("s3:PutEncryptionConfiguration")],
    ),
    row(
        "DeleteBucketEncryption",
        &[on_bucket("s3:PutEncryptionConfiguration")],
    ),
    row("GetBucketTagging", &[on_bucket("s3:GetBucketTagging")]),
    row(
        "PutBucketTagging",
        &[on_bucket("s3:PutBucketTagging").keys(&["aws:RequestTag/*", "aws:TagKeys"])],
    ),
    row("DeleteBucketTagging", &[on_bucket("s3:PutBucketTagging")]),
    row(
        "GetBucketVersioning",
        &[on_bucket("s3:GetBucketVersioning")],
    ),
    row(
        "PutBucketVersioning",
        &[on_bucket("s3:PutBucketVersioning")],
    ),
    row("GetBucketWebsite", &[on_bucket("s3:GetBucketWebsite")]),
    row("PutBucketWebsite", &[on_bucket("s3:PutBucketWebsite")]),
    row(
        "DeleteBucketWebsite",
        &[on_bucket("s3:DeleteBucketWebsite")],
    ),
    row(
        "GetBucketNotificationConfiguration",
        &[on_bucket("s3:GetBucketNotification")],
    ),
    row(
        "PutBucketNotificationConfiguration",
        &[on_bucket("s3:PutBucketNotification")],
    ),
    row(
        "GetBucketReplication",
        &[on_bucket("s3:GetReplicationConfiguration")],
    ),
    row(
        "PutBucketReplication",
        &[
            on_bucket("s3:PutReplicationConfiguration"),
            need("iam:PassRole", Template::Role)
                .keys(&["iam:PassedToService", "iam:AssociatedResourceArn"]),
        ],
    ),
    row(
        "DeleteBucketReplication",
        &[on_bucket("s3:PutReplicationConfiguration")],
    ),
    row("GetObject", &[READ[0], READ[1], DECRYPT]),
    row("HeadObject", &[READ[0], READ[1], DECRYPT]),
    row("GetObjectAttributes", &[READ[0], READ[1], DECRYPT]),
    row(
        "PutObject",
        &[WRITE, WRITE_ACL, WRITE_TAGS, RETAIN, HOLD, ENCRYPT],
    ),
    row(
        "PostObject",
        &[WRITE, WRITE_ACL, WRITE_TAGS, RETAIN, HOLD, ENCRYPT],
    ),
    row(
        "CreateMultipartUpload",
        &[WRITE, WRITE_ACL, WRITE_TAGS, RETAIN, HOLD, ENCRYPT],
    ),
    row("UploadPart", &[WRITE, DECRYPT]),
    row("CompleteMultipartUpload", &[WRITE, DECRYPT]),
    row(
        "AbortMultipartUpload",
        &[need("s3:AbortMultipartUpload", Object)],
    ),
    row(
        "CopyObject",
        &[
            READ_SOURCE,
            READ_SOURCE_VERSION,
            DECRYPT_SOURCE,
            need("s3:GetObjectTagging", SourceObject).when(When::CopiedTags),
            WRITE,
            WRITE_ACL,
            WRITE_TAGS,
            RETAIN,
            HOLD,
            ENCRYPT,
        ],
    ),
    row(
        "UploadPartCopy",
        &[
            READ_SOURCE,
            READ_SOURCE_VERSION,
            DECRYPT_SOURCE,
            WRITE,
            DECRYPT,
        ],
    ),
    row("DeleteObject", &[DELETE[0], DELETE[1], BYPASS]),
    // One outcome for each key.
    row("DeleteObjects", &[DELETE[0], DELETE[1], BYPASS]),
    row(
        "GetObjectAcl",
        &of_version("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    ),
    row(
        "PutObjectAcl",
        &[
            need("s3:PutObjectAcl", Object)
                .keys(ACL)
                .when(When::NoVersion),
            need("s3:PutObjectVersionAcl", Object)
                .keys(ACL)
                .when(When::Version),
        ],
    ),
    row(
        "GetObjectTagging",
        &of_version("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
    ),
    row(
        "PutObjectTagging",
        &[
            need("s3:PutObjectTagging", Object)
                .keys(TAGGING)
                .when(When::NoVersion),
            need("s3:PutObjectVersionTagging", Object)
                .keys(TAGGING)
                .when(When::Version),
        ],
    ),
    row(
        "DeleteObjectTagging",
        &of_version("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    ),
];
