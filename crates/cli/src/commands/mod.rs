//! The commands, one a file.

pub(crate) mod compositions;
pub(crate) mod events;
pub(crate) mod policies;
pub(crate) mod prune;
pub(crate) mod render;
pub(crate) mod serve;

use deploy::site::{Bundle, UploadEvent, upload};

use crate::error::CliError;
use crate::session::Session;
use crate::show::Shown;
use crate::site::Site;

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
    let id = bundle
        .site_name()
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
        version = uploaded.version,
        "site uploaded"
    );
    Ok(Deployed {
        serve_url: id.to_string(),
        version: Some(uploaded.version),
    })
}

/// Resolves when the user interrupts; never where signals cannot be had.
async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "interrupts are not noticed");
        std::future::pending::<()>().await;
    }
}
