//! `framewright policies explain`.

use std::process::ExitCode;

use iam::case::Case;
use iam::explain::{Answer, Explanation, PartName, PartView, PolicyView, StatementView, explain};
use iam::message::{Style, denial};
use iam::trace::parse_request;
use iam::{DenialKind, Layers, Request};
use serde_json::{Value, json};

use super::layers::layers;
use super::{PoliciesError, account};
use crate::args::Explain;
use crate::error::CliError;
use crate::show::Shown;

/// Explains one decision.
pub(super) async fn run(args: &Explain) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let (request, layers) = question(args, &shown).await?;
    let explanation = explain(&layers, &request);
    shown.result(
        &text(&explanation, &request),
        &object(&explanation, &request),
    );
    Ok(ExitCode::SUCCESS)
}

async fn question(args: &Explain, shown: &Shown) -> Result<(Request, Layers), CliError> {
    if let [line] = args.request.as_slice()
        && line.trim_start().starts_with('{')
    {
        let case = Case::parse(line).map_err(PoliciesError::Case)?;
        return Ok((case.request, case.layers));
    }
    let words: Vec<&str> = args
        .request
        .iter()
        .flat_map(|word| word.split_whitespace())
        .collect();
    let request = parse_request(&words).map_err(PoliciesError::Request)?;
    let (mut layers, _) =
        layers(&args.policies, Some(&request), shown).map_err(PoliciesError::Input)?;
    if args.account.from_target || !args.policies.are_given() {
        let held = account::held(&args.account.place, &request.caller, shown).await?;
        account::add(&mut layers, &held);
    }
    Ok((request, layers))
}

fn text(explanation: &Explanation, request: &Request) -> String {
    let record = &explanation.record;
    let mut lines = vec![format!(
        "{}: {} {} {}",
        record.decision.as_str(),
        request.caller.as_str(),
        request.action,
        request.resource
    )];
    let style = Style::of_service(request.action.service());
    lines.extend(denial(record, request, style));
    for view in &explanation.policies {
        let level = view
            .level
            .as_ref()
            .map(|level| format!(" at {level}"))
            .unwrap_or_default();
        lines.push(format!(
            "\n{}{level}: `{}`",
            view.layer.as_str(),
            view.policy.name()
        ));
        lines.extend(
            view.statements
                .iter()
                .map(|statement| statement_line(view, statement)),
        );
    }
    if explanation.policies.is_empty() {
        lines.push("\nno policy was given".to_owned());
    }
    if !record.missing_keys.is_empty() {
        lines.push(format!(
            "\nabsent keys that were asked for: {}",
            record.missing_keys.join(", ")
        ));
    }
    if !explanation.advice.is_empty() {
        lines.push("\nwhat would have to change:".to_owned());
        let advice = explanation.advice.iter();
        lines.extend(advice.map(|advice| format!("  {}: {}", advice.layer.as_str(), advice.text)));
    }
    lines.join("\n")
}

fn statement_line(view: &PolicyView, statement: &StatementView) -> String {
    let written = view.statement(statement);
    let sid = written
        .sid
        .as_ref()
        .map(|sid| format!(" ({})", sid.value))
        .unwrap_or_default();
    let (start, _) = view.policy.document().positions(written.span);
    let effect = written.effect.as_str();
    let says = if statement.applies {
        let parts = statement.parts.iter().map(|part| part.why.as_str());
        format!("applies: {}", parts.collect::<Vec<_>>().join("; "))
    } else {
        let unmet = statement
            .parts
            .iter()
            .filter(|part| part.answer != Answer::Yes);
        let told: Vec<String> = unmet
            .map(|part| format!("{}: {}", name(part), part.why))
            .collect();
        format!("does not apply: {}", told.join("; "))
    };
    format!(
        "  {} {effect}{sid}, line {}: {says}",
        statement.index, start.line
    )
}

fn name(part: &PartView) -> String {
    match &part.name {
        PartName::Action => "action".to_owned(),
        PartName::Principal => "principal".to_owned(),
        PartName::Resource => "resource".to_owned(),
        PartName::Condition(condition) => condition.clone(),
    }
}

fn object(explanation: &Explanation, request: &Request) -> Value {
    let record = &explanation.record;
    let against = |denial: &iam::Denial| {
        let kind = match denial.kind {
            DenialKind::Implicit => "implicit",
            DenialKind::Explicit => "explicit",
        };
        json!({ "layer": denial.layer.as_str(), "kind": kind })
    };
    json!({
        "principal": request.caller.as_str(),
        "action": request.action.as_str(),
        "resource": request.resource.as_str(),
        "decision": record.decision.as_str(),
        "message": denial(record, request, Style::of_service(request.action.service())),
        "deniedBy": record.denied_by.iter().map(against).collect::<Vec<_>>(),
        "missingKeys": record.missing_keys,
        "policies": explanation.policies.iter().map(policy).collect::<Vec<_>>(),
        "advice": explanation.advice.iter()
            .map(|advice| json!({ "layer": advice.layer.as_str(), "text": advice.text }))
            .collect::<Vec<_>>(),
    })
}

fn policy(view: &PolicyView) -> Value {
    let part = |part: &PartView| {
        let answer = match part.answer {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Unclear => "unclear",
        };
        json!({ "part": name(part), "matches": answer, "why": part.why })
    };
    let statement = |statement: &StatementView| {
        let written = view.statement(statement);
        let (start, end) = view.policy.document().positions(written.span);
        json!({
            "index": statement.index,
            "sid": written.sid.as_ref().map(|sid| &sid.value),
            "effect": written.effect.as_str(),
            "applies": statement.applies,
            "start": { "line": start.line, "column": start.column },
            "end": { "line": end.line, "column": end.column },
            "parts": statement.parts.iter().map(part).collect::<Vec<_>>(),
        })
    };
    json!({
        "layer": view.layer.as_str(),
        "level": view.level,
        "policy": view.policy.name(),
        "statements": view.statements.iter().map(statement).collect::<Vec<_>>(),
    })
}
