//! `framewright policies diff`.

use std::process::ExitCode;

use iam::diff::{
    AffectedCall, Change, Diff as Difference, Direction, Equality, Reason, Tightening, Verdict,
    What, diff,
};
use iam::policy::{Document, Effect};
use serde_json::{Value, json};

use super::PoliciesError;
use super::input::document;
use crate::args::Diff;
use crate::show::Shown;

/// Compares two documents; exit code 1 if they are not shown to be equal.
pub(super) fn run(args: &Diff) -> Result<ExitCode, PoliciesError> {
    let shown = Shown::new(args.output.json);
    let before = document(&args.before, args.kind, &shown)?;
    let after = document(&args.after, args.kind, &shown)?;
    let found = diff(&before, &after);
    shown.result(&text(&before, &found), &object(&found));
    Ok(if found.equality == Equality::Proven {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn text(before: &Document, found: &Difference) -> String {
    let mut lines = tightened(before, found);
    lines.extend(others(found));
    let calls = changed_calls(found);
    if !calls.is_empty() {
        lines.push(format!("API calls that change ({}):", calls.len()));
        lines.extend(calls);
    }
    let uncalled = found
        .verdicts
        .iter()
        .filter(|verdict| verdict.calls.is_empty());
    for Verdict {
        request,
        before,
        after,
        ..
    } in uncalled
    {
        lines.push(format!(
            "  {} on {}: {} before, {} after",
            request.action,
            request.resource,
            before.as_str(),
            after.as_str()
        ));
    }
    lines.push(match found.equality {
        Equality::Proven => format!("equal: every part is covered, {} requests are decided alike", found.tried),
        Equality::Refuted => format!("different: {} of {} requests are decided differently", found.verdicts.len(), found.tried),
        Equality::Open => format!("equality cannot be proven; {} requests are decided alike", found.tried),
        Equality::TooLarge => format!(
            "too large to compare part by part; {} requests are decided alike, which proves nothing",
            found.tried
        ),
    });
    lines.join("\n")
}

/// What the first document allows and the second does not, statement by statement, with the reasons.
fn tightened(before: &Document, found: &Difference) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, statement) in before.statements().iter().enumerate() {
        let of_statement = found.tightenings.iter();
        let mut of_statement = of_statement
            .filter(|tightening| tightening.statement == index)
            .peekable();
        if of_statement.peek().is_some() {
            let sid = statement.sid.as_ref();
            let name = sid
                .map(|sid| format!(" `{}`", sid.value))
                .unwrap_or_default();
            lines.push(format!("statement {index}{name}: the second is tighter"));
        }
        for tightening in of_statement {
            lines.push(format!(
                "  - {} on {}",
                tightening.actions.join(", "),
                tightening.resources.join(", ")
            ));
            lines.extend(reasons(tightening).map(|reason| format!("      {reason}")));
        }
    }
    lines
}

/// Why, in words. An action that is gone may be one that this system never needs.
fn reasons(tightening: &Tightening) -> impl Iterator<Item = String> {
    let needless: Vec<&str> = match tightening.reasons.as_slice() {
        [Reason::NoSuchAction] => tightening
            .actions
            .iter()
            .map(String::as_str)
            .filter(|action| !is_called(action))
            .collect(),
        _ => Vec::new(),
    };
    let needless = (!needless.is_empty()).then(|| {
        format!(
            "nothing in the table of calls needs {}",
            needless.join(", ")
        )
    });
    tightening
        .reasons
        .iter()
        .map(ToString::to_string)
        .chain(needless)
}

/// Whether any call of this system needs the action, which may be a pattern.
fn is_called(action: &str) -> bool {
    let (stem, is_pattern) = match action.split_once(['*', '?']) {
        Some((stem, _)) => (stem, true),
        None => (action, false),
    };
    deploy::calls::table().any(|call| {
        let called = call.action.get(..stem.len());
        let is_alike = called.is_some_and(|called| called.eq_ignore_ascii_case(stem));
        is_alike && (is_pattern || call.action.len() == stem.len())
    })
}

/// Changes that tighten nothing of the first document: what the second has besides, and what is denied.
fn others(found: &Difference) -> impl Iterator<Item = String> {
    let is_told =
        |change: &&Change| change.direction == Direction::Removed && change.effect == Effect::Allow;
    found
        .changes
        .iter()
        .filter(move |change| !is_told(change))
        .map(ToString::to_string)
}

/// What becomes of each call, said once.
fn changed_calls(found: &Difference) -> Vec<String> {
    let mut calls: Vec<(String, Vec<String>)> = Vec::new();
    for verdict in &found.verdicts {
        for call in &verdict.calls {
            let decided = if verdict.after.is_allowed() {
                "allowed"
            } else {
                "denied"
            };
            let extent = if call.is_partial {
                " on some resources"
            } else {
                ""
            };
            let (name, now) = (named(call), format!("{decided}{extent}"));
            match calls.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) if known.contains(&now) => {}
                Some((_, known)) => known.push(now),
                None => calls.push((name, vec![now])),
            }
        }
    }
    let line = |(name, now): (String, Vec<String>)| format!("  {name}: now {}", now.join(", "));
    calls.into_iter().map(line).collect()
}

fn named(call: &AffectedCall) -> String {
    let condition = call
        .when
        .map(|when| format!(" where {when}"))
        .unwrap_or_default();
    format!("{}:{}{condition}", call.service, call.operation)
}

fn object(found: &Difference) -> Value {
    json!({
        "equality": match found.equality {
            Equality::Proven => "proven",
            Equality::Refuted => "refuted",
            Equality::Open => "open",
            Equality::TooLarge => "tooLarge",
        },
        "requestsTried": found.tried,
        "changes": found.changes.iter().map(change).collect::<Vec<_>>(),
        "tightenings": found.tightenings.iter().map(tightening).collect::<Vec<_>>(),
        "verdicts": found.verdicts.iter().map(verdict).collect::<Vec<_>>(),
    })
}

fn tightening(tightening: &Tightening) -> Value {
    json!({
        "statement": tightening.statement,
        "sid": tightening.sid,
        "actions": tightening.actions,
        "resources": tightening.resources,
        "reasons": reasons(tightening).collect::<Vec<_>>(),
    })
}

fn change(change: &Change) -> Value {
    let direction = match change.direction {
        Direction::Removed => "removed",
        Direction::Added => "added",
    };
    let mut object = match &change.what {
        What::Action { action, resources } => json!({ "action": action, "resources": resources }),
        What::Resource { resource, actions } => json!({ "resource": resource, "actions": actions }),
        What::Conditions {
            conditions,
            actions,
            resources,
        } => {
            json!({ "conditions": conditions, "actions": actions, "resources": resources })
        }
        What::Principal { actions, resources } => {
            json!({ "principal": true, "actions": actions, "resources": resources })
        }
    };
    object["direction"] = direction.into();
    object["effect"] = change.effect.as_str().into();
    object["statement"] = change.statement.into();
    object
}

fn verdict(verdict: &Verdict) -> Value {
    let call = |call: &AffectedCall| json!({ "service": call.service, "operation": call.operation, "when": call.when, "onSomeResources": call.is_partial });
    json!({
        "principal": verdict.request.caller.as_str(),
        "action": verdict.request.action.as_str(),
        "resource": verdict.request.resource.as_str(),
        "before": verdict.before.as_str(),
        "after": verdict.after.as_str(),
        "calls": verdict.calls.iter().map(call).collect::<Vec<_>>(),
    })
}
