//! Saying the proposed statement in one that is there.

use std::sync::Arc;

use super::room::Room;
use crate::meaning::{Meaning, compare};
use crate::policy::{ActionElement, Document, Effect, ResourceElement, Statement, Text};
use crate::{Layer, Layers, Policy, Request, decide};

/// An existing statement that says the same as the proposed one with an entry more.
#[derive(Debug)]
pub struct Extension {
    /// The policy that holds it, by name.
    pub policy: String,
    /// The statement's place in it, from 0.
    pub statement: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// The element that gains an entry: `Action` or `Resource`.
    pub element: &'static str,
    /// What it gains.
    pub entries: Vec<String>,
    /// The whole policy afterwards.
    pub document: Document,
    /// Whether it fits.
    pub room: Room,
}

/// The extension that takes the fewest characters, if one takes fewer than the statement by itself.
///
/// It is one only if the extended policy certainly means what the policy and the statement mean side by side, and the
/// request is allowed with it.
pub(super) fn extension(
    request: &Request,
    layer: Layer,
    layers: &Layers,
    proposed: &Document,
    alone: &Room,
    inline_counted: Option<usize>,
) -> Option<Extension> {
    let [added] = proposed.statements() else {
        return None;
    };
    let mut found: Vec<Extension> = Vec::new();
    for (place, policy) in changeable(layers, layer) {
        for index in 0..policy.document().statements().len() {
            let extended = extended(policy, index, added);
            let Some((element, entries, document)) = extended else {
                continue;
            };
            let room = Room::of_growth(layer, request, policy, &document, inline_counted);
            let helps = || {
                let after = replaced(layers, layer, place, policy, &document);
                decide(&after, request).is_allowed()
            };
            if room.fits()
                && room.takes < alone.takes
                && means_both(policy, added, &document)
                && helps()
            {
                let statement = &policy.document().statements()[index];
                found.push(Extension {
                    policy: policy.name().to_owned(),
                    statement: index,
                    sid: statement.sid.as_ref().map(|sid| sid.value.to_string()),
                    element,
                    entries,
                    document,
                    room,
                });
            }
        }
    }
    found
        .into_iter()
        .min_by_key(|extension| extension.room.takes)
}

/// Policies of more statements are not extended: no quota leaves room for so many.
const MOST_STATEMENTS: usize = 400;

/// The known policies of a layer that the account itself can change, with their places. At the levels of an
/// organization one policy alone never is enough.
fn changeable(layers: &Layers, layer: Layer) -> impl Iterator<Item = (usize, &Arc<Policy>)> {
    let policies: Vec<&Arc<Policy>> = match layer {
        Layer::Identity => layers.identity.iter().collect(),
        Layer::Boundary => layers.boundary.iter().collect(),
        Layer::Session => layers.session.iter().flatten().collect(),
        Layer::Vpce => layers.vpce.iter().flatten().collect(),
        Layer::Resource => layers.resource.iter().collect(),
        Layer::Scp | Layer::Rcp => Vec::new(),
    };
    let can_change = |policy: &Arc<Policy>| {
        let is_ours = policy.arn().is_none_or(|arn| arn.account() != "aws");
        is_ours && policy.document().statements().len() <= MOST_STATEMENTS
    };
    policies
        .into_iter()
        .enumerate()
        .filter(move |(_, policy)| can_change(policy))
}

/// The policy with the statement's actions or resources and those of `added`, where the other element is the same.
fn extended(
    policy: &Policy,
    index: usize,
    added: &Statement,
) -> Option<(&'static str, Vec<String>, Document)> {
    let document = policy.document();
    let mut statements = document.statements().to_vec();
    let statement = statements.get_mut(index)?;
    let is_plain = statement.effect == Effect::Allow
        && statement.conditions.is_empty()
        && statement.principal == added.principal;
    let (ActionElement::Action(actions), ActionElement::Action(more_actions)) =
        (&mut statement.action, &added.action)
    else {
        return None;
    };
    let (Some(ResourceElement::Resource(resources)), Some(ResourceElement::Resource(more))) =
        (&mut statement.resource, &added.resource)
    else {
        return None;
    };
    let (element, gained) = if !is_plain {
        return None;
    } else if same(actions, more_actions, |text| text.to_ascii_lowercase()) {
        ("Resource", extend(resources, more))
    } else if same(resources, more, str::to_owned) {
        ("Action", extend(actions, more_actions))
    } else {
        return None;
    };
    let document = document.with_statements(statements).ok()?;
    Some((element, gained, document))
}

fn same(left: &[Text], right: &[Text], key: impl Fn(&str) -> String) -> bool {
    let keys = |texts: &[Text]| -> std::collections::BTreeSet<String> {
        texts.iter().map(|text| key(&text.value)).collect()
    };
    keys(left) == keys(right)
}

fn extend(known: &mut Vec<Text>, more: &[Text]) -> Vec<String> {
    known.extend(more.iter().cloned());
    more.iter().map(|text| text.value.to_string()).collect()
}

/// Whether the extended document certainly means what the policy and the statement mean side by side.
fn means_both(policy: &Policy, added: &Statement, extended: &Document) -> bool {
    let mut statements = policy.document().statements().to_vec();
    statements.push(added.clone());
    policy
        .document()
        .with_statements(statements)
        .is_ok_and(|both| {
            compare(&Meaning::of(&both), &Meaning::of(extended))
                .is_ok_and(|comparison| comparison.is_equal())
        })
}

/// The layers with one policy replaced.
fn replaced(
    layers: &Layers,
    layer: Layer,
    place: usize,
    policy: &Policy,
    document: &Document,
) -> Layers {
    let policy = Policy::inline(policy.name(), document.clone());
    let mut after = layers.clone();
    let put = |policies: &mut Vec<Arc<Policy>>| {
        if let Some(known) = policies.get_mut(place) {
            *known = Arc::clone(&policy);
        }
    };
    match layer {
        Layer::Identity => put(&mut after.identity),
        Layer::Session => after.session.iter_mut().for_each(put),
        Layer::Vpce => after.vpce.iter_mut().for_each(put),
        Layer::Boundary => after.boundary = Some(policy),
        Layer::Resource => after.resource = Some(policy),
        Layer::Scp | Layer::Rcp => {}
    }
    after
}
