//! What a deployed site was made with.

use protocol::site::{Manifest, Pointer, SiteId};
use serde::de::DeserializeOwned;

use super::bundle::{SITE_VERSION, assigned, untested};
use crate::account::Account;
use crate::buckets::BucketName;
use crate::call::CallFailed;

/// What the page of a site says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeWith {
    /// The version of the protocol between page and renderer.
    pub site_version: Option<String>,
    /// The version of Remotion that bundled it.
    pub remotion_version: Option<String>,
}

impl MadeWith {
    fn of_page(page: &str) -> Self {
        let said = |name| assigned(page, name).map(str::to_owned);
        Self {
            site_version: said("siteVersion"),
            remotion_version: said("remotion_version"),
        }
    }

    /// What is unusual about it: a protocol that is not ours, or a release of Remotion that is not tested.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        match (self.site_version.as_deref(), &self.remotion_version) {
            (Some(SITE_VERSION), Some(remotion)) => untested(remotion),
            (Some(SITE_VERSION), None) => None,
            (Some(other), _) => Some(format!(
                "the site has site version {other}; {SITE_VERSION} is needed"
            )),
            (None, _) => Some("the site's index.html is no page of Remotion".to_owned()),
        }
    }
}

/// Reads what the site `id` of `bucket` was made with. `public` says whether its files lie where browsers find them.
///
/// # Errors
/// Where its index.html cannot be read.
pub async fn made_with(
    account: &Account,
    bucket: &BucketName,
    id: &SiteId,
    public: bool,
) -> Result<MadeWith, CallFailed> {
    let index = if public {
        format!("{}index.html", id.folder())
    } else {
        let pointer: Pointer = document(account, bucket, &id.pointer_key()).await?;
        let manifest: Manifest = document(account, bucket, &pointer.manifest_key).await?;
        let files = manifest.by_path();
        let index = files.get("index.html").ok_or_else(|| {
            CallFailed::because(
                format!("read the site `{id}`"),
                "its version has no index.html",
            )
        })?;
        id.content_key(&index.sha256)
    };
    let page = object(account, bucket, &index).await?;
    Ok(MadeWith::of_page(&String::from_utf8_lossy(&page)))
}

async fn document<T: DeserializeOwned>(
    account: &Account,
    bucket: &BucketName,
    key: &str,
) -> Result<T, CallFailed> {
    let bytes = object(account, bucket, key).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| CallFailed::because(format!("read `{key}`"), &error))
}

async fn object(account: &Account, bucket: &BucketName, key: &str) -> Result<Vec<u8>, CallFailed> {
    let step = || format!("read `{key}`");
    let get = account
        .s3
        .get_object()
        .bucket(bucket.as_str())
        .expected_bucket_owner(&account.id)
        .key(key);
    let got = get.send().await.map_err(CallFailed::of(step()))?;
    let body = got.body.collect().await;
    let body = body.map_err(|error| CallFailed::because(step(), &error))?;
    Ok(body.to_vec())
}

#[cfg(test)]
mod tests {
    use super::MadeWith;

    #[test]
    fn doubtful_sites_are_told_apart() {
        let doubt = |page: &str| MadeWith::of_page(page).doubt();
        let page = |site: &str, remotion: &str| {
            format!(
                "<script>window.siteVersion = '{site}'; window.remotion_version = '{remotion}';</script>"
            )
        };
        assert_eq!(doubt(&page("11", "4.0.527")), None);
        assert!(doubt(&page("11", "4.0.399")).unwrap().contains("4.0.400"));
        assert!(
            doubt(&page("9", "4.0.527"))
                .unwrap()
                .contains("site version 9")
        );
        assert!(
            doubt("<p>hello</p>")
                .unwrap()
                .contains("no page of Remotion")
        );
    }
}
