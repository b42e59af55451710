//! What a document says twice.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Linter, Rule, Severity};
use crate::Span;
use crate::cover::{ActionPattern, ResourcePattern};
use crate::policy::{Statement, Text};

/// The most pairs of patterns that are compared in one list, and of statements in one document.
const MOST_PAIRS: usize = 40_000;

pub(super) fn check(linter: &mut Linter<'_>) {
    let document = linter.document;
    let (version, kind) = (document.version(), document.kind());
    for statement in document.statements() {
        let (actions, _) = statement.action.patterns();
        check_list(
            linter,
            actions,
            "action",
            ActionPattern::parse,
            ActionPattern::covers,
        );
        if let Some(element) = &statement.resource {
            let (resources, _) = element.patterns();
            let parse = |text: &str| ResourcePattern::parse(text, version, kind);
            check_list(
                linter,
                resources,
                "resource",
                parse,
                ResourcePattern::covers,
            );
        }
        if let Some(sid) = statement.sid.as_ref().filter(|sid| sid.value.is_empty()) {
            linter.find_with_fix(
                Rule::EmptyElement,
                Severity::Suggestion,
                sid.span,
                "the Sid is empty",
                "leave it out",
            );
        }
    }
    check_statements(linter);
}

fn check_list<P>(
    linter: &mut Linter<'_>,
    texts: &[Text],
    what: &str,
    parse: impl Fn(&str) -> P,
    covers: impl Fn(&P, &P) -> bool,
) {
    if texts.len() < 2 {
        return;
    }
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut duplicates = Vec::new();
    for (place, text) in texts.iter().enumerate() {
        if first.contains_key(&*text.value) {
            duplicates.push(place);
        } else {
            first.insert(&text.value, place);
        }
    }
    for place in duplicates {
        redundant(
            linter,
            texts[place].span,
            format!("the {what} `{}` is listed twice", texts[place].value),
        );
    }
    let wide: Vec<(usize, P)> = texts
        .iter()
        .enumerate()
        .filter(|(_, text)| text.value.contains(['*', '?']))
        .map(|(place, text)| (place, parse(&text.value)))
        .collect();
    if wide.len() * texts.len() > MOST_PAIRS {
        return;
    }
    for (place, text) in texts.iter().enumerate() {
        let narrow = parse(&text.value);
        let by = wide.iter().find(|(other, pattern)| {
            texts[*other].value != text.value
                && covers(pattern, &narrow)
                // Of two that cover one another the later is the redundant one.
                && (*other < place || !wide.iter().any(|(at, own)| *at == place && covers(own, pattern)))
        });
        if let Some((other, _)) = by {
            let message = format!(
                "the {what} `{}` is covered by `{}`",
                text.value, texts[*other].value
            );
            redundant(linter, text.span, message);
        }
    }
}

fn redundant(linter: &mut Linter<'_>, span: Span, message: String) {
    linter.find_with_fix(
        Rule::Redundant,
        Severity::Suggestion,
        span,
        message,
        "leave it out",
    );
}

/// Statements that say exactly what an earlier one says.
fn check_statements(linter: &mut Linter<'_>) {
    let document = linter.document;
    let mut seen: HashMap<Said<'_>, usize> = HashMap::new();
    for (index, statement) in document.statements().iter().enumerate() {
        let said = Said::of(statement);
        match seen.get(&said) {
            Some(first) => {
                let message = format!("the statement says what statement {first} says");
                redundant(linter, statement.span, message);
            }
            None => {
                seen.insert(said, index);
            }
        }
    }
}

/// What a statement says, in any order.
#[derive(PartialEq, Eq, Hash)]
struct Said<'s> {
    effect: crate::policy::Effect,
    principal: String,
    actions: (Vec<String>, bool),
    resources: Option<(Vec<&'s str>, bool)>,
    conditions: Vec<String>,
}

impl<'s> Said<'s> {
    fn of(statement: &'s Statement) -> Self {
        let (actions, not_action) = statement.action.patterns();
        let resources = statement.resource.as_ref().map(|element| {
            let (texts, negated) = element.patterns();
            (sorted(texts.iter().map(|text| &*text.value)), negated)
        });
        let condition = |condition: &crate::policy::Condition| {
            let values = sorted(condition.values.iter().map(|value| &*value.value));
            format!(
                "{} {:?} {values:?}",
                condition.operator,
                condition.key.value.to_lowercase()
            )
        };
        Self {
            effect: statement.effect,
            principal: principal(statement),
            actions: (
                sorted(actions.iter().map(|text| text.value.to_ascii_lowercase())),
                not_action,
            ),
            resources,
            conditions: sorted(statement.conditions.iter().map(condition)),
        }
    }
}

fn principal(statement: &Statement) -> String {
    use crate::policy::{PrincipalElement, PrincipalMap};
    let (mark, map) = match &statement.principal {
        None => return String::new(),
        Some(PrincipalElement::Principal(map)) => ("", map),
        Some(PrincipalElement::NotPrincipal(map)) => ("!", map),
    };
    let PrincipalMap::Named(named) = map else {
        return format!("{mark}*");
    };
    let names = named.iter().flat_map(|(kind, names)| {
        names
            .iter()
            .map(move |name| format!("{}={:?}", kind.as_str(), name.value))
    });
    format!("{mark}{:?}", sorted(names))
}

fn sorted<T: Ord + Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}
