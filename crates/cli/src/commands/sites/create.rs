//! `framewright sites create`.

use std::path::Path;

use deploy::Account;
use deploy::buckets::{self, Ensured};
use deploy::site::{
    Bundle, Project, SiteId, Uploaded, public_url, site_name, upload, upload_public,
};

use crate::args::SitesCreate;
use crate::commands::functions::deploy::visibility;
use crate::commands::opened;
use crate::error::CliError;
use crate::project_file;
use crate::show::{Shown, changes_made, human};
use crate::site::UnknownSite;

/// Uploads a site.
pub(super) async fn run(args: SitesCreate) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let project = project_file::read(&args.folder)?;
    let bundle = bundle(&args.folder, args.entry.as_deref(), &shown).await?;
    let name = args.site_name.or(project.site);
    let id = site_id(name, &args.folder)?;
    opened(&args.place, &shown, async |account| {
        let mut changes = Vec::new();
        let wanted = args.bucket.or(project.bucket).map(Into::into);
        shown.step("looking for the bucket");
        let visibility = visibility(args.public);
        let bucket = buckets::ensure(account, wanted.as_ref(), visibility, &mut changes).await?;
        let uploaded = uploaded(account, &bucket, &id, &bundle, &shown).await?;
        let bucket = bucket.name;
        let serve_url = if args.public {
            public_url(account, &bucket, &id)
        } else {
            id.to_string()
        };
        let text = format!(
            "{}{}\nserve URL: {serve_url}",
            changes_made(&changes),
            said(&id, &uploaded)
        );
        let object = serde_json::json!({
            "site": id,
            "serveUrl": serve_url,
            "bucket": bucket.to_string(),
            "upload": uploaded,
            "changes": changes,
        });
        shown.result(&text, &object);
        Ok(())
    })
    .await
}

/// The bundle in `folder`, or one of the project in it. The embedded cloud is not open yet: this takes a while.
pub(in crate::commands) async fn bundle(
    folder: &Path,
    entry: Option<&Path>,
    shown: &Shown,
) -> Result<Bundle, CliError> {
    let folder = match Project::at(folder) {
        Some(project) => {
            shown.step("bundling the project");
            let bundle = tokio::select! {
                bundle = project.bundle(entry) => bundle?,
                () = crate::commands::interrupted() => {
                    return Err(CliError::Interrupted { resume: None });
                }
            };
            shown.step("reading the bundle");
            bundle
        }
        None => folder.to_owned(),
    };
    Ok(Bundle::open(&folder)?)
}

/// The name that was given, or one that stays the same for the same folder.
pub(in crate::commands) fn site_id(
    name: Option<String>,
    folder: &Path,
) -> Result<SiteId, UnknownSite> {
    let name = name.unwrap_or_else(|| site_name(folder));
    name.parse()
        .map_err(|source| UnknownSite::new(folder, source))
}

/// Uploads, and shows how it goes.
pub(in crate::commands) async fn uploaded(
    account: &Account,
    bucket: &Ensured,
    id: &SiteId,
    bundle: &Bundle,
    shown: &Shown,
) -> Result<Uploaded, CliError> {
    shown.step("uploading the site");
    if let Some(warning) = bundle.version_warning() {
        shown.warning(&warning);
    }
    let s3 = account.s3();
    let progress = |event: deploy::site::UploadEvent| {
        shown.passing(&format!(
            "uploading the site: {}/{} files, {} of {}",
            event.sent,
            event.of,
            human::bytes(event.sent_bytes),
            human::bytes(event.of_bytes)
        ));
    };
    let name = bucket.name.as_str();
    Ok(match bucket.reading {
        Some(reading) => upload_public(s3, name, id, bundle, reading, progress).await?,
        None => upload(s3, name, id, bundle, progress).await?,
    })
}

/// One line about an upload.
pub(in crate::commands) fn said(id: &SiteId, uploaded: &Uploaded) -> String {
    let Uploaded {
        sent,
        sent_bytes,
        kept,
        removed,
        ..
    } = uploaded;
    let removed = match removed {
        0 => String::new(),
        removed => format!(", {removed} objects removed"),
    };
    format!(
        "site {id}: {sent} files sent ({}), {kept} unchanged{removed}",
        human::bytes(*sent_bytes)
    )
}
