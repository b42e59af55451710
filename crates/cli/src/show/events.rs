//! The event history, a line a request.

use cloud::{Outcome, Record};

/// Time, outcome, call, resource and caller of one request; why, where it was denied.
pub(crate) fn row(record: &Record) -> String {
    let deciding = record
        .decisions
        .iter()
        .find(|decision| decision.outcome != Outcome::Allowed);
    let shown = deciding.or(record.decisions.first());
    let resource = shown.map_or("-", |decision| decision.resource.as_str());
    let outcome = match (deciding.map(|decision| decision.outcome), &record.failure) {
        (Some(Outcome::ExplicitDeny), _) => "explicit deny".to_owned(),
        (Some(_), _) => "implicit deny".to_owned(),
        (None, Some(failure)) => format!("{} {}", failure.status, failure.code),
        (None, None) => "allowed".to_owned(),
    };
    let call = record.event_name.as_deref().unwrap_or("-");
    let service = record.event_source.split('.').next().unwrap_or_default();
    let principal = record.principal.arn.as_deref().unwrap_or("unknown");
    let mut line = format!(
        "{} {outcome:<14} {service}:{call} {resource} by {principal}",
        record.time
    );
    if let Some(statements) = shown
        .map(|decision| &decision.matched_statements)
        .filter(|all| !all.is_empty())
    {
        line += &format!(" ({})", statements.join(", "));
    }
    line
}
