//! What one part of a statement says.

use crate::Span;
use crate::compile::{Parts, Way};
use crate::cover::ResourcePattern;
use crate::policy::{Condition, Document, Statement};
use crate::truth::Truth;
use crate::{Context, Request};

/// One part of a statement and its answer to a request.
#[derive(Debug, Clone)]
pub struct PartView {
    /// Which part.
    pub name: PartName,
    /// Whether it matches.
    pub answer: Answer,
    /// Why, in words.
    pub why: String,
    /// Where it stands.
    pub span: Span,
}

/// The parts of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartName {
    /// `Action` or `NotAction`.
    Action,
    /// `Principal` or `NotPrincipal`.
    Principal,
    /// `Resource` or `NotResource`.
    Resource,
    /// One operator with one key.
    Condition(String),
}

/// Whether a part matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// AWS does not document whether it does: it counts against the request.
    Unclear,
}

impl From<Truth> for Answer {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::Yes => Self::Yes,
            Truth::No => Self::No,
            Truth::Unclear => Self::Unclear,
        }
    }
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

pub(super) fn views(
    statement: &Statement,
    document: &Document,
    request: &Request,
    parts: &Parts,
) -> Vec<PartView> {
    let mut views = vec![action(statement, request, parts.action)];
    if let Some(way) = parts.principal {
        views.push(principal(statement, request, way));
    }
    if let Some(truth) = parts.resource {
        views.push(resource(statement, document, request, truth));
    }
    let conditions = statement.conditions.iter().zip(&parts.conditions);
    views.extend(
        conditions.map(|(condition, truth)| condition_view(condition, &request.context, *truth)),
    );
    views
}

fn action(statement: &Statement, request: &Request, covers: bool) -> PartView {
    let (patterns, negated) = statement.action.patterns();
    let span = patterns.first().map_or(statement.span, |text| text.span);
    let listed = patterns.iter().find(|text| {
        let lower = text.value.to_ascii_lowercase();
        crate::wildcard::Glob::parse(&lower).matches(request.action.lower())
    });
    let why = match (listed, negated) {
        (Some(text), false) => format!("`{}` covers {}", text.value, request.action),
        (Some(text), true) => format!("`{}` excludes {}", text.value, request.action),
        (None, false) => format!("{} is not listed", request.action),
        (None, true) => format!("{} is not excluded", request.action),
    };
    PartView {
        name: PartName::Action,
        answer: covers.into(),
        why,
        span: listed.map_or(span, |text| text.span),
    }
}

fn principal(statement: &Statement, request: &Request, way: Option<Way>) -> PartView {
    let caller = request.caller.as_str();
    let why = match way {
        Some(Way::Direct) => format!("names {caller}"),
        Some(Way::Parent) => format!("names the role or user behind {caller}"),
        Some(Way::Account) => {
            format!("names the account of {caller}, whose own policies must allow, too")
        }
        None => format!("does not name {caller}"),
    };
    PartView {
        name: PartName::Principal,
        answer: way.is_some().into(),
        why,
        span: statement.span,
    }
}

fn resource(
    statement: &Statement,
    document: &Document,
    request: &Request,
    truth: Truth,
) -> PartView {
    let (patterns, negated) = statement
        .resource
        .as_ref()
        .map(crate::policy::ResourceElement::patterns)
        .unwrap_or_default();
    let span = patterns.first().map_or(statement.span, |text| text.span);
    let answer = Answer::from(truth);
    let (why, span) = match (answer, request.resource.arn()) {
        (Answer::Unclear, _) => ("a variable in it has no value".to_owned(), span),
        (Answer::Yes, _) if negated => (format!("{} is not excluded", request.resource), span),
        (Answer::No, _) if negated => (format!("{} is excluded", request.resource), span),
        (_, None) => match (answer, patterns.iter().find(|text| &*text.value == "*")) {
            (Answer::Yes, Some(text)) => (
                "`*` covers requests that name no resource".to_owned(),
                text.span,
            ),
            _ => (
                "the action names no resource, and only `*` covers that".to_owned(),
                span,
            ),
        },
        (_, Some(arn)) => {
            let differences = patterns.iter().map(|text| {
                let pattern =
                    ResourcePattern::parse(&text.value, document.version(), document.kind());
                (text, pattern.differs_in(arn))
            });
            let mut differences: Vec<_> = differences.collect();
            // What differs latest is closest to what was asked for.
            differences.sort_by_key(|(_, part)| {
                std::cmp::Reverse(part.map_or(usize::MAX, |part| part as usize))
            });
            match (answer, differences.first()) {
                (Answer::Yes, Some((text, _))) => {
                    (format!("`{}` covers {arn}", text.value), text.span)
                }
                (_, Some((text, Some(part)))) => (
                    format!("`{}` differs in the {}", text.value, part.as_str()),
                    text.span,
                ),
                (_, Some((text, None))) => {
                    (format!("`{}` does not cover {arn}", text.value), text.span)
                }
                (_, None) => (String::new(), span),
            }
        }
    };
    PartView {
        name: PartName::Resource,
        answer,
        why,
        span,
    }
}

fn condition_view(condition: &Condition, context: &Context, truth: Truth) -> PartView {
    let key = &*condition.key.value;
    let wanted: Vec<&str> = condition.values.iter().map(|value| &*value.value).collect();
    let wanted = wanted.join("`, `");
    let why = match context.get(key) {
        None => format!("`{key}` is absent; `{wanted}` is asked for"),
        Some(values) => format!(
            "`{key}` is `{}`; `{wanted}` is asked for",
            values.as_slice().join("`, `")
        ),
    };
    PartView {
        name: PartName::Condition(format!("{} {key}", condition.operator)),
        answer: truth.into(),
        why,
        span: condition.span,
    }
}
