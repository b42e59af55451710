//! Removing what a deployed site no longer needs.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use protocol::site::{Manifest, SiteId};
use store::Bucket;

use super::stored::{self, Stored};
use crate::call::CallFailed;
use crate::emptied::{self, EmptyError};

/// How long a version that is no longer current stays: longer than any render that has pinned it.
const KEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// Objects that nothing needs could not be removed.
#[derive(Debug, thiserror::Error)]
pub enum CleanError {
    /// S3 refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// Some could not be deleted.
    #[error(transparent)]
    Delete(#[from] EmptyError),
}

/// Removes versions of a private site that have not been current for a day, contents that no version left has, and
/// what a public site of the same name left. Returns how many objects that were.
pub(super) async fn private(
    s3: &Client,
    bucket: &str,
    id: &SiteId,
    current: &str,
) -> Result<usize, CleanError> {
    let objects = stored::list(s3, bucket, &id.folder()).await?;
    let kept = kept_versions(&objects, id, current, SystemTime::now());
    let mut needed = HashSet::from([id.pointer_key()]);
    for key in kept {
        let manifest = manifest(s3, bucket, &key).await?;
        needed.extend(
            manifest
                .files
                .iter()
                .map(|file| id.content_key(&file.sha256)),
        );
        needed.insert(key);
    }
    remove(s3, bucket, objects, &needed).await
}

/// Removes all objects of a site but `needed`. Returns how many that were.
pub(super) async fn remove(
    s3: &Client,
    bucket: &str,
    objects: Vec<Stored>,
    needed: &HashSet<String>,
) -> Result<usize, CleanError> {
    let keys = objects.into_iter().map(|object| object.key);
    let gone: Vec<_> = keys.filter(|key| !needed.contains(key)).collect();
    let count = gone.len();
    if count > 0 {
        emptied::delete(&Bucket::new(s3.clone(), bucket), gone).await?;
    }
    Ok(count)
}

/// The keys of the manifests that stay.
fn kept_versions(objects: &[Stored], id: &SiteId, current: &str, now: SystemTime) -> Vec<String> {
    let current = id.manifest_key(current);
    let folder = format!("{}versions/", id.folder());
    objects
        .iter()
        .filter(|object| object.key.starts_with(&folder))
        .filter(|object| object.key == current || object.is_younger(KEEP, now))
        .map(|object| object.key.clone())
        .collect()
}

async fn manifest(s3: &Client, bucket: &str, key: &str) -> Result<Manifest, CallFailed> {
    let step = || format!("read `{key}`");
    let got = s3.get_object().bucket(bucket).key(key).send().await;
    let body = got.map_err(CallFailed::of(step()))?.body.collect().await;
    let body = body.map_err(|error| CallFailed::because(step(), &error))?;
    serde_json::from_slice(&body.into_bytes()).map_err(|error| CallFailed::because(step(), &error))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Stored, kept_versions};

    #[test]
    fn a_version_stays_for_a_day_after_it_was_written() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let object = |key: &str, hours: u64| Stored {
            key: format!("sites/film/{key}"),
            size: 1,
            etag: String::new(),
            modified: Some(now - Duration::from_secs(hours * 3600)),
        };
        let objects = [
            object("versions/old.json", 25),
            object("versions/recent.json", 23),
            object("versions/current.json", 100),
            object("files/abc", 1),
        ];
        let id = "film".parse().unwrap();
        assert_eq!(
            kept_versions(&objects, &id, "current", now),
            [
                "sites/film/versions/recent.json",
                "sites/film/versions/current.json"
            ]
        );
    }
}
