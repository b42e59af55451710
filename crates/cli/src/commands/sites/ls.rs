//! `framewright sites ls`.

use deploy::buckets;
use deploy::site::{self, SiteRow};

use crate::args::SitesLs;
use crate::commands::opened;
use crate::error::CliError;
use crate::show::{Shown, human, rows};

/// Lists the sites of a bucket.
pub(super) async fn run(args: SitesLs) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let found = opened(&args.place, &shown, async |account| {
        let wanted = args.bucket.map(Into::into);
        let bucket = buckets::find(account, wanted.as_ref()).await?;
        Ok(site::list(account, &bucket).await?)
    })
    .await?;
    let header = ["site", "access", "size", "last modified", "serve URL"];
    let table = rows(header, &found, |site: &SiteRow| {
        let access = if site.public { "public" } else { "private" };
        [
            site.name.clone(),
            access.to_owned(),
            human::bytes(site.bytes),
            human::date(site.modified_unix),
            site.serve_url.clone(),
        ]
    });
    shown.result(&table, &serde_json::json!({ "sites": found }));
    Ok(())
}
