//! Versions and policy variables.

use super::{Linter, Rule, Severity};
use crate::Span;
use crate::catalog::{self};
use crate::policy::{Statement, Text, Version};

// spec: iam/variables#form
pub(super) fn check_version(linter: &mut Linter<'_>) {
    if linter.document.version() == Version::V2012 {
        return;
    }
    let start = linter.document.span().start as usize;
    linter.find_with_fix(
        Rule::MissingVersion,
        Severity::Warning,
        Span::new(start, start + 1),
        "without version 2012-10-17 policy variables are plain text",
        "add \"Version\": \"2012-10-17\"",
    );
}

pub(super) fn check(linter: &mut Linter<'_>, statement: &Statement) {
    let resources = statement
        .resource
        .iter()
        .flat_map(|element| element.patterns().0);
    for text in resources {
        let head_end = text
            .value
            .match_indices(':')
            .nth(4)
            .map_or(text.value.len(), |(at, _)| at);
        if text.value[..head_end].contains("${") && linter.document.version() == Version::V2012 {
            linter.find_with_fix(
                Rule::Variable,
                Severity::Error,
                text.span,
                format!(
                    "`{}` has a variable before the fifth colon, where none is replaced",
                    text.value
                ),
                "use a variable in the last part only",
            );
        }
        check_text(linter, text);
    }
    let values = statement
        .conditions
        .iter()
        .flat_map(|condition| &condition.values);
    values.for_each(|text| check_text(linter, text));
}

fn check_text(linter: &mut Linter<'_>, text: &Text) {
    let Some(start) = text.value.find("${") else {
        return;
    };
    if linter.document.version() == Version::V2008 {
        return linter.find_with_fix(
            Rule::Variable,
            Severity::Warning,
            text.span,
            format!(
                "`{}` is plain text in this version of the language",
                text.value
            ),
            "add \"Version\": \"2012-10-17\"",
        );
    }
    let mut rest = &text.value[start..];
    while let Some((_, inside)) = rest.split_once("${") {
        let Some((variable, after)) = inside.split_once('}') else {
            return linter.find(
                Rule::Variable,
                Severity::Error,
                text.span,
                format!("`{}` has a `${{` that does not close", text.value),
            );
        };
        check_variable(linter, text, variable);
        rest = after;
    }
}

fn check_variable(linter: &mut Linter<'_>, text: &Text, variable: &str) {
    let (key, default) = match variable.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default)),
        None => (variable.trim(), None),
    };
    if ["*", "?", "$"].contains(&key) {
        return;
    }
    let is_covered = key.split_once(':').is_none_or(|(prefix, _)| {
        prefix.eq_ignore_ascii_case("aws") || catalog::service(prefix).is_some()
    });
    match catalog::condition_key(key) {
        None if is_covered => linter.find(
            Rule::Variable,
            Severity::Error,
            text.span,
            format!("`${{{key}}}` never has a value: there is no such key"),
        ),
        Some(known) if known.kind().many => linter.find(
            Rule::Variable,
            Severity::Error,
            text.span,
            format!("`{key}` has many values and cannot be a variable"),
        ),
        Some(_) if key.eq_ignore_ascii_case("aws:username") && default.is_none() => linter.find_with_fix(
            Rule::Variable,
            Severity::Suggestion,
            text.span,
            "`${aws:username}` has no value for sessions of roles, so that the line covers nothing for them",
            "use `${aws:userid}`, or give a default: `${aws:username, 'none'}`",
        ),
        _ => {}
    }
}
