//! `framewright cloud prune`.

use cloud::Region;

use crate::args::Prune;
use crate::error::CliError;
use crate::show::Shown;
use crate::target;

/// Frees what nothing needs any more.
pub(crate) async fn run(args: Prune) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let cloud = target::open(&args.cloud, Region::default(), 0).await?;
    let pruned = target::asking(&cloud).prune().await;
    cloud.finish().await;
    let pruned = pruned.map_err(CliError::Asked)?;
    let text = format!(
        "{} expired objects and {} unfinished uploads are gone",
        pruned.objects, pruned.uploads
    );
    shown.result(&text, &pruned);
    Ok(())
}
