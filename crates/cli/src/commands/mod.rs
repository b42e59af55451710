//! The commands, one a file.

pub(crate) mod buckets;
pub(crate) mod cancel;
pub(crate) mod clip;
pub(crate) mod compositions;
pub(crate) mod configure;
pub(crate) mod deploy;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod functions;
pub(crate) mod permissions;
pub(crate) mod policies;
pub(crate) mod progress;
pub(crate) mod prune;
pub(crate) mod quotas;
pub(crate) mod regions;
pub(crate) mod render;
pub(crate) mod serve;
pub(crate) mod sites;
pub(crate) mod still;

use ::deploy::Account;
use ::deploy::site::{Bundle, UploadEvent, site_name, upload};
use client::Client;

use crate::args::Place;
use crate::caller;
use crate::error::CliError;
use crate::session::Session;
use crate::show::Shown;
use crate::site::Site;
use crate::target::Target;

/// A site that the function can open.
struct Deployed {
    /// Its name in the cloud, or its address.
    serve_url: String,
    /// The version of what was on disk; what others deployed may change under the same name.
    version: Option<String>,
}

impl Deployed {
    fn of_others(serve_url: String) -> Self {
        Self {
            serve_url,
            version: None,
        }
    }
}

/// What a bundle on disk is called in the cloud, or what was given; uploads what changed of a folder.
async fn deployed(session: &Session, site: Site, shown: &Shown) -> Result<Deployed, CliError> {
    let folder = match site {
        Site::Address(address) => return Ok(Deployed::of_others(address)),
        Site::Name(name) => return Ok(Deployed::of_others(name.to_string())),
        Site::Folder(folder) => folder,
    };
    shown.step("uploading the site");
    let bundle = Bundle::open(&folder)?;
    let id = site_name(&folder)
        .parse()
        .map_err(|source| crate::site::UnknownSite::new(&folder, source))?;
    let bucket = session.client().installation().bucket.as_str();
    let s3 = client::s3_client(session.target.config());
    let progress =
        |event: UploadEvent| tracing::debug!(sent = event.sent, of = event.of, "uploading");
    let uploaded = upload(&s3, bucket, &id, &bundle, progress).await?;
    tracing::info!(
        sent = uploaded.sent,
        kept = uploaded.kept,
        version = uploaded.version.as_deref().unwrap_or_default(),
        "site uploaded"
    );
    Ok(Deployed {
        serve_url: id.to_string(),
        version: uploaded.version,
    })
}

/// Opens the place, does `work` there as the caller, and lets the embedded cloud end well.
async fn opened<T>(
    place: &Place,
    shown: &Shown,
    work: impl AsyncFnOnce(&Account) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let target = Target::open(place, shown).await?;
    let done = tokio::select! {
        done = async { work(&caller::account(&target).await?).await } => done,
        () = interrupted() => Err(CliError::Interrupted { resume: None }),
    };
    match &done {
        Err(CliError::Interrupted { .. }) => target.abandon().await,
        _ => target.finish().await,
    }
    done
}

/// A render by the id that a person typed.
fn of_id(client: &Client, id: &str) -> Result<client::Render, CliError> {
    let parsed = id
        .parse()
        .map_err(|_| CliError::NoRenderId(id.to_owned()))?;
    Ok(client.render(parsed))
}

/// Resolves when the user interrupts; never where signals cannot be had.
async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "interrupts are not noticed");
        std::future::pending::<()>().await;
    }
}
