//! `framewright compositions`.

use client::{CompositionsRequest, Props};

use super::{deployed, interrupted};
use crate::args::Compositions;
use crate::error::CliError;
use crate::session::Session;
use crate::show::{CompositionRow, Shown, table};
use crate::site::Site;

/// Lists the compositions of a site.
pub(crate) async fn run(args: Compositions) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let site = Site::resolve(&args.site)?;
    let session = Session::open(&args.place, &args.which, &shown).await?;
    let listed = tokio::select! {
        listed = list(&session, site, args.props, &shown) => listed,
        () = interrupted() => Err(CliError::Interrupted { resume: None }),
    };
    session.target.finish().await;
    let rows = listed?;
    shown.result(
        &table(&rows).to_string(),
        &serde_json::json!({ "compositions": rows }),
    );
    Ok(())
}

async fn list(
    session: &Session,
    site: Site,
    props: Option<Props>,
    shown: &Shown,
) -> Result<Vec<CompositionRow>, CliError> {
    let mut request = CompositionsRequest::new(deployed(session, site, shown).await?.serve_url);
    request.props = props.unwrap_or_default();
    shown.step("opening the site");
    let compositions = session.client().compositions(&request).await?;
    let row = |one: client::CompositionSummary| CompositionRow {
        width: one.width.get(),
        height: one.height.get(),
        fps: one.fps,
        duration_in_frames: one.duration_in_frames.get(),
        id: one.id,
    };
    Ok(compositions.into_iter().map(row).collect())
}
