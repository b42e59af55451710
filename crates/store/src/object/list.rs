//! Listing a prefix.

use futures_util::{Stream, TryStreamExt as _, stream};

use crate::{Bucket, ETag, StoreError};

/// One object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// The version of its content.
    pub etag: ETag,
}

impl Bucket {
    /// All objects whose keys begin with `prefix`, in the order of their keys' bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, StoreError> {
        self.list_pages(prefix).try_concat().await
    }

    /// The same, page by page, for prefixes that may hold more than fits into memory.
    pub fn list_pages(&self, prefix: &str) -> impl Stream<Item = Result<Vec<Listed>, StoreError>> {
        let pages = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .set_expected_bucket_owner(self.owner.clone())
            .into_paginator()
            .send();
        stream::try_unfold((pages, self.clone()), {
            let prefix = prefix.to_owned();
            move |(mut pages, bucket)| {
                let prefix = prefix.clone();
                async move {
                    let Some(page) = pages.next().await else {
                        return Ok(None);
                    };
                    let page = page.map_err(|error| bucket.failure("list", &prefix, error))?;
                    let listed = page.contents.unwrap_or_default().into_iter();
                    let listed = listed.map(|object| bucket.listed(&prefix, object));
                    let listed = listed.collect::<Result<Vec<_>, _>>()?;
                    Ok(Some((listed, (pages, bucket))))
                }
            }
        })
    }

    fn listed(
        &self,
        prefix: &str,
        object: aws_sdk_s3::types::Object,
    ) -> Result<Listed, StoreError> {
        let lacking = |what| self.lacking(prefix, what);
        Ok(Listed {
            key: object.key.ok_or_else(|| lacking("a key"))?,
            size: object
                .size
                .and_then(|size| u64::try_from(size).ok())
                .ok_or_else(|| lacking("a size"))?,
            etag: object
                .e_tag
                .map(ETag::new)
                .ok_or_else(|| lacking("an entity tag"))?,
        })
    }
}
