//! `framewright progress`: a render that somebody started.

use client::RenderProgress;

use super::{interrupted, of_id};
use crate::args::Progress;
use crate::error::CliError;
use crate::session::Session;
use crate::show::{Shown, human};

/// Shows where a render stands.
pub(crate) async fn run(args: Progress) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let session = Session::open(&args.place, &args.which, &shown).await?;
    let looked = tokio::select! {
        looked = async { Ok(of_id(session.client(), &args.id)?.progress().await?) } => looked,
        () = interrupted() => Err(CliError::Interrupted { resume: None }),
    };
    session.target.finish().await;
    let progress = looked?;
    shown.result(&said(&args.id, &progress), &progress);
    Ok(())
}

fn said(id: &str, progress: &RenderProgress) -> String {
    let cost = &progress.costs.display_cost;
    if progress.done {
        let bucket = progress.out_bucket.as_deref().unwrap_or_default();
        let key = progress.out_key.as_deref().unwrap_or_default();
        let size = human::bytes(progress.output_size_in_bytes.unwrap_or_default());
        return format!("render {id} is done: s3://{bucket}/{key}, {size}, {cost}");
    }
    let failed = progress.errors.iter().find(|error| error.error.is_fatal);
    if let Some(error) = failed.filter(|_| progress.fatal_error_encountered) {
        return format!("render {id} failed: {}", error.error.message);
    }
    format!(
        "render {id}: {:.0} %, {} frames rendered, {} chunks done, {cost} so far",
        progress.overall_progress * 100.0,
        progress.frames_rendered,
        progress.chunks
    )
}
