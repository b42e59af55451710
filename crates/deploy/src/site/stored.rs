//! What is stored under a prefix.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;

use crate::call::CallFailed;

/// An object, as S3 lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) key: String,
    pub(super) size: u64,
    /// Without quotes; the MD5 of what was written by one call into a bucket without keys of its own.
    pub(super) etag: String,
    pub(super) modified: Option<SystemTime>,
}

impl Stored {
    /// Whether the object has not been written for `duration` before `now`. One of unknown age has.
    pub(super) fn is_younger(&self, duration: Duration, now: SystemTime) -> bool {
        self.modified
            .and_then(|modified| now.duration_since(modified).ok())
            .is_none_or(|age| age < duration)
    }
}

/// All objects whose keys begin with `prefix`, in the order of their keys.
pub(super) async fn list(
    s3: &Client,
    bucket: &str,
    prefix: &str,
) -> Result<Vec<Stored>, CallFailed> {
    let pages = s3.list_objects_v2().bucket(bucket).prefix(prefix);
    let mut pages = pages.into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(CallFailed::of(format!("list `{prefix}`")))?;
        all.extend(page.contents().iter().filter_map(|object| {
            let modified = object.last_modified().cloned();
            Some(Stored {
                key: object.key()?.to_owned(),
                size: u64::try_from(object.size()?).ok()?,
                etag: object
                    .e_tag()
                    .unwrap_or_default()
                    .trim_matches('"')
                    .to_owned(),
                modified: modified.and_then(|modified| modified.try_into().ok()),
            })
        }));
    }
    Ok(all)
}
