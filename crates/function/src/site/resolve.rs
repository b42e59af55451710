//! From a serve URL to the site that it means now.

use protocol::keys::public_site_url_by;
use protocol::site::{Pointer, ServeUrl, ServeUrlError, Site, SiteId, site_elsewhere};
use store::{Bucket, ByteRange};

use crate::documents::{self, DocumentError, Versioned};
use crate::environment::Environment;
use crate::log_lines;

/// A serve URL that leads to no site.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    /// It is neither an address nor a name.
    #[error(transparent)]
    ServeUrl(#[from] ServeUrlError),
    /// The pointer of the site cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Nothing is deployed under the name.
    #[error(
        "there is no site `{id}` in the bucket `{bucket}`: `framewright sites ls` shows those that there are"
    )]
    Unknown {
        /// The name.
        id: SiteId,
        /// Where it was looked for.
        bucket: String,
    },
}

/// The site that `serve_url` means: a name is a private site where it has a pointer in `bucket`, pinned to the version
/// that is current now; else it is a public site, by its address.
///
/// # Errors
/// [`ResolveError`]
pub(crate) async fn resolve(
    serve_url: &str,
    bucket: &Bucket,
    environment: &Environment,
) -> Result<Site, ResolveError> {
    let region = &environment.region;
    let id = match ServeUrl::parse(serve_url, bucket.name(), region)? {
        ServeUrl::Url(url) => return elsewhere(url, bucket, environment).await,
        ServeUrl::Name(id) => id,
    };
    let pointer: Option<Versioned<Pointer>> = documents::read(bucket, &id.pointer_key()).await?;
    if let Some(pointer) = pointer {
        return Ok(Site::Private {
            id,
            version: pointer.document.version,
            elsewhere: None,
        });
    }
    let index = format!("{}index.html", id.folder());
    let first = Box::pin(bucket.get_range(&index, ByteRange::Between(0, 0))).await;
    // What this role may not read, everybody may all the same.
    if first.is_err_and(|error| error.is_missing()) {
        let bucket = bucket.name().to_owned();
        return Err(ResolveError::Unknown { id, bucket });
    }
    let endpoint = environment.endpoint.as_deref();
    let url = public_site_url_by(endpoint, region, bucket.name(), id.as_str());
    Ok(Site::Url(url))
}

/// The site at `url`: a private one where that is the address of a site in another render bucket, which may be in another
/// region, and this function may read its pointer there.
async fn elsewhere(
    url: String,
    bucket: &Bucket,
    environment: &Environment,
) -> Result<Site, ResolveError> {
    let Some((id, place)) = site_elsewhere(&url) else {
        return Ok(Site::Url(url));
    };
    let other = bucket.sibling(&place.bucket, Some(&place.region));
    match documents::read::<Pointer>(&other, &id.pointer_key()).await {
        Ok(Some(pointer)) => {
            return Ok(Site::Private {
                id,
                version: pointer.document.version,
                elsewhere: Some(place),
            });
        }
        Ok(None) => {}
        Err(error) => {
            tracing::info!(error = %log_lines::chain(&error), url, "taken for a public site");
        }
    }
    let endpoint = environment.endpoint.as_deref();
    let url = public_site_url_by(endpoint, &place.region, &place.bucket, id.as_str());
    Ok(Site::Url(url))
}
