//! `framewright cloud prune`.

use crate::args::Prune;
use crate::error::CliError;
use crate::session;
use crate::show::Shown;

/// Frees what nothing needs any more.
pub(crate) async fn run(args: Prune) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let cloud = session::open(&args.cloud, 0).await?;
    let pruned = session::asking(&cloud).prune().await;
    cloud.finish().await;
    let pruned = pruned.map_err(CliError::Asked)?;
    let text = format!(
        "{} expired objects and {} unfinished uploads are gone",
        pruned.objects, pruned.uploads
    );
    shown.result(&text, &pruned);
    Ok(())
}
