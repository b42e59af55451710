//! `framewright cloud events`.

use cloud::{EventQuery, Outcome};

use crate::args::Events;
use crate::error::CliError;
use crate::show::{Shown, event_row};
use crate::target;

/// Prints the newest records, oldest first.
pub(crate) async fn run(args: Events) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let region = args.region.clone().unwrap_or_default();
    let cloud = target::open(&args.cloud, region.clone(), 0).await?;
    // Which of them were denied is known when they are here.
    let limit = if args.denied { None } else { Some(args.limit) };
    let query = EventQuery {
        limit,
        region: args.region,
        ..EventQuery::default()
    };
    let records = target::asking(&cloud, region).events(&query).await;
    cloud.finish().await;
    let mut records = records.map_err(CliError::Asked)?;
    if args.denied {
        records.retain(|record| {
            record
                .decisions
                .iter()
                .any(|decision| decision.outcome != Outcome::Allowed)
        });
        records.truncate(args.limit);
    }
    for record in records.iter().rev() {
        shown.event(record, &event_row(record));
    }
    Ok(())
}
