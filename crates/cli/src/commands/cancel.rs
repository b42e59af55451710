//! `framewright cancel`: a render that is to end.

use std::pin::pin;

use client::{CancelError, FollowError, FollowOptions, Render};
use futures_util::TryStreamExt;
use serde::Serialize;

use super::{interrupted, of_id};
use crate::args::Cancel;
use crate::error::CliError;
use crate::session::Session;
use crate::show::Shown;

/// A render that ended because somebody wished so.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cancelled {
    r#type: &'static str,
    render_id: String,
}

/// Wishes that a render ends, and waits until it has.
pub(crate) async fn run(args: Cancel) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let session = Session::open(&args.place, &args.which, &shown).await?;
    let ended = tokio::select! {
        ended = async {
            let render = of_id(session.client(), &args.id)?;
            render.cancel().await?;
            until_over(&render).await
        } => ended,
        () = interrupted() => Err(CliError::Interrupted { resume: None }),
    };
    session.target.finish().await;
    ended?;
    let cancelled = Cancelled {
        r#type: "cancelled",
        render_id: args.id.clone(),
    };
    shown.result(&format!("render {} is cancelled", args.id), &cancelled);
    Ok(())
}

/// Follows the render to its end, as a launch that died must be taken up to see the wish.
async fn until_over(render: &Render) -> Result<(), CliError> {
    let mut events = pin!(render.follow(FollowOptions::default()));
    loop {
        match events.try_next().await {
            Ok(Some(_)) => {}
            // It was complete before it saw the wish.
            Ok(None) => return Err(CancelError::Over.into()),
            Err(FollowError::Failed(failure)) if failure.is_cancelled() => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
