//! `framewright buckets ls`.

use deploy::buckets::{self, BucketRow};

use crate::args::BucketsLs;
use crate::commands::opened;
use crate::error::CliError;
use crate::show::{Shown, rows};

/// Lists the render buckets of the account.
pub(super) async fn run(args: BucketsLs) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let found = opened(&args.place, &shown, async |account| {
        Ok(buckets::list(account).await?)
    })
    .await?;
    let table = rows(
        ["bucket", "region", "created"],
        &found,
        |row: &BucketRow| {
            let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
            [
                row.name.clone(),
                or_dash(&row.region),
                or_dash(&row.created),
            ]
        },
    );
    shown.result(&table, &serde_json::json!({ "buckets": found }));
    Ok(())
}
