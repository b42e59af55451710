//! The condition keys that S3 fills in.

pub(super) const LISTING: &[&str] = &["s3:prefix", "s3:delimiter", "s3:max-keys"];

pub(super) const ACL: &[&str] = &[
    "s3:x-amz-acl",
    "s3:x-amz-grant-full-control",
    "s3:x-amz-grant-read",
    "s3:x-amz-grant-read-acp",
    "s3:x-amz-grant-write",
    "s3:x-amz-grant-write-acp",
];

pub(super) const WRITING: &[&str] = &[
    "s3:x-amz-acl",
    "s3:x-amz-grant-full-control",
    "s3:x-amz-grant-read",
    "s3:x-amz-grant-read-acp",
    "s3:x-amz-grant-write",
    "s3:x-amz-grant-write-acp",
    "s3:x-amz-copy-source",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm",
    "s3:x-amz-storage-class",
    "s3:x-amz-website-redirect-location",
    "s3:object-lock-mode",
    "s3:object-lock-retain-until-date",
    "s3:object-lock-remaining-retention-days",
    "s3:object-lock-legal-hold",
    "s3:RequestObjectTag/*",
    "s3:RequestObjectTagKeys",
    "s3:if-none-match",
    "s3:if-match",
];

pub(super) const TAGGING: &[&str] = &["s3:RequestObjectTag/*", "s3:RequestObjectTagKeys"];

pub(super) const RETAINING: &[&str] = &[
    "s3:object-lock-mode",
    "s3:object-lock-retain-until-date",
    "s3:object-lock-remaining-retention-days",
];

pub(super) const VERSION: &[&str] = &["s3:versionid"];

pub(super) const VIA_S3: &[&str] = &["kms:ViaService", "kms:EncryptionContext/*"];
