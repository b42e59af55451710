//! `framewright buckets rm`.

use deploy::buckets;

use crate::args::BucketsRm;
use crate::commands::opened;
use crate::error::CliError;
use crate::show::{Shown, human};

/// Deletes a bucket.
pub(super) async fn run(args: BucketsRm) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let name = &args.name;
    let removed = opened(&args.place, &shown, async |account| {
        Ok(buckets::remove(account, name, args.with_objects).await?)
    })
    .await?;
    let text = match removed.objects {
        0 => format!("bucket {name} is deleted"),
        objects => format!(
            "bucket {name} is deleted, with {objects} objects ({})",
            human::bytes(removed.bytes)
        ),
    };
    let object = serde_json::json!({
        "deleted": name, "objects": removed.objects, "bytes": removed.bytes,
    });
    shown.result(&text, &object);
    Ok(())
}
