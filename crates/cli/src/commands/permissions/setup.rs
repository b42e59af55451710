//! `framewright permissions setup`.

use std::process::ExitCode;

use deploy::permissions::rotate::Keys;
use deploy::permissions::{Budget, Plan, Setup, State, What};
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
    if let Some(warning) = identity.warning_to(args.wanted.user()) {
        shown.warning(&warning);
    }
    let scope = identity.scope(target.region());
    let budget = args.budget.clone().zip(args.notify.clone());
    let wanted = wanted(scope, &args.wanted, Some(target.config()))
        .await?
        .with_budget(budget.map(|(usd, notify)| Budget { usd, notify }));
    let setup = Setup::new(target.config(), &wanted)?;
    let plan = setup.plan().await?;
    let place = format!(
        "account {}, region {}, of {}",
        identity.account,
        target.region(),
        target.name()
    );
    shown.result(&format!("{place}:\n{}", text(&plan)), &object(&plan));
    plan.permitted()?;
    heed_keys(&plan, store.as_ref(), shown)?;
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
        if let Err(error) = keep(&key, store.as_ref(), Some(target.region()), shown) {
            // Its secret is nowhere: the next run makes another.
            Keys::new(target.config(), &key.user)
                .delete(&key.id)
                .await?;
            return Err(error);
        }
        key.verified(target.config()).await?;
    }
    Ok(())
}

/// What is in the way of a new key, or of one that is there, in the place that was named for it.
fn heed_keys(plan: &Plan, store: Option<&KeyStore>, shown: &Shown) -> Result<(), PermissionsError> {
    let key = plan.steps.iter().find_map(|step| match &step.what {
        What::Key(user) => Some((user, &step.state)),
        _ => None,
    });
    let (Some((user, state)), Some(store)) = (key, store) else {
        return Ok(());
    };
    if *state == State::Missing {
        store.vacant_but_for(None)?;
    } else if store.held()?.is_none() {
        shown.warning(&format!(
            "user {user} has an access key, and nobody can read its secret again: `framewright permissions rotate \
             {user}` with the same place puts a new one there"
        ));
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
            State::Differs(why) => ("differs", Some(why)),
            State::Foreign(why) => ("foreign", Some(why)),
        };
        json!({ "what": step.what.to_string(), "state": state, "why": why })
    });
    json!({ "plan": steps.collect::<Vec<_>>() })
}
