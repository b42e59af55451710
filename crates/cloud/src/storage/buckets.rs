//! Buckets: made, looked up, reconfigured, deleted.

use redb::ReadableTable as _;

use super::name::BucketName;
use super::record::Bucket;
use super::store::{Changed, ObjectStore};
use super::table::{BUCKETS, OBJECTS, PARTS, StorageError, StoreError, UPLOADS, past};
use crate::authz::Permit;
use crate::state::{Change, ChangeError, StateError, decode, encode};

/// There is a bucket of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bucket exists")]
pub(crate) struct BucketExists;

/// There is no bucket of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bucket does not exist")]
pub(crate) struct NoSuchBucket;

/// A bucket cannot be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeleteBucketRefusal {
    /// There is no bucket of that name.
    #[error("the bucket does not exist")]
    NoSuchBucket,
    /// It holds objects.
    #[error("the bucket is not empty")]
    NotEmpty,
}

impl ObjectStore {
    /// The bucket of that name, if there is one.
    pub(crate) fn bucket(&self, name: &BucketName) -> Result<Option<Bucket>, StorageError> {
        let buckets = self
            .state()
            .read()?
            .open_table(BUCKETS)
            .map_err(StateError::from)?;
        let found = buckets.get(name.as_str())?;
        Ok(found
            .map(|bucket| decode(&BUCKETS, bucket.value()))
            .transpose()?)
    }

    /// Every bucket, by name.
    pub(crate) fn buckets(&self) -> Result<Vec<Bucket>, StorageError> {
        let buckets = self
            .state()
            .read()?
            .open_table(BUCKETS)
            .map_err(StateError::from)?;
        buckets
            .iter()?
            .map(|entry| Ok(decode(&BUCKETS, entry?.1.value())?))
            .collect()
    }

    /// Makes a bucket.
    pub(crate) async fn create_bucket(
        &self,
        permit: &Permit,
        bucket: Bucket,
    ) -> Result<(), StoreError<BucketExists>> {
        self.change(permit, move |change| {
            if change.read(BUCKETS)?.get(bucket.name.as_str())?.is_some() {
                return Err(ChangeError::Refused(BucketExists));
            }
            change
                .write(BUCKETS)?
                .insert(bucket.name.as_str(), encode(&BUCKETS, &bucket)?.as_slice())?;
            Ok(Changed::new(()))
        })
        .await
    }

    /// Changes the configuration of a bucket.
    pub(crate) async fn update_bucket(
        &self,
        permit: &Permit,
        name: BucketName,
        mut update: impl FnMut(&mut Bucket) + Send + 'static,
    ) -> Result<(), StoreError<NoSuchBucket>> {
        self.change(permit, move |change| {
            let mut bucket = bucket_in(change, &name)?.ok_or(ChangeError::Refused(NoSuchBucket))?;
            update(&mut bucket);
            change
                .write(BUCKETS)?
                .insert(name.as_str(), encode(&BUCKETS, &bucket)?.as_slice())?;
            Ok(Changed::new(()))
        })
        .await
    }

    /// Deletes an empty bucket, and with it the uploads that were never completed.
    pub(crate) async fn delete_bucket(
        &self,
        permit: &Permit,
        name: BucketName,
    ) -> Result<(), StoreError<DeleteBucketRefusal>> {
        self.change(permit, move |change| {
            require_bucket(change, &name, DeleteBucketRefusal::NoSuchBucket)?;
            let end = past("");
            let all = (name.as_str(), &[][..])..(name.as_str(), end.as_slice());
            if change.read(OBJECTS)?.range(all)?.next().is_some() {
                return Err(ChangeError::Refused(DeleteBucketRefusal::NotEmpty));
            }
            change.write(BUCKETS)?.remove(name.as_str())?;
            Ok(Changed {
                answer: (),
                retired: drop_uploads(change, &name)?,
            })
        })
        .await
    }
}

/// The bucket as a change sees it.
pub(super) fn bucket_in(
    change: &Change<'_>,
    name: &BucketName,
) -> Result<Option<Bucket>, StateError> {
    let buckets = change.read(BUCKETS)?;
    let found = buckets.get(name.as_str())?;
    found
        .map(|bucket| decode(&BUCKETS, bucket.value()))
        .transpose()
}

/// Refuses a change whose bucket is gone.
pub(super) fn require_bucket<E>(
    change: &Change<'_>,
    name: &BucketName,
    refusal: E,
) -> Result<(), ChangeError<E>> {
    match change.read(BUCKETS)?.get(name.as_str())? {
        Some(_) => Ok(()),
        None => Err(ChangeError::Refused(refusal)),
    }
}

fn drop_uploads<E>(
    change: &mut Change<'_>,
    name: &BucketName,
) -> Result<Vec<super::blob::BlobId>, ChangeError<E>> {
    let end = past("");
    let all = (name.as_str(), &[][..], "")..(name.as_str(), end.as_slice(), "");
    let mut ids = Vec::new();
    for entry in change.write(UPLOADS)?.extract_from_if(all, |_, _| true)? {
        ids.push(entry?.0.value().2.to_owned());
    }
    let mut retired = Vec::new();
    let mut parts = change.write(PARTS)?;
    for id in ids {
        retired.extend(super::multipart::drop_parts(&mut parts, &id)?);
    }
    Ok(retired)
}
