//! The object store: metadata in the database, bytes in files.
//!
//! ```text
//! bytes → Ingest (staging file, digests) → Content (claims hold, durable) → commit → Object
//! ```
//!
//! Nothing of a body counts before its length and checksums held on the staged file, and the file is durable before a
//! record names it. Conditions are evaluated in the transaction that writes. A reader keeps the version that it
//! opened. See [`blob`] for what a crash leaves and [`store`] for how changes commit.

mod blob;
mod buckets;
mod checksum;
mod condition;
mod ingest;
mod key_arn;
mod lease;
mod lifecycle;
mod list;
mod multipart;
mod name;
mod objects;
mod read;
mod record;
mod store;
mod sweep;
mod table;
#[cfg(test)]
mod tests;
mod uploads;

pub(crate) use self::blob::Durability;
pub(crate) use self::buckets::{BucketExists, DeleteBucketRefusal, NoSuchBucket};
pub(crate) use self::checksum::{Algorithm, Checksum, Claim, Coverage};
pub(crate) use self::condition::{ConditionFailed, WriteCondition};
pub(crate) use self::ingest::{Claims, Content, Digests, IngestError, LARGEST_UPLOAD};
pub(crate) use self::key_arn::KeyArn;
pub(crate) use self::lifecycle::{Expiration, Filter, FilterForm, Rule, expiry};
pub(crate) use self::list::{Entry, Listing, Page};
pub(crate) use self::multipart::{
    CompleteRefusal, Completion, LEAST_PART, NamedPart, NoSuchUpload, UploadName,
};
pub(crate) use self::name::{BucketName, ObjectKey, PartNumber, UploadId};
pub(crate) use self::objects::{NewObject, PutRefusal};
pub(crate) use self::read::OpenObject;
pub(crate) use self::record::{
    Attributes, Bucket, DefaultEncryption, Object, Ownership, Part, PublicAccessBlock, Tag, Upload,
};
pub(crate) use self::store::ObjectStore;
pub(crate) use self::table::{StorageError, StoreError};
