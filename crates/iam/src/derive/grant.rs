//! From recorded decisions to statements.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::conditions::{self, Kept};
use super::name::NamePattern;
use crate::cover::literally;
use crate::policy::{ActionElement, Effect, ResourceElement, Statement, Text};
use crate::trace::Recorded;
use crate::{Arn, Span};

/// What is given together: the resource and the conditions, with the actions by their names in lower case.
type Groups = BTreeMap<(String, Vec<Kept>), Actions>;

/// Actions are the same whatever their case: each as it is spelled first.
type Actions = BTreeMap<String, String>;

/// One statement for each resource under the same conditions; the actions of one group are given together.
pub(super) fn grants(
    calls: &[Recorded],
    names: &[NamePattern],
    generalised: &mut BTreeSet<(String, String)>,
) -> Vec<Statement> {
    let mut groups = Groups::new();
    for call in calls {
        let resource = generalise(&call.resource, names, generalised);
        groups
            .entry((resource, conditions::kept(&call.context)))
            .or_default()
            .entry(call.action.to_ascii_lowercase())
            .or_insert_with(|| call.action.clone());
    }
    let mut merged: Vec<(String, Vec<Kept>, Actions)> = Vec::new();
    // Where one key alone holds requests, either of its values may be listed. Of several keys only the recorded
    // combinations are given.
    let mut of_single_key = HashMap::new();
    for ((resource, kept), actions) in groups {
        let Some((key, [one])) = single_key(&resource, &kept, &actions).zip(Some(&kept[..])) else {
            merged.push((resource, kept, actions));
            continue;
        };
        match of_single_key.get(&key) {
            Some(place) => {
                let (_, known, _): &mut (_, Vec<Kept>, _) = &mut merged[*place];
                known[0].values.extend(one.values.iter().cloned());
            }
            None => {
                of_single_key.insert(key, merged.len());
                merged.push((resource, kept, actions));
            }
        }
    }
    merged
        .into_iter()
        .map(|(resource, kept, actions)| statement(&resource, &kept, &actions))
        .collect()
}

/// What has to be the same for two groups to be given together: everything but the values of their only key.
fn single_key(
    resource: &str,
    kept: &[Kept],
    actions: &Actions,
) -> Option<(String, String, Vec<String>)> {
    let [only] = kept else {
        return None;
    };
    let actions = actions.keys().cloned().collect();
    Some((resource.to_owned(), only.key.clone(), actions))
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

fn statement(resource: &str, kept: &[Kept], actions: &Actions) -> Statement {
    let text = |value: &str| Text {
        value: value.into(),
        span: Span::default(),
    };
    Statement {
        sid: None,
        effect: Effect::Allow,
        principal: None,
        action: ActionElement::Action(actions.values().map(|action| text(action)).collect()),
        resource: Some(ResourceElement::Resource(vec![text(resource)])),
        conditions: conditions::of(kept),
        span: Span::default(),
    }
}
