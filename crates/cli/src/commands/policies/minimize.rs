//! `framewright policies minimize`.

use std::process::ExitCode;

use iam::minimize::{Minimized, Proof, minimize};
use serde_json::{Value, json};

use super::PoliciesError;
use super::input::document;
use crate::args::Minimize;
use crate::show::{Shown, printed};

/// Prints the shorter document; what was done goes to standard error.
pub(super) fn run(args: &Minimize) -> Result<ExitCode, PoliciesError> {
    let shown = Shown::new(args.output.json);
    let original = document(&args.file, args.kind, &shown)?;
    let minimized = minimize(&original);
    let text = if args.compact {
        minimized.document.to_compact_json()
    } else {
        minimized.document.to_json()
    };
    if args.output.json {
        shown.result("", &object(&minimized));
    } else {
        printed(&text);
        for line in told(&minimized) {
            shown.note(&line);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(minimized: &Minimized) -> Vec<String> {
    let mut lines: Vec<String> = minimized.steps.iter().map(ToString::to_string).collect();
    if !minimized.undecided.is_empty() {
        let names: Vec<&str> = minimized.undecided.iter().map(String::as_str).collect();
        lines.push(format!(
            "left as it is, as the table of actions does not decide about it: {}",
            names.join(", ")
        ));
    }
    lines.extend(minimized.not_attempted.iter().map(ToString::to_string));
    let (before, after) = (minimized.counted_before, minimized.counted_after);
    lines.push(match minimized.proof {
        Proof::Covered { parts, requests } => format!(
            "{before} characters before, {after} after; equal: {parts} parts cover one another, {requests} requests are decided alike"
        ),
        Proof::Unchanged => format!("{before} characters before, {after} after; nothing to leave out"),
    });
    lines
}

fn object(minimized: &Minimized) -> Value {
    let document: Value = serde_json::from_str(&minimized.document.to_json()).unwrap_or_default();
    json!({
        "document": document,
        "before": minimized.counted_before,
        "after": minimized.counted_after,
        "steps": minimized.steps.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "undecided": minimized.undecided,
        "notAttempted": minimized.not_attempted.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "proof": match minimized.proof {
            Proof::Covered { parts, requests } => json!({ "parts": parts, "requests": requests }),
            Proof::Unchanged => json!("unchanged"),
        },
    })
}
