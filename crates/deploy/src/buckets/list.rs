//! The render buckets of an account.

use protocol::BucketName;
use protocol::names::BUCKET_PREFIX;
use protocol::price::REGIONS;
use serde::Serialize;

use crate::account::Account;
use crate::call::CallFailed;

/// A render bucket, as S3 lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BucketRow {
    /// Its name.
    pub name: String,
    /// The region that its name tells, where it tells one.
    pub region: Option<String>,
    /// RFC 3339, UTC.
    pub created: Option<String>,
}

/// All buckets of the account whose names begin as those of render buckets do, in all regions, ascending by name.
///
/// # Errors
/// Where buckets cannot be listed.
pub async fn list(account: &Account) -> Result<Vec<BucketRow>, CallFailed> {
    let listed = account.s3.list_buckets().send().await;
    let listed = listed.map_err(CallFailed::of("list buckets"))?;
    let mut rows: Vec<_> = listed
        .buckets()
        .iter()
        .filter_map(|bucket| {
            let name = bucket
                .name()
                .filter(|name| name.starts_with(BUCKET_PREFIX))?;
            Some(BucketRow {
                name: name.to_owned(),
                region: region(account, name),
                created: bucket.creation_date().map(ToString::to_string),
            })
        })
        .collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rows)
}

/// The account's own region counts even where it is newer than the list.
fn region(account: &Account, name: &str) -> Option<String> {
    let regions: Vec<_> = std::iter::once(account.region.as_str())
        .chain(REGIONS)
        .collect();
    BucketName::from(name).region(&regions).map(str::to_owned)
}
