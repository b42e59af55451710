//! Actions: whether they exist, and how many a pattern gives.

use super::known::Looked;
use super::{Finding, Linter, Rule, Severity, grants};
use crate::catalog::{self, KnownAction, Level, nearest};
use crate::policy::{ActionElement, Statement, Text};

pub(super) fn check(linter: &mut Linter<'_>, statement: &Statement) {
    let (patterns, negated) = statement.action.patterns();
    let grants = grants(linter, statement);
    if let (ActionElement::NotAction(listed), true) = (&statement.action, grants) {
        let span = listed.first().map_or(statement.span, |text| text.span);
        linter.find_with_fix(
            Rule::NotActionAllow,
            Severity::SecurityWarning,
            span,
            "`NotAction` with Allow gives every other action of every service, also those that do not exist yet",
            "list what is to be allowed in `Action`",
        );
    }
    for text in patterns {
        let looked = linter.known.look(&text.value);
        check_existence(linter, text, &looked);
        if grants && !negated {
            check_breadth(linter, text, &looked);
        }
    }
}

// spec: iam/catalog#deprecated
fn check_existence(linter: &mut Linter<'_>, text: &Text, looked: &Looked) {
    let Some(prefix) = looked.pattern.prefix() else {
        if &*text.value != "*" {
            linter.find_with_fix(
                Rule::ServiceWildcard,
                Severity::Warning,
                text.span,
                format!(
                    "`{}` has a wildcard in the part that names the service",
                    text.value
                ),
                "name each service",
            );
        }
        return;
    };
    let Some(actions) = &looked.actions else {
        linter.unchecked.insert(prefix.to_ascii_lowercase());
        return;
    };
    if actions.is_empty() {
        unknown(linter, text, prefix);
    }
    if let ([action], true) = (actions.as_slice(), looked.pattern.is_literal())
        && let Some(instead) = action.deprecated()
    {
        linter.find_with_fix(
            Rule::DeprecatedAction,
            Severity::Suggestion,
            text.span,
            format!("`{action}` is deprecated"),
            format!("leave it out: {instead}"),
        );
    }
}

fn unknown(linter: &mut Linter<'_>, text: &Text, prefix: &str) {
    let name = text.value.split_once(':').map_or("", |(_, name)| name);
    let is_pattern = name.contains(['*', '?']);
    let known = catalog::service(prefix);
    let meant = known
        .filter(|_| !is_pattern)
        .and_then(|service| nearest(name, service.actions().map(|action| action.name())));
    let message = if is_pattern {
        format!("no action of {prefix} matches `{}`", text.value)
    } else {
        format!("{prefix} has no action `{name}`")
    };
    linter.findings.push(Finding {
        rule: Rule::UnknownAction,
        severity: Severity::Error,
        span: text.span,
        message,
        fix: meant.map(|meant| format!("did you mean `{}:{meant}`?", prefix.to_ascii_lowercase())),
    });
}

fn check_breadth(linter: &mut Linter<'_>, text: &Text, looked: &Looked) {
    if &*text.value == "*" {
        return linter.find_with_fix(
            Rule::BroadAction,
            Severity::SecurityWarning,
            text.span,
            "every action of every service is allowed",
            "list the actions that are needed",
        );
    }
    let is_whole_service = text
        .value
        .split_once(':')
        .is_some_and(|(_, name)| name == "*");
    let Some(prefix) = looked.pattern.prefix().filter(|_| is_whole_service) else {
        return;
    };
    let detail = match &looked.actions {
        Some(actions) => format!(": {} actions{}", actions.len(), permissions(actions)),
        None => String::new(),
    };
    linter.find_with_fix(
        Rule::BroadAction,
        Severity::SecurityWarning,
        text.span,
        format!("every action of {prefix} is allowed{detail}"),
        "list the actions that are needed",
    );
}

/// How many of the actions change who may do what, with two of them.
fn permissions(actions: &[KnownAction]) -> String {
    let changing: Vec<_> = actions
        .iter()
        .filter(|action| action.levels().any(|level| level == Level::Permissions))
        .collect();
    match changing.as_slice() {
        [] => String::new(),
        [one] => format!(", of which `{one}` changes permissions"),
        [one, other, ..] => format!(
            ", of which {} change permissions, such as `{one}` and `{other}`",
            changing.len()
        ),
    }
}
