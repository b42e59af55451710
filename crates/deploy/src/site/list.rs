//! The sites of a bucket.

use std::collections::BTreeMap;
use std::time::SystemTime;

use protocol::BucketName;
use protocol::keys::public_site_url_by;
use protocol::site::SiteId;
use serde::Serialize;

use super::stored::{self, Stored};
use crate::account::Account;
use crate::call::CallFailed;
use crate::emptied::{self, EmptyError};

/// A deployed site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SiteRow {
    /// Its name.
    pub name: String,
    /// Whether its files lie where browsers find them.
    pub public: bool,
    /// What clients give as `serveUrl`: its name, or its address where it is public.
    pub serve_url: String,
    /// Bytes of all of its objects, former versions included.
    pub bytes: u64,
    /// When it was last written, in seconds of the Unix epoch.
    pub modified_unix: Option<u64>,
}

/// The sites of `bucket`, ascending by name.
///
/// # Errors
/// Where the bucket cannot be listed.
pub async fn list(account: &Account, bucket: &BucketName) -> Result<Vec<SiteRow>, CallFailed> {
    let objects = stored::list(&account.s3, bucket.as_str(), "sites/").await?;
    let mut sites: BTreeMap<SiteId, Vec<Stored>> = BTreeMap::new();
    for object in objects {
        let name = object.key["sites/".len()..].split_once('/');
        if let Some(id) = name.and_then(|(name, _)| name.parse().ok()) {
            sites.entry(id).or_default().push(object);
        }
    }
    let rows = sites
        .iter()
        .filter_map(|(id, objects)| row(account, bucket, id, objects));
    Ok(rows.collect())
}

/// A row for what has been made current; a first upload that was cut off is no site yet.
fn row(account: &Account, bucket: &BucketName, id: &SiteId, objects: &[Stored]) -> Option<SiteRow> {
    let has = |key: &str| objects.iter().any(|object| object.key == key);
    let public = !has(&id.pointer_key());
    if public && !has(&format!("{}index.html", id.folder())) {
        return None;
    }
    let modified = objects.iter().filter_map(|object| object.modified).max();
    let modified = modified.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    Some(SiteRow {
        name: id.to_string(),
        public,
        serve_url: if public {
            public_url(account, bucket, id)
        } else {
            id.to_string()
        },
        bytes: objects.iter().map(|object| object.size).sum(),
        modified_unix: modified.map(|since| since.as_secs()),
    })
}

/// The address of a public site.
#[must_use]
pub fn public_url(account: &Account, bucket: &BucketName, id: &SiteId) -> String {
    let endpoint = account.config.endpoint_url();
    public_site_url_by(endpoint, &account.region, bucket.as_str(), id.as_str())
}

/// A site that was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// The bucket has none of that name.
    #[error("there is no site `{id}` in the bucket `{bucket}`")]
    Unknown {
        /// The name.
        id: SiteId,
        /// The bucket.
        bucket: BucketName,
    },
    /// S3 refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// Some objects could not be deleted.
    #[error(transparent)]
    Delete(#[from] EmptyError),
}

/// Deletes the site `id` with all of its versions, and returns the bytes that it took. Renders of it that are under way
/// fail.
///
/// # Errors
/// See [`RemoveError`].
pub async fn remove(
    account: &Account,
    bucket: &BucketName,
    id: &SiteId,
) -> Result<u64, RemoveError> {
    let objects = stored::list(&account.s3, bucket.as_str(), &id.folder()).await?;
    if objects.is_empty() {
        return Err(RemoveError::Unknown {
            id: id.clone(),
            bucket: bucket.clone(),
        });
    }
    let bytes = objects.iter().map(|object| object.size).sum();
    // What makes it a site goes first: half of a deletion must not look like one.
    let entrances = [id.pointer_key(), format!("{}index.html", id.folder())];
    let keys = objects.into_iter().map(|object| object.key);
    let (first, rest): (Vec<_>, Vec<_>) = keys.partition(|key| entrances.contains(key));
    let target = store::Bucket::new(account.s3.clone(), bucket.as_str()).owned_by(&account.id);
    emptied::delete(&target, first).await?;
    emptied::delete(&target, rest).await?;
    Ok(bytes)
}
