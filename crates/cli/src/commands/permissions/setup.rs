//! `framewright permissions setup`.

use std::process::ExitCode;

use deploy::permissions::{Budget, Plan, Setup, State};
use serde_json::{Value, json};

use super::PermissionsError;
use super::apply::{confirmed, keep};
use super::scope::{Identity, wanted};
use crate::args;
use crate::error::CliError;
use crate::key_store::KeyStore;
use crate::show::Shown;
use crate::target::Target;

pub(super) async fn run(args: args::Setup) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let target = Target::open(&args.place, &shown).await?;
    let done = setup(&args, &target, &shown).await;
    target.finish().await;
    done?;
    Ok(ExitCode::SUCCESS)
}

async fn setup(args: &args::Setup, target: &Target, shown: &Shown) -> Result<(), PermissionsError> {
    // What cannot be written must be known before a key exists.
    let store = KeyStore::chosen(&args.keep)?;
    let identity = Identity::of(target.config()).await?;
    if let Some(warning) = identity.warning_to(&args.wanted.user) {
        shown.warning(&warning);
    }
    let scope = identity.scope(target.region());
    let budget = args.budget.clone().zip(args.notify.clone());
    let wanted = wanted(scope, &args.wanted, Some(target.config()))
        .await?
        .with_budget(budget.map(|(usd, notify)| Budget { usd, notify }));
    let setup = Setup::new(target.config(), &wanted)?;
    let plan = setup.plan().await?;
    shown.result(&text(&plan), &object(&plan));
    plan.permitted()?;
    if args.dry_run {
        return Ok(());
    }
    if plan.changes().next().is_none() {
        shown.result("nothing to do", &json!({ "done": [] }));
        return Ok(());
    }
    confirmed(args.yes)?;
    let key = setup
        .apply(&plan, |step| shown.step(&format!("{}: done", step.what)))
        .await?;
    let done: Vec<_> = plan.changes().map(|step| step.what.to_string()).collect();
    shown.result("all of it is done", &json!({ "done": done }));
    if let Some(key) = key {
        let kept = keep(&key, store.as_ref(), shown);
        key.verified(target.config()).await?;
        kept?;
    }
    Ok(())
}

fn text(plan: &Plan) -> String {
    let lines: Vec<_> = plan.steps.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn object(plan: &Plan) -> Value {
    let steps = plan.steps.iter().map(|step| {
        let (state, why) = match &step.state {
            State::Done => ("done", None),
            State::Missing => ("missing", None),
            State::Differs(why) => ("differs", Some(*why)),
            State::Foreign(why) => ("foreign", Some(*why)),
        };
        json!({ "what": step.what.to_string(), "state": state, "why": why })
    });
    json!({ "plan": steps.collect::<Vec<_>>() })
}
