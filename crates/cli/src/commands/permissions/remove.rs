//! `framewright permissions remove`.

use std::process::ExitCode;

use deploy::permissions::remove::{Fate, Remover};
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
    if let Some(warning) = identity.warning_to(&args.wanted.user) {
        shown.warning(&warning);
    }
    let scope = identity.scope(target.region());
    let wanted = wanted(scope, &args.wanted, Some(target.config())).await?;
    let mut scope = wanted.scope().clone();
    scope.budget = args.with_budget;
    let remover = Remover::new(target.config(), scope);
    let plan = remover.plan().await?;
    let lines: Vec<_> = plan.iter().map(ToString::to_string).collect();
    let objects: Vec<_> = plan
        .iter()
        .map(|one| {
            let fate = match one.fate {
                Fate::Goes => "goes",
                Fate::NotOurs => "not ours",
                Fate::InUse(_) => "in use",
            };
            json!({ "what": one.what, "fate": fate })
        })
        .collect();
    shown.result(&lines.join("\n"), &json!({ "plan": objects }));
    if args.dry_run || plan.iter().all(|one| one.fate != Fate::Goes) {
        return Ok(());
    }
    confirmed(args.yes)?;
    remover
        .apply(&plan, |one| shown.step(&format!("{}: removed", one.what)))
        .await?;
    let gone: Vec<_> = plan
        .iter()
        .filter(|one| one.fate == Fate::Goes)
        .map(|one| one.what.as_str())
        .collect();
    shown.result("all of it is removed", &json!({ "removed": gone }));
    Ok(())
}
