//! Leaving out what a statement's lists say twice or in vain.

use std::collections::HashSet;

use super::Step;
use crate::cover::{ActionPattern, ResourcePattern};
use crate::meaning::{Part, Said, is_impossible};
use crate::policy::{ActionElement, Document, ResourceElement, Statement, Text};

/// Longer lists are only searched for exact repetitions.
const LONGEST: usize = 200;

pub(super) fn prune(
    document: &Document,
    statement: &mut Statement,
    origin: usize,
    steps: &mut Vec<Step>,
) {
    let (ActionElement::Action(texts) | ActionElement::NotAction(texts)) = &mut statement.action;
    prune_list(
        texts,
        origin,
        steps,
        true,
        ActionPattern::parse,
        ActionPattern::covers,
    );
    let (version, kind) = (document.version(), document.kind());
    let parse = |text: &str| ResourcePattern::parse(text, version, kind);
    if let Some(ResourceElement::Resource(texts) | ResourceElement::NotResource(texts)) =
        &mut statement.resource
    {
        prune_list(texts, origin, steps, false, parse, ResourcePattern::covers);
    }
    if let (ActionElement::Action(actions), Some(ResourceElement::Resource(resources))) =
        (&mut statement.action, &mut statement.resource)
    {
        prune_pairs(actions, resources, origin, steps, parse);
    }
}

fn prune_list<P>(
    texts: &mut Vec<Text>,
    origin: usize,
    steps: &mut Vec<Step>,
    ignores_case: bool,
    parse: impl Fn(&str) -> P,
    covers: impl Fn(&P, &P) -> bool,
) {
    let mut seen = HashSet::new();
    texts.retain(|text| {
        let key = if ignores_case {
            text.value.to_ascii_lowercase()
        } else {
            text.value.to_string()
        };
        let is_new = seen.insert(key);
        if !is_new {
            steps.push(covered(origin, text, text));
        }
        is_new
    });
    if texts.len() > LONGEST {
        return;
    }
    let patterns: Vec<P> = texts.iter().map(|text| parse(&text.value)).collect();
    let mut kept = vec![true; texts.len()];
    for (place, pattern) in patterns.iter().enumerate() {
        let by = (0..texts.len())
            .find(|other| *other != place && kept[*other] && covers(&patterns[*other], pattern));
        if let Some(by) = by {
            kept[place] = false;
            steps.push(covered(origin, &texts[place], &texts[by]));
        }
    }
    let mut kept = kept.into_iter();
    texts.retain(|_| kept.next().unwrap_or(true));
}

fn covered(statement: usize, pattern: &Text, by: &Text) -> Step {
    Step::Covered {
        statement,
        pattern: pattern.value.to_string(),
        by: by.value.to_string(),
    }
}

/// Leaves out statements that no request can be about, as long as another is left.
pub(super) fn drop_idle(
    document: &Document,
    statements: &mut Vec<Statement>,
    origins: &mut Vec<usize>,
    steps: &mut Vec<Step>,
) {
    let is_idle = |statement: &Statement| {
        let said = Said::of(document, 0, statement);
        said.actions.len() <= LONGEST
            && said.resources.len() <= LONGEST
            && said.units().all(|unit| unit.is_impossible())
    };
    let mut left = statements.len();
    let mut is_kept = Vec::with_capacity(left);
    for (statement, origin) in statements.iter().zip(origins.iter()) {
        let is_dropped = left > 1 && is_idle(statement);
        if is_dropped {
            steps.push(Step::Idle { statement: *origin });
            left -= 1;
        }
        is_kept.push(!is_dropped);
    }
    let mut kept = is_kept.iter();
    statements.retain(|_| kept.next().copied().unwrap_or(true));
    let mut kept = is_kept.iter();
    origins.retain(|_| kept.next().copied().unwrap_or(true));
}

/// Leaves out resources that no action can be about and actions that can be about no resource. A statement of which
/// nothing would be left stays whole.
// spec: iam/catalog#impossible-pairs
fn prune_pairs(
    actions: &mut Vec<Text>,
    resources: &mut Vec<Text>,
    origin: usize,
    steps: &mut Vec<Step>,
    parse: impl Fn(&str) -> ResourcePattern,
) {
    if actions.len() > LONGEST || resources.len() > LONGEST {
        return;
    }
    let on: Vec<_> = resources
        .iter()
        .map(|text| Part::One(parse(&text.value)))
        .collect();
    let of: Vec<_> = actions
        .iter()
        .map(|text| Part::One(ActionPattern::parse(&text.value)))
        .collect();
    let possible: Vec<Vec<bool>> = of
        .iter()
        .map(|action| {
            on.iter()
                .map(|resource| !is_impossible(action, resource))
                .collect()
        })
        .collect();
    if !possible.iter().flatten().any(|possible| *possible) {
        return;
    }
    let mut place = 0;
    resources.retain(|text| {
        let is_used = possible.iter().any(|row| row[place]);
        place += 1;
        if !is_used {
            steps.push(Step::WithoutAction {
                statement: origin,
                resource: text.value.to_string(),
            });
        }
        is_used
    });
    let mut rows = possible.iter();
    actions.retain(|text| {
        let is_used = rows.next().is_none_or(|row| row.contains(&true));
        if !is_used {
            steps.push(Step::WithoutResource {
                statement: origin,
                action: text.value.to_string(),
            });
        }
        is_used
    });
}
