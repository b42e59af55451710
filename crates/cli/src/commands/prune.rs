//! `framewright cloud prune`.

use crate::args::Prune;
use crate::error::CliError;
use crate::show::Shown;
use crate::target;

/// Frees what nothing needs any more.
pub(crate) async fn run(args: Prune) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let region = args.region.clone().unwrap_or_default();
    let cloud = target::open(&args.cloud, region.clone(), 0).await?;
    let asking = target::asking(&cloud, region);
    let pruned = asking.prune(args.region.as_ref()).await;
    cloud.finish().await;
    let pruned = pruned.map_err(CliError::Asked)?;
    let text = format!(
        "{} expired objects and {} unfinished uploads are gone",
        pruned.objects, pruned.uploads
    );
    shown.result(&text, &pruned);
    Ok(())
}
