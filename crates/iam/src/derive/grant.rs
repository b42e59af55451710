//! From recorded decisions to statements.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::{self, Kept};
use super::name::NamePattern;
use crate::cover::literally;
use crate::policy::{ActionElement, Effect, ResourceElement, Statement, Text};
use crate::trace::Recorded;
use crate::{Arn, Span};

/// What is given together: the resource and the conditions, with the actions.
type Groups = BTreeMap<(String, Vec<Kept>), BTreeSet<String>>;

/// One statement for each resource under the same conditions; the actions of one group are given together.
pub(super) fn grants(
    calls: &[Recorded],
    names: &[NamePattern],
    generalised: &mut BTreeSet<(String, String)>,
) -> Vec<Statement> {
    let mut groups = Groups::new();
    for call in calls {
        let resource = generalise(&call.resource, names, generalised);
        let actions = groups
            .entry((resource, conditions::kept(&call.context)))
            .or_default();
        // Actions are the same whatever their case.
        if !actions
            .iter()
            .any(|known| known.eq_ignore_ascii_case(&call.action))
        {
            actions.insert(call.action.clone());
        }
    }
    let mut merged: Vec<(String, Vec<Kept>, BTreeSet<String>)> = Vec::new();
    for ((resource, kept), actions) in groups {
        let same = merged.iter_mut().find(|(known, other, others)| {
            *known == resource && *others == actions && has_same_single_key(other, &kept)
        });
        match (same, kept.as_slice()) {
            (Some((_, known, _)), [more]) => known[0].values.extend(more.values.iter().cloned()),
            _ => merged.push((resource, kept, actions)),
        }
    }
    let statement = |(resource, kept, actions): (String, Vec<Kept>, BTreeSet<String>)| {
        statement(&resource, &kept, &actions)
    };
    merged.into_iter().map(statement).collect()
}

/// Whether both hold requests to one value of the same key: then either value may be listed. Of several keys only
/// the recorded combinations are given.
fn has_same_single_key(left: &[Kept], right: &[Kept]) -> bool {
    matches!((left, right), ([left], [right]) if left.key == right.key)
}

fn generalise(
    resource: &str,
    names: &[NamePattern],
    generalised: &mut BTreeSet<(String, String)>,
) -> String {
    let mut current = literally(resource);
    for name in names {
        let replaced = Arn::parse(&current).ok().and_then(|arn| name.replace(&arn));
        if let Some(replaced) = replaced.filter(|replaced| *replaced != current) {
            generalised.insert((resource.to_owned(), name.as_str().to_owned()));
            current = replaced;
        }
    }
    current
}

fn statement(resource: &str, kept: &[Kept], actions: &BTreeSet<String>) -> Statement {
    let text = |value: &str| Text {
        value: value.into(),
        span: Span::default(),
    };
    Statement {
        sid: None,
        effect: Effect::Allow,
        principal: None,
        action: ActionElement::Action(actions.iter().map(|action| text(action)).collect()),
        resource: Some(ResourceElement::Resource(vec![text(resource)])),
        conditions: conditions::of(kept),
        span: Span::default(),
    }
}
