//! `framewright policies derive`.

use std::process::ExitCode;

use iam::derive::{Derived, Options, Removal, derive};
use iam::trace::{Recorded, Skipped, Trace};
use serde_json::{Value, json};

use super::input::Input;
use super::{PoliciesError, account};
use crate::args::Derive;
use crate::error::CliError;
use crate::show::Shown;

/// The most unreadable lines and failing calls that are told one by one.
const MOST_TOLD: usize = 10;

/// Derives a policy. Exit code 1 if a recorded call fails under it.
pub(super) async fn run(args: Derive) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let mut trace = Trace::default();
    let mut read = |name: &str, text: &str| {
        let read = Trace::read(text);
        warn(&shown, name, &read.skipped);
        trace.recorded.extend(read.recorded);
        trace.skipped.extend(read.skipped);
    };
    if args.account.from_target {
        let history = account::history(&args.account.place, &shown).await?;
        read("the event history", &history);
    }
    let standard_input = ["-".to_owned()];
    let files = match args.files.as_slice() {
        [] if !args.account.from_target => &standard_input[..],
        files => files,
    };
    for file in files {
        let input = Input::read(file).map_err(PoliciesError::Input)?;
        read(&input.name, &input.text);
    }
    let options = Options {
        names: args.names,
        denied: args.denied,
        principal: args.principal,
    };
    let derived = derive(&trace, &options).map_err(PoliciesError::Derive)?;
    shown.result(&text(&derived), &object(&derived, &trace));
    Ok(if derived.failing.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn warn(shown: &Shown, name: &str, skipped: &[Skipped]) {
    for Skipped { line, reason } in skipped.iter().take(MOST_TOLD) {
        shown.warning(&format!("{name} line {line}: {reason}"));
    }
    if skipped.len() > MOST_TOLD {
        shown.warning(&format!(
            "{name}: {} more lines say nothing",
            skipped.len() - MOST_TOLD
        ));
    }
}

fn text(derived: &Derived) -> String {
    let mut lines = vec![derived.document.to_json(), String::new()];
    for (name, pattern) in &derived.generalised {
        lines.push(format!("{name} is covered as {pattern}"));
    }
    let allowed = derived.calls.len() - derived.failing.len();
    lines.push(format!(
        "proof: {allowed} of {} recorded decisions are allowed",
        derived.calls.len()
    ));
    for place in derived.failing.iter().take(MOST_TOLD) {
        lines.push(format!("  not allowed: {}", named(&derived.calls[*place])));
    }
    for removal in &derived.removals {
        lines.push(removed(derived, removal));
    }
    if derived.removals.is_empty() {
        lines.push(format!(
            "  {} statements are too many to be tried one by one: whether each is needed was not decided again",
            derived.document.statements().len()
        ));
    }
    if derived.denied > 0 {
        lines.push(format!(
            "{} decisions were denied and are left out; --denied gives them, too",
            derived.denied
        ));
    }
    lines.join("\n")
}

fn removed(derived: &Derived, removal: &Removal) -> String {
    match removal.fails.split_first() {
        Some((first, rest)) => {
            let more = if rest.is_empty() {
                String::new()
            } else {
                format!(" and {} more", rest.len())
            };
            format!(
                "  without statement {}: {}{more} fails",
                removal.statement,
                named(&derived.calls[*first])
            )
        }
        None => format!("  without statement {}: nothing fails", removal.statement),
    }
}

fn named(recorded: &Recorded) -> String {
    let of_call = recorded
        .call
        .as_ref()
        .map(|call| format!("{call}: "))
        .unwrap_or_default();
    format!("{of_call}{} on {}", recorded.action, recorded.resource)
}

fn object(derived: &Derived, trace: &Trace) -> Value {
    let document: Value = serde_json::from_str(&derived.document.to_json()).unwrap_or_default();
    let call = |recorded: &Recorded| {
        json!({
            "call": recorded.call,
            "principal": recorded.principal,
            "action": recorded.action,
            "resource": recorded.resource,
            "line": recorded.line,
        })
    };
    json!({
        "document": document,
        "calls": derived.calls.iter().map(call).collect::<Vec<_>>(),
        "failing": derived.failing,
        "removals": derived.removals.iter()
            .map(|removal| json!({ "statement": removal.statement, "fails": removal.fails }))
            .collect::<Vec<_>>(),
        "generalised": derived.generalised.iter()
            .map(|(name, pattern)| json!({ "name": name, "pattern": pattern }))
            .collect::<Vec<_>>(),
        "denied": derived.denied,
        "unreadable": trace.skipped.iter()
            .map(|skipped| json!({ "line": skipped.line, "reason": skipped.reason }))
            .collect::<Vec<_>>(),
    })
}
