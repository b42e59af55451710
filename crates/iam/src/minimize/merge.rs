//! Putting statements together.

use super::Step;
use crate::meaning::{Covering, Part, Said, is_impossible};
use crate::policy::{ActionElement, Document, ResourceElement, Statement, Text};

/// Documents with more statements are not compared statement by statement. No policy that AWS takes has so many: the
/// largest, of 20,480 characters, holds 330 of the shortest statements.
const MOST_STATEMENTS: usize = 400;

/// The most pairs of patterns that are looked at for one merger.
const MOST_PAIRS: usize = 20_000;

/// Whether there are so many statements that they are not held against one another.
pub(super) fn is_too_long(statements: &[Statement]) -> bool {
    statements.len() > MOST_STATEMENTS
}

/// Merges statements and leaves out covered ones until nothing changes. `origins` are their places in the original.
pub(super) fn merge(
    document: &Document,
    statements: &mut Vec<Statement>,
    origins: &mut Vec<usize>,
    steps: &mut Vec<Step>,
) {
    if is_too_long(statements) {
        return;
    }
    let mut into = 0;
    while into < statements.len() {
        let mut from = into + 1;
        let mut grew = false;
        while from < statements.len() {
            let (left, right) = (&statements[into], &statements[from]);
            let (left_said, right_said) = (said(document, left), said(document, right));
            if covers_all(&left_said, &right_said) {
                steps.push(Step::Said {
                    statement: origins[from],
                    by: origins[into],
                });
                statements.remove(from);
                origins.remove(from);
            } else if covers_all(&right_said, &left_said) {
                steps.push(Step::Said {
                    statement: origins[into],
                    by: origins[from],
                });
                statements.swap(into, from);
                origins.swap(into, from);
                statements.remove(from);
                origins.remove(from);
                grew = true;
            } else if can_merge(&left_said, &right_said) {
                steps.push(Step::Merged {
                    statement: origins[from],
                    into: origins[into],
                });
                let added = statements.remove(from);
                origins.remove(from);
                put(&mut statements[into], added);
                grew = true;
            } else {
                from += 1;
            }
        }
        // A larger statement may take in what was passed over.
        if !grew {
            into += 1;
        }
    }
}

fn said<'s>(document: &Document, statement: &'s Statement) -> Said<'s> {
    Said::of(document, 0, statement)
}

fn covers_all(wide: &Said<'_>, narrow: &Said<'_>) -> bool {
    narrow.actions.len() * narrow.resources.len() <= MOST_PAIRS
        && wide.effect() == narrow.effect()
        && narrow.units().all(|unit| wide.covers(&unit))
}

/// Whether one statement with the actions and resources of both says no more than the two: every pair that is in
/// neither can never be asked about.
fn can_merge(left: &Said<'_>, right: &Said<'_>) -> bool {
    let same_shape = |said: &Said<'_>| {
        let is_listed = matches!(said.statement.action, ActionElement::Action(_));
        is_listed
            && !matches!(
                said.statement.resource,
                Some(ResourceElement::NotResource(_))
            )
    };
    let alike = left.effect() == right.effect()
        && left.statement.principal == right.statement.principal
        && left.has_wider_conditions(right)
        && right.has_wider_conditions(left);
    let pairs =
        left.actions.len() * right.resources.len() + right.actions.len() * left.resources.len();
    alike
        && same_shape(left)
        && same_shape(right)
        && pairs <= MOST_PAIRS
        && adds_nothing(left, right)
        && adds_nothing(right, left)
}

/// Whether the actions of one on the resources of the other are said already or can never be asked about.
fn adds_nothing(actions: &Said<'_>, resources: &Said<'_>) -> bool {
    actions.actions.iter().all(|action| {
        resources.resources.iter().all(|resource| {
            let is_said =
                |said: &Said<'_>| has(&said.actions, action) && has(&said.resources, resource);
            is_said(actions) || is_said(resources) || is_impossible(action, resource)
        })
    })
}

fn has<P: Covering>(parts: &[Part<P>], wanted: &Part<P>) -> bool {
    parts.iter().any(|part| part.covers(wanted))
}

fn put(statement: &mut Statement, added: Statement) {
    if let (ActionElement::Action(known), ActionElement::Action(more)) =
        (&mut statement.action, added.action)
    {
        extend(known, more, |left, right| left.eq_ignore_ascii_case(right));
    }
    if let (Some(ResourceElement::Resource(known)), Some(ResourceElement::Resource(more))) =
        (&mut statement.resource, added.resource)
    {
        extend(known, more, |left, right| left == right);
    }
    statement.sid = statement.sid.take().or(added.sid);
}

fn extend(known: &mut Vec<Text>, more: Vec<Text>, same: impl Fn(&str, &str) -> bool) {
    for text in more {
        if !known.iter().any(|old| same(&old.value, &text.value)) {
            known.push(text);
        }
    }
}
