//! Needs that several operations have.

use super::keys::{ACL, LISTING, RETAINING, TAGGING, VERSION, VIA_S3, WRITING};
use crate::calls::table::need;
use crate::calls::{Need, Template, When};
use Template::{Bucket, Key, Object, SourceKey, SourceObject};

pub(super) const fn on_bucket(action: &'static str) -> Need {
    need(action, Bucket)
}

pub(super) const WRITE: Need = need("s3:PutObject", Object).keys(WRITING);
pub(super) const WRITE_ACL: Need = need("s3:PutObjectAcl", Object).keys(ACL).when(When::Acl);
pub(super) const WRITE_TAGS: Need = need("s3:PutObjectTagging", Object)
    .keys(TAGGING)
    .when(When::Tags);
pub(super) const RETAIN: Need = need("s3:PutObjectRetention", Object)
    .keys(RETAINING)
    .when(When::Retention);
pub(super) const HOLD: Need = need("s3:PutObjectLegalHold", Object)
    .keys(&["s3:object-lock-legal-hold"])
    .when(When::LegalHold);
pub(super) const ENCRYPT: Need = need("kms:GenerateDataKey", Key)
    .keys(VIA_S3)
    .when(When::Kms);
pub(super) const DECRYPT: Need = need("kms:Decrypt", Key).keys(VIA_S3).when(When::Kms);
pub(super) const DECRYPT_SOURCE: Need = need("kms:Decrypt", SourceKey)
    .keys(VIA_S3)
    .when(When::SourceKms);
pub(super) const READ_SOURCE: Need = need("s3:GetObject", SourceObject).when(When::NoSourceVersion);
pub(super) const READ_SOURCE_VERSION: Need = need("s3:GetObjectVersion", SourceObject)
    .keys(VERSION)
    .when(When::SourceVersion);
pub(super) const LIST: Need = need("s3:ListBucket", Bucket).keys(LISTING);

/// The same for an object's current version and for one that is named.
pub(super) const fn of_version(current: &'static str, version: &'static str) -> [Need; 2] {
    [
        need(current, Object).when(When::NoVersion),
        need(version, Object).keys(VERSION).when(When::Version),
    ]
}

pub(super) const READ: [Need; 2] = of_version("s3:GetObject", "s3:GetObjectVersion");
pub(super) const DELETE: [Need; 2] = of_version("s3:DeleteObject", "s3:DeleteObjectVersion");
pub(super) const BYPASS: Need =
    need("s3:BypassGovernanceRetention", Object).when(When::BypassGovernance);
