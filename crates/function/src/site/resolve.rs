//! From a serve URL to the site that it means now.

use protocol::keys::public_site_url;
use protocol::site::{Pointer, ServeUrl, ServeUrlError, Site};
use store::Bucket;

use crate::documents::{self, DocumentError, Versioned};

/// A serve URL that leads to no site.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    /// It is neither an address nor a name.
    #[error(transparent)]
    ServeUrl(#[from] ServeUrlError),
    /// The pointer of the site cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// The site that `serve_url` means: a name is a private site where it has a pointer in `bucket`, pinned to the version
/// that is current now; else it is a public site, by its address.
///
/// # Errors
/// [`ResolveError`]
pub(crate) async fn resolve(
    serve_url: &str,
    bucket: &Bucket,
    region: &str,
) -> Result<Site, ResolveError> {
    let id = match ServeUrl::parse(serve_url, bucket.name(), region)? {
        ServeUrl::Url(url) => return Ok(Site::Url(url)),
        ServeUrl::Name(id) => id,
    };
    let pointer: Option<Versioned<Pointer>> = documents::read(bucket, &id.pointer_key()).await?;
    Ok(match pointer {
        Some(pointer) => Site::Private {
            id,
            version: pointer.document.version,
        },
        None => Site::Url(public_site_url(region, bucket.name(), id.as_str())),
    })
}
