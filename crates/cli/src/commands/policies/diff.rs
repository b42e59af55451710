//! `framewright policies diff`.

use std::process::ExitCode;

use iam::diff::{
    AffectedCall, Change, Diff as Difference, Direction, Equality, Verdict, What, diff,
};
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
    shown.result(&text(&found), &object(&found));
    Ok(if found.equality == Equality::Proven {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn text(found: &Difference) -> String {
    let mut lines: Vec<String> = found.changes.iter().map(ToString::to_string).collect();
    let changed = found
        .verdicts
        .iter()
        .filter(|verdict| !verdict.calls.is_empty());
    let calls: Vec<String> = changed
        .flat_map(|verdict| verdict.calls.iter().map(move |call| (verdict, call)))
        .map(|(verdict, call)| {
            let now = if verdict.after.is_allowed() {
                "allowed"
            } else {
                "denied"
            };
            format!("  {}: now {now}", named(call))
        })
        .collect();
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
        "verdicts": found.verdicts.iter().map(verdict).collect::<Vec<_>>(),
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
    let call = |call: &AffectedCall| json!({ "service": call.service, "operation": call.operation, "when": call.when });
    json!({
        "principal": verdict.request.caller.as_str(),
        "action": verdict.request.action.as_str(),
        "resource": verdict.request.resource.as_str(),
        "before": verdict.before.as_str(),
        "after": verdict.after.as_str(),
        "calls": verdict.calls.iter().map(call).collect::<Vec<_>>(),
    })
}
