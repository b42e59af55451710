//! What is kept about buckets, objects, uploads and parts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::blob::BlobId;
use super::checksum::{Algorithm, Checksum, Coverage};
use super::key_arn::KeyArn;
use super::lifecycle::Rule;
use super::name::{BucketName, PartNumber, UploadId};

/// A bucket and its configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) name: BucketName,
    pub(crate) region: String,
    pub(crate) created_at: Timestamp,
    /// `None` after the controls were deleted, which behaves like [`Ownership::ObjectWriter`].
    pub(crate) ownership: Option<Ownership>,
    /// `None` after the configuration was deleted, which blocks nothing.
    pub(crate) public_access_block: Option<PublicAccessBlock>,
    /// The bucket policy as it was put.
    pub(crate) policy: Option<String>,
    /// The ACL `public-read`, by which everybody lists the bucket where ACLs count.
    #[serde(default)]
    pub(crate) public_list: bool,
    /// `None` for S3's own keys, which nobody needs a right to.
    #[serde(default)]
    pub(crate) encryption: Option<DefaultEncryption>,
    pub(crate) lifecycle: Vec<Rule>,
    pub(crate) tags: Vec<Tag>,
}

impl Bucket {
    /// A bucket as S3 makes it since April 2023: private, ACLs disabled.
    pub(crate) fn new(name: BucketName, region: &str, created_at: Timestamp) -> Self {
        Self {
            name,
            region: region.to_owned(),
            created_at,
            ownership: Some(Ownership::BucketOwnerEnforced),
            public_access_block: Some(PublicAccessBlock::ALL),
            policy: None,
            public_list: false,
            encryption: None,
            lifecycle: Vec::new(),
            tags: Vec::new(),
        }
    }
}

/// Who owns objects, and with that whether ACLs mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ownership {
    BucketOwnerEnforced,
    BucketOwnerPreferred,
    ObjectWriter,
}

/// The four switches of Block Public Access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublicAccessBlock {
    pub(crate) block_public_acls: bool,
    pub(crate) ignore_public_acls: bool,
    pub(crate) block_public_policy: bool,
    pub(crate) restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Everything blocked.
    pub(crate) const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
}

/// The KMS key of new objects that name none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DefaultEncryption {
    pub(crate) key: KeyArn,
    /// Whether S3 may keep data keys for the bucket; it changes no decision.
    pub(crate) bucket_key: bool,
}

/// A tag of a bucket or object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// What a client stores beside the bytes and gets back with them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Attributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    /// As the client wrote it; HTTP asks for a date, S3 keeps any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<String>,
    /// `x-amz-meta-*`, by the name after the prefix in lower case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
    /// The ACL `public-read`, which counts where ACLs do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) public_read: bool,
    /// The KMS key that decides who may read the object besides its own permissions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<KeyArn>,
}

/// An object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Object {
    /// In bytes.
    pub(crate) size: u64,
    /// Without quotes: the MD5 in hexadecimal, with `-N` after N parts.
    pub(crate) etag: String,
    pub(crate) modified_at: Timestamp,
    pub(crate) attributes: Attributes,
    pub(crate) checksum: Option<Checksum>,
    /// The upload that made it, so that a repeated completion finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<UploadId>,
    // INVARIANT: the sizes add up to `size`; no two objects or parts share a blob.
    pub(super) segments: Vec<Segment>,
}

impl Object {
    /// How many parts the object was uploaded in; `None` if it came in one request.
    pub(crate) fn part_count(&self) -> Option<usize> {
        self.upload.is_some().then_some(self.segments.len())
    }

    /// The byte range, end exclusive, that a part of a multipart object became.
    pub(crate) fn part_range(&self, number: PartNumber) -> Option<std::ops::Range<u64>> {
        let index = usize::from(number.get()) - 1;
        if self.upload.is_none() {
            return (index == 0).then_some(0..self.size);
        }
        let size = self.segments.get(index)?.size;
        let start = self.segments[..index]
            .iter()
            .map(|segment| segment.size)
            .sum();
        Some(start..start + size)
    }

    pub(super) fn blobs(&self) -> impl Iterator<Item = BlobId> {
        self.segments.iter().map(|segment| segment.blob)
    }
}

/// A run of an object's bytes: one blob, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Segment {
    pub(super) blob: BlobId,
    /// In bytes.
    pub(super) size: u64,
}

/// A multipart upload under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) initiated_at: Timestamp,
    pub(crate) attributes: Attributes,
    /// The algorithm named when the upload began; its parts then carry it.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) coverage: Coverage,
}

/// A part of an upload under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// In bytes.
    pub(crate) size: u64,
    pub(super) md5: [u8; 16],
    pub(crate) modified_at: Timestamp,
    pub(crate) checksum: Checksum,
    pub(super) blob: BlobId,
}

impl Part {
    /// Without quotes: the MD5 in hexadecimal.
    pub(crate) fn etag(&self) -> String {
        hex(&self.md5)
    }
}

/// An ETag's form of a digest.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
