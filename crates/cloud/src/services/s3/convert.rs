//! Between our values and those that s3s reads and writes.

use std::time::SystemTime;

use jiff::Timestamp;
use s3s::dto::{self, ETag, ETagCondition, TimestampFormat};

use crate::storage::{Algorithm, Attributes, Coverage, Ownership};

/// A moment as s3s writes it, without what S3 does not keep: fractions of a second.
pub(super) fn timestamp(at: Timestamp) -> dto::Timestamp {
    let seconds = Timestamp::from_second(at.as_second()).unwrap_or(at);
    dto::Timestamp::from(SystemTime::from(seconds))
}

/// A moment as s3s read it; `None` for one that no calendar of ours holds.
pub(super) fn moment(at: &dto::Timestamp) -> Option<Timestamp> {
    let mut text = Vec::new();
    at.format(TimestampFormat::DateTime, &mut text).ok()?;
    std::str::from_utf8(&text).ok()?.parse().ok()
}

/// An ETag on the wire: in quotes.
pub(super) fn etag(etag: &str) -> ETag {
    ETag::Strong(etag.to_owned())
}

/// The ETag that a condition names, without quotes; `*` for any.
pub(super) fn condition_etag(condition: &ETagCondition) -> &str {
    match condition {
        ETagCondition::ETag(etag) => etag.value(),
        ETagCondition::Any => "*",
    }
}

/// The account as the owner of buckets and objects.
pub(super) fn owner(account: iam::AccountId) -> dto::Owner {
    dto::Owner {
        display_name: None,
        id: Some(canonical_user_id(account)),
    }
}

/// The account as who began an upload.
pub(super) fn initiator(account: iam::AccountId) -> dto::Initiator {
    dto::Initiator {
        display_name: None,
        id: Some(canonical_user_id(account)),
    }
}

/// The 64 hexadecimal digits by which S3 calls an account.
fn canonical_user_id(account: iam::AccountId) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(account.as_str());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn checksum_algorithm(algorithm: Algorithm) -> dto::ChecksumAlgorithm {
    dto::ChecksumAlgorithm::from_static(algorithm.name())
}

pub(super) fn checksum_type(coverage: Coverage) -> dto::ChecksumType {
    dto::ChecksumType::from_static(match coverage {
        Coverage::FullObject => dto::ChecksumType::FULL_OBJECT,
        Coverage::Composite => dto::ChecksumType::COMPOSITE,
    })
}

pub(super) fn object_ownership(ownership: Ownership) -> dto::ObjectOwnership {
    dto::ObjectOwnership::from_static(match ownership {
        Ownership::BucketOwnerEnforced => dto::ObjectOwnership::BUCKET_OWNER_ENFORCED,
        Ownership::BucketOwnerPreferred => dto::ObjectOwnership::BUCKET_OWNER_PREFERRED,
        Ownership::ObjectWriter => dto::ObjectOwnership::OBJECT_WRITER,
    })
}

/// The ownership of that name.
pub(super) fn ownership(name: &str) -> Option<Ownership> {
    match name {
        dto::ObjectOwnership::BUCKET_OWNER_ENFORCED => Some(Ownership::BucketOwnerEnforced),
        dto::ObjectOwnership::BUCKET_OWNER_PREFERRED => Some(Ownership::BucketOwnerPreferred),
        dto::ObjectOwnership::OBJECT_WRITER => Some(Ownership::ObjectWriter),
        _ => None,
    }
}

/// What is encrypted at rest on AWS says so on every answer; stored bytes here are as safe as their disk.
pub(super) fn encryption(attributes: &Attributes) -> dto::ServerSideEncryption {
    dto::ServerSideEncryption::from_static(match attributes.key {
        Some(_) => dto::ServerSideEncryption::AWS_KMS,
        None => dto::ServerSideEncryption::AES256,
    })
}

/// The ARN of the KMS key, as answers tell it.
pub(super) fn key_id(attributes: &Attributes) -> Option<String> {
    attributes.key.as_ref().map(ToString::to_string)
}

/// Puts a checksum into the one of five members that is for its algorithm.
macro_rules! set_checksum {
    ($output:expr, $checksum:expr) => {{
        let value = Some($checksum.value.clone());
        match $checksum.algorithm {
            $crate::storage::Algorithm::Crc32 => $output.checksum_crc32 = value,
            $crate::storage::Algorithm::Crc32c => $output.checksum_crc32c = value,
            $crate::storage::Algorithm::Crc64Nvme => $output.checksum_crc64nvme = value,
            $crate::storage::Algorithm::Sha1 => $output.checksum_sha1 = value,
            $crate::storage::Algorithm::Sha256 => $output.checksum_sha256 = value,
        }
    }};
}
pub(super) use set_checksum;
