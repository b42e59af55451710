//! `framewright sites rm`.

use deploy::{buckets, site};

use crate::args::SitesRm;
use crate::commands::opened;
use crate::error::CliError;
use crate::show::{Shown, human};
use crate::site::UnknownSite;

/// Deletes sites, one after the other.
pub(super) async fn run(args: SitesRm) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let ids = args.names.iter().map(|name| {
        name.parse()
            .map_err(|source| UnknownSite::new(name.as_ref(), source))
    });
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    opened(&args.place, &shown, async |account| {
        let wanted = args.bucket.map(Into::into);
        let bucket = buckets::find(account, wanted.as_ref()).await?;
        for id in &ids {
            let bytes = site::remove(account, &bucket, id).await?;
            let text = format!("site {id} is deleted ({})", human::bytes(bytes));
            shown.result(&text, &serde_json::json!({ "deleted": id, "bytes": bytes }));
        }
        Ok(())
    })
    .await
}
