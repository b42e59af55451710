//! Objects: written, looked up, deleted.

use jiff::Timestamp;
use redb::{ReadableTable, Table};

use super::blob::BlobId;
use super::buckets::{NoSuchBucket, require_bucket};
use super::condition::{ConditionFailed, WriteCondition};
use super::ingest::Content;
use super::name::{BucketName, ObjectKey};
use super::record::{Attributes, Object, Segment, hex};
use super::store::{Changed, ObjectStore};
use super::table::{OBJECTS, StorageError, StoreError};
use crate::authz::Permit;
use crate::state::{Change, ChangeError, StateError, decode, encode};

/// A table of objects in a transaction.
pub(super) type Objects<'txn> = Table<'txn, (&'static str, &'static [u8]), &'static [u8]>;

/// An object to be stored under a key.
#[derive(Debug)]
pub(crate) struct NewObject {
    pub(crate) bucket: BucketName,
    pub(crate) key: ObjectKey,
    pub(crate) content: Content,
    pub(crate) attributes: Attributes,
    pub(crate) condition: WriteCondition,
    pub(crate) at: Timestamp,
}

/// An object is not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PutRefusal {
    /// The bucket is gone.
    #[error("the bucket does not exist")]
    NoSuchBucket,
    /// The condition does not hold when the object would become visible.
    #[error(transparent)]
    Condition(#[from] ConditionFailed),
}

impl ObjectStore {
    /// The object at a key, if there is one.
    pub(crate) fn object(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
    ) -> Result<Option<Object>, StorageError> {
        let objects = self
            .state()
            .read()?
            .open_table(OBJECTS)
            .map_err(StateError::from)?;
        Ok(stored(&objects, bucket, key)?)
    }

    /// Stores an object, replacing the one at its key.
    pub(crate) async fn put_object(
        &self,
        permit: &Permit,
        new: NewObject,
    ) -> Result<Object, StoreError<PutRefusal>> {
        let NewObject {
            bucket,
            key,
            content,
            attributes,
            condition,
            at,
        } = new;
        let object = Object {
            size: content.size,
            etag: hex(&content.md5),
            modified_at: at,
            attributes,
            checksum: Some(content.checksum),
            upload: None,
            segments: vec![Segment {
                blob: content.blob.id(),
                size: content.size,
            }],
        };
        self.change_with(permit, content.blob, move |change| {
            require_bucket(change, &bucket, PutRefusal::NoSuchBucket)?;
            let retired = replace(change, &bucket, &key, &object, &condition)?;
            Ok(Changed {
                answer: object.clone(),
                retired,
            })
        })
        .await
    }

    /// Deletes the object at a key, if there is one and the condition holds. Deleting none is no failure.
    pub(crate) async fn delete_object(
        &self,
        permit: &Permit,
        bucket: BucketName,
        key: ObjectKey,
        condition: WriteCondition,
    ) -> Result<(), StoreError<PutRefusal>> {
        self.change(permit, move |change| {
            require_bucket(change, &bucket, PutRefusal::NoSuchBucket)?;
            let current = stored(&change.read(OBJECTS)?, &bucket, &key)?;
            condition.check(current.as_ref()).map_err(refused)?;
            Ok(Changed {
                answer: (),
                retired: remove(&mut change.write(OBJECTS)?, &bucket, &key)?,
            })
        })
        .await
    }

    /// Deletes the objects at several keys in one step. Keys without an object are passed over.
    pub(crate) async fn delete_objects(
        &self,
        permit: &Permit,
        bucket: BucketName,
        keys: Vec<ObjectKey>,
    ) -> Result<(), StoreError<NoSuchBucket>> {
        self.change(permit, move |change| {
            require_bucket(change, &bucket, NoSuchBucket)?;
            let mut objects = change.write(OBJECTS)?;
            let mut retired = Vec::new();
            for key in &keys {
                retired.extend(remove(&mut objects, &bucket, key)?);
            }
            Ok(Changed {
                answer: (),
                retired,
            })
        })
        .await
    }
}

/// Puts an object under a key if the condition holds of the one there, whose blobs are returned.
pub(super) fn replace<E: From<ConditionFailed>>(
    change: &mut Change<'_>,
    bucket: &BucketName,
    key: &ObjectKey,
    object: &Object,
    condition: &WriteCondition,
) -> Result<Vec<BlobId>, ChangeError<E>> {
    let current = stored(&change.read(OBJECTS)?, bucket, key)?;
    condition.check(current.as_ref()).map_err(refused)?;
    change.write(OBJECTS)?.insert(
        (bucket.as_str(), key.as_str().as_bytes()),
        encode(&OBJECTS, object)?.as_slice(),
    )?;
    Ok(current.iter().flat_map(Object::blobs).collect())
}

/// Removes what is at a key and returns its blobs.
pub(super) fn remove(
    objects: &mut Objects<'_>,
    bucket: &BucketName,
    key: &ObjectKey,
) -> Result<Vec<BlobId>, StateError> {
    let removed = objects.remove((bucket.as_str(), key.as_str().as_bytes()))?;
    let object = removed
        .map(|object| decode::<Object>(&OBJECTS, object.value()))
        .transpose()?;
    Ok(object.iter().flat_map(Object::blobs).collect())
}

pub(super) fn stored(
    objects: &impl ReadableTable<(&'static str, &'static [u8]), &'static [u8]>,
    bucket: &BucketName,
    key: &ObjectKey,
) -> Result<Option<Object>, StateError> {
    let found = objects.get((bucket.as_str(), key.as_str().as_bytes()))?;
    found
        .map(|object| decode(&OBJECTS, object.value()))
        .transpose()
}

/// A failed condition as a refusal.
pub(super) fn refused<E: From<ConditionFailed>>(failed: ConditionFailed) -> ChangeError<E> {
    ChangeError::Refused(failed.into())
}
