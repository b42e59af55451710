//! `framewright permissions remove`.

use std::process::ExitCode;

use deploy::permissions::remove::{Extent, Fate, Removed, Remover};
use serde_json::json;

use super::PermissionsError;
use super::apply::confirmed;
use super::scope::{Identity, wanted};
use crate::args::Remove;
use crate::error::CliError;
use crate::show::Shown;
use crate::target::Target;

pub(super) async fn run(args: Remove) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let target = Target::open(&args.place, &shown).await?;
    let removed = remove(&args, &target, &shown).await;
    target.finish().await;
    removed?;
    Ok(ExitCode::SUCCESS)
}

async fn remove(args: &Remove, target: &Target, shown: &Shown) -> Result<(), PermissionsError> {
    let identity = Identity::of(target.config()).await?;
    if let Some(warning) = identity.warning_to(args.wanted.user()) {
        shown.warning(&warning);
    }
    let scope = identity.scope(target.region());
    let wanted = wanted(scope, &args.wanted, Some(target.config())).await?;
    let mut scope = wanted.scope().clone();
    scope.budget = args.with_budget;
    let extent = if args.wanted.names_a_caller() {
        Extent::Caller(wanted.caller().clone())
    } else {
        Extent::Everything
    };
    let remover = Remover::new(target.config(), scope, extent);
    let plan = remover.plan().await?;
    let lines: Vec<_> = plan.iter().map(ToString::to_string).collect();
    let objects: Vec<_> = plan
        .iter()
        .map(|one| {
            let (fate, holders) = match &one.fate {
                Fate::Goes => ("goes", None),
                Fate::TakenFrom(holders) => ("goes", Some(holders)),
                Fate::NotOurs => ("not ours", None),
                Fate::InUse(_) => ("in use", None),
            };
            json!({ "what": one.what.to_string(), "fate": fate, "takenFrom": holders })
        })
        .collect();
    let text = match lines.as_slice() {
        [] => "nothing of ours is there".to_owned(),
        lines => lines.join("\n"),
    };
    shown.result(&text, &json!({ "plan": objects }));
    let (going, staying): (Vec<_>, Vec<_>) = plan.iter().partition(|one| one.fate.is_removal());
    if args.dry_run || going.is_empty() {
        return Ok(());
    }
    confirmed(args.yes)?;
    remover
        .apply(&plan, |one| shown.step(&format!("{}: removed", one.what)))
        .await?;
    let names = |things: &[&Removed]| {
        let names = things.iter().map(|one| one.what.to_string());
        names.collect::<Vec<_>>()
    };
    let (gone, stays) = (names(&going), names(&staying));
    let text = match stays.as_slice() {
        [] => "all of it is removed".to_owned(),
        stays => format!("removed but for {}", stays.join(", ")),
    };
    shown.result(&text, &json!({ "removed": gone, "stays": stays }));
    Ok(())
}
