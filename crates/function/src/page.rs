//! How a render's page is opened.

use std::sync::Arc;
use std::time::Duration;

use protocol::keys;
use protocol::props::SerializedInputProps;
use protocol::site::Site;
use protocol::state::PagePlan;
use renderer::{PageRequest, RemoteMedia, RemoteMediaError, ServeUrl};
use store::{Bucket, RangeProxy, RemoteRules, StoreError};

use crate::launch::failure::Retry;
use crate::site::{Cache, OpenError, PrivateSite};

/// Props larger than this are refused.
const MAX_PROPS_BYTES: u64 = 64 << 20;

/// A site that is open, and the proxy through which its media and those of other hosts are read.
pub(crate) struct OpenSite {
    pub(crate) source: Source,
    proxy: Arc<RangeProxy>,
}

/// Where the files of a site come from.
pub(crate) enum Source {
    Private(Arc<PrivateSite>),
    Url(String),
}

/// A site cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenSiteError {
    /// Its files.
    #[error(transparent)]
    Site(#[from] OpenError),
    /// There is no port for the proxy.
    #[error("no port for the range proxy")]
    Proxy(#[source] std::io::Error),
    /// The client's props cannot be read.
    #[error("the input props cannot be read")]
    Props(#[source] StoreError),
    /// The client's props are not text.
    #[error("the input props at `{0}` are not UTF-8")]
    PropsText(String),
}

/// The role may not read a file of the site, in the words of S3. The page is told a status alone, and what it makes
/// of that explains nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct FileDenied(String);

impl OpenSiteError {
    /// Whether it makes sense to try again.
    pub(crate) fn retry(&self) -> Retry {
        match self {
            Self::Site(OpenError::Document(error)) if error.is_transient() => Retry::Death,
            Self::Props(error) if error.is_transient() => Retry::Death,
            Self::Proxy(_) => Retry::Death,
            Self::Site(_) | Self::Props(_) | Self::PropsText(_) => Retry::Never,
        }
    }
}

impl OpenSite {
    /// Opens `site`, whose objects are in `bucket` where it is private.
    ///
    /// # Errors
    /// [`OpenSiteError`]
    pub(crate) async fn open(
        site: &Site,
        bucket: &Bucket,
        cache: &Arc<Cache>,
    ) -> Result<Self, OpenSiteError> {
        let proxy = RangeProxy::start(rules(site))
            .await
            .map_err(OpenSiteError::Proxy)?;
        let source = match site {
            Site::Url(url) => Source::Url(url.clone()),
            Site::Private {
                id,
                version,
                elsewhere,
            } => {
                let bucket = match elsewhere {
                    Some(place) => bucket.sibling(&place.bucket, Some(&place.region)),
                    None => bucket.clone(),
                };
                let open = PrivateSite::open(bucket, id.clone(), version, Arc::clone(cache));
                Source::Private(Arc::new(open.await?))
            }
        };
        Ok(Self {
            source,
            proxy: Arc::new(proxy),
        })
    }

    /// What a page failed of: a file that the role may not read, or else `error`, which the page itself told.
    pub(crate) fn or_denial<E: From<FileDenied>>(&self, error: E) -> E {
        let denial = match &self.source {
            Source::Private(files) => files.denial(),
            Source::Url(_) => None,
        };
        denial.map_or(error, |denial| FileDenied(denial.to_owned()).into())
    }

    /// The proxy of this site's media.
    pub(crate) fn proxy(&self) -> &RangeProxy {
        &self.proxy
    }

    /// The request that opens the page as `plan` says, with props that were read before.
    pub(crate) fn page(&self, name: &Site, plan: &PagePlan, input_props: String) -> PageRequest {
        PageRequest {
            site: match (&self.source, name) {
                (Source::Private(files), Site::Private { id, .. }) => ServeUrl::Private {
                    name: id.to_string(),
                    files: files.clone(),
                },
                (Source::Private(_), Site::Url(url)) | (Source::Url(url), _) => {
                    ServeUrl::Public(url.clone())
                }
            },
            input_props,
            env_variables: plan.env_variables.clone(),
            timeout: Duration::from_millis(plan.timeout_in_milliseconds),
            log_level: plan.log_level,
            chromium_options: plan.chromium_options.clone(),
            media_cache_size_in_bytes: plan.media_cache_size_in_bytes,
            remote_media: Arc::new(Remote(Arc::clone(&self.proxy))),
        }
    }
}

/// Media come from public addresses, and from the host that the client itself serves the site from.
fn rules(site: &Site) -> RemoteRules {
    let rules = RemoteRules::public();
    let Site::Url(url) = site else { return rules };
    match url.parse::<http::Uri>() {
        Ok(uri) => match uri.host() {
            Some(host) => {
                let default = if uri.scheme_str() == Some("https") {
                    443
                } else {
                    80
                };
                rules.allow(host, uri.port_u16().unwrap_or(default))
            }
            None => rules,
        },
        Err(_) => rules,
    }
}

/// Reads the client's props, from the payload or from the render's bucket.
///
/// # Errors
/// [`OpenSiteError::Props`] and [`OpenSiteError::PropsText`].
pub(crate) async fn input_props(
    props: &SerializedInputProps,
    bucket: &Bucket,
) -> Result<String, OpenSiteError> {
    match props {
        SerializedInputProps::Payload { payload } => Ok(payload.clone()),
        SerializedInputProps::BucketUrl { hash, .. } => {
            let key = keys::input_props(hash);
            let stored = Box::pin(bucket.read(&key, MAX_PROPS_BYTES))
                .await
                .map_err(OpenSiteError::Props)?;
            String::from_utf8(stored.bytes.into()).map_err(|_| OpenSiteError::PropsText(key))
        }
    }
}

/// Media of other hosts, through the proxy.
struct Remote(Arc<RangeProxy>);

impl RemoteMedia for Remote {
    fn loopback_url(&self, url: &str) -> Result<String, RemoteMediaError> {
        self.0.remote_url(url).map_err(|error| RemoteMediaError {
            url: url.to_owned(),
            reason: error.to_string(),
        })
    }
}
