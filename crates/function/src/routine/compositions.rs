//! `compositions`: lists the compositions of a site.

use lambda::Context;
use protocol::page::VideoConfigError;
use protocol::payload::{Compositions, CompositionsResponse};
use protocol::site::{ServeUrl, ServeUrlError, Site};
use protocol::state::PagePlan;
use protocol::version::{self, VersionMismatch};
use renderer::{PageError, Renderer};
use tokio::sync::mpsc;

use crate::bucket::{BucketError, render_bucket};
use crate::invocation::Function;
use crate::log_lines;
use crate::page::{self, FileDenied, OpenSite, OpenSiteError};
use crate::site::{ResolveError, resolve};

/// Compositions that cannot be listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompositionsError {
    /// The client is of another version.
    #[error(transparent)]
    Version(#[from] VersionMismatch),
    /// There is no bucket.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// The serve URL is neither an address nor a name.
    #[error(transparent)]
    ServeUrl(#[from] ServeUrlError),
    /// The serve URL leads to no site.
    #[error(transparent)]
    Site(#[from] ResolveError),
    /// The site cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenSiteError),
    /// A file of the site may not be read.
    #[error(transparent)]
    Denied(#[from] FileDenied),
    /// The page failed.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A composition is impossible.
    #[error(transparent)]
    Composition(#[from] VideoConfigError),
}

/// Lists the compositions of a site, evaluated with the client's props.
///
/// # Errors
/// [`CompositionsError`]
pub(crate) async fn compositions(
    function: &Function,
    context: &Context,
    payload: Compositions,
    renderer: &mut Renderer,
) -> Result<CompositionsResponse, CompositionsError> {
    let environment = &function.environment;
    version::check(
        "getCompositionsOnLambda()",
        &environment.version(),
        payload.version.as_ref(),
    )?;
    let bucket_name = match &payload.bucket_name {
        Some(name) => name.as_str().into(),
        // An address needs no bucket.
        None => match ServeUrl::parse(&payload.serve_url, "", &environment.region)? {
            ServeUrl::Url(_) => "".into(),
            ServeUrl::Name(_) => render_bucket(function, None).await?,
        },
    };
    let bucket = function.bucket(context, &bucket_name);
    let site: Site = resolve(&payload.serve_url, &bucket, environment).await?;
    let open = OpenSite::open(&site, &bucket, &function.cache).await?;
    let props = page::input_props(&payload.input_props, &bucket).await?;
    let page = open.page(&site, &page_plan(payload), props);
    let (events, console) = mpsc::unbounded_channel();
    let logging = tokio::spawn(log_lines::console(console));
    let found = renderer.compositions(&page, &events).await;
    drop(events);
    // The console is logged to its end; a panic there costs log lines alone.
    let _logged = logging.await;
    let listed = found
        .map_err(|error| open.or_denial(CompositionsError::from(error)))?
        .into_iter()
        .map(|composition| composition.into_video_config());
    Ok(CompositionsResponse {
        compositions: listed.collect::<Result<_, _>>()?,
    })
}

fn page_plan(payload: Compositions) -> PagePlan {
    PagePlan {
        input_props: payload.input_props,
        env_variables: payload.env_variables,
        timeout_in_milliseconds: payload.timeout_in_milliseconds,
        chromium_options: payload.chromium_options,
        log_level: payload.log_level,
        media_cache_size_in_bytes: None,
        offthread_video_cache_size_in_bytes: None,
    }
}
