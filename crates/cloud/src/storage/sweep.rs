//! Applying lifecycle rules: what is past its time goes.

use std::convert::Infallible;

use jiff::Timestamp;

use super::buckets::bucket_in;
use super::lifecycle::{Rule, abort_date, expiry};
use super::list::{Entry, Listing};
use super::multipart::{UploadName, forget};
use super::name::{BucketName, ObjectKey};
use super::objects::{remove, stored};
use super::record::{Bucket, Upload};
use super::store::{Changed, ObjectStore};
use super::table::{OBJECTS, StorageError, StoreError};
use crate::state::{Change, ChangeError, StateError};

/// How many keys are looked at, and how many objects removed, in one step.
const STEP: usize = 1000;

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) objects: usize,
    pub(crate) uploads: usize,
}

impl ObjectStore {
    /// Removes every object that has expired at `now` and aborts every upload that was left too long, in the buckets of
    /// `region` or in all.
    ///
    /// Rules and objects are looked at again in the transaction that removes, so that an object which was replaced
    /// meanwhile stays.
    pub(crate) async fn sweep(
        &self,
        now: Timestamp,
        region: Option<&str>,
    ) -> Result<Swept, StorageError> {
        let mut swept = Swept::default();
        for bucket in self
            .buckets()?
            .into_iter()
            .filter(|bucket| !bucket.lifecycle.is_empty())
            .filter(|bucket| region.is_none_or(|region| bucket.region.as_str() == region))
        {
            swept.objects += self.sweep_objects(&bucket, now).await?;
            swept.uploads += self.sweep_uploads(&bucket, now).await?;
        }
        Ok(swept)
    }

    async fn sweep_objects(&self, bucket: &Bucket, now: Timestamp) -> Result<usize, StorageError> {
        let mut swept = 0;
        let mut listing = Listing {
            limit: STEP,
            ..Listing::default()
        };
        loop {
            let page = self.list(bucket.name.clone(), listing.clone()).await?;
            let due = page.entries.iter().filter_map(|entry| match entry {
                Entry::Item { key, item } => expiry(&bucket.lifecycle, key.as_str(), item)
                    .filter(|(at, _)| *at <= now)
                    .map(|_| key.clone()),
                Entry::CommonPrefix(_) => None,
            });
            let due: Vec<ObjectKey> = due.collect();
            if !due.is_empty() {
                swept += self.expire(bucket.name.clone(), due, now).await?;
            }
            match page.entries.last() {
                Some(last) if page.truncated => listing.after = Some(last.name().to_owned()),
                _ => return Ok(swept),
            }
        }
    }

    async fn expire(
        &self,
        bucket: BucketName,
        due: Vec<ObjectKey>,
        now: Timestamp,
    ) -> Result<usize, StorageError> {
        let expired = self.maintain(move |change| {
            let rules = rules(change, &bucket)?;
            let mut objects = change.write(OBJECTS)?;
            let (mut expired, mut retired) = (0, Vec::new());
            for key in &due {
                let Some(object) = stored(&objects, &bucket, key)? else {
                    continue;
                };
                if expiry(&rules, key.as_str(), &object).is_some_and(|(at, _)| at <= now) {
                    retired.extend(remove(&mut objects, &bucket, key)?);
                    expired += 1;
                }
            }
            Ok::<_, ChangeError<Infallible>>(Changed {
                answer: expired,
                retired,
            })
        });
        unrefused(expired.await)
    }

    async fn sweep_uploads(&self, bucket: &Bucket, now: Timestamp) -> Result<usize, StorageError> {
        let all = Listing {
            limit: usize::MAX,
            ..Listing::default()
        };
        let is_due = |key: &ObjectKey, upload: &Upload| {
            abort_date(&bucket.lifecycle, key.as_str(), upload).is_some_and(|at| at <= now)
        };
        let mut due = Vec::new();
        for entry in self.uploads(&bucket.name, &all, None)?.entries {
            if let Entry::Item {
                key,
                item: (id, upload),
            } = entry
                && is_due(&key, &upload)
            {
                due.push(UploadName {
                    bucket: bucket.name.clone(),
                    key,
                    id,
                });
            }
        }
        if due.is_empty() {
            return Ok(0);
        }
        let aborted = self.maintain(move |change| {
            let mut retired = Vec::new();
            for name in &due {
                retired.extend(forget(change, name)?);
            }
            Ok::<_, ChangeError<Infallible>>(Changed {
                answer: due.len(),
                retired,
            })
        });
        unrefused(aborted.await)
    }
}

fn rules(change: &Change<'_>, bucket: &BucketName) -> Result<Vec<Rule>, StateError> {
    Ok(bucket_in(change, bucket)?
        .map(|bucket| bucket.lifecycle)
        .unwrap_or_default())
}

fn unrefused<T>(result: Result<T, StoreError<Infallible>>) -> Result<T, StorageError> {
    match result {
        Ok(answer) => Ok(answer),
        Err(StoreError::Storage(error)) => Err(error),
        Err(StoreError::Refused(never)) => match never {},
    }
}
