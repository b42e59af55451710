//! Taking down a record while deciding.

use std::sync::Arc;

use super::combine::Verdict;
use super::tally::Witness;
use super::{Decision, DenialKind, Layer, Matched, Record};
use crate::Policy;
use crate::compile::Notes;
use crate::policy::Effect;

/// What has been seen of one decision so far.
#[derive(Default)]
pub(super) struct Recorder<'p> {
    matched: Vec<Sighting<'p>>,
    missing: Vec<&'p str>,
}

struct Sighting<'p> {
    layer: Layer,
    policy: &'p Arc<Policy>,
    index: usize,
    effect: Effect,
}

impl<'p> Notes<'p> for Recorder<'p> {
    fn missing(&mut self, key: &'p str) {
        self.missing.push(key);
    }
}

impl<'p> Witness<'p> for Recorder<'p> {
    fn matched(&mut self, layer: Layer, policy: &'p Arc<Policy>, index: usize, effect: Effect) {
        self.matched.push(Sighting {
            layer,
            policy,
            index,
            effect,
        });
    }
}

impl Recorder<'_> {
    pub(super) fn into_record(mut self, verdict: Verdict) -> Record {
        let (wanted, kind) = match verdict.decision {
            Decision::ExplicitDeny => (Effect::Deny, DenialKind::Explicit),
            Decision::Allowed | Decision::ImplicitDeny => (Effect::Allow, DenialKind::Implicit),
        };
        self.matched.retain(|sighting| sighting.effect == wanted);
        self.order();
        self.missing.sort_unstable();
        self.missing.dedup();
        Record {
            decision: verdict.decision,
            denied_by: verdict.against.denials(kind).collect(),
            named: verdict.named,
            matched: self.matched.iter().map(Sighting::keep).collect(),
            missing_keys: self.missing.iter().copied().map(Box::from).collect(),
        }
    }

    /// Puts the sightings in the order of layers and statements; policies of a layer stay in theirs.
    fn order(&mut self) {
        self.matched.sort_by_key(|sighting| sighting.layer);
        for same_policy in self
            .matched
            .chunk_by_mut(|left, right| Arc::ptr_eq(left.policy, right.policy))
        {
            same_policy.sort_unstable_by_key(|sighting| sighting.index);
        }
    }
}

impl Sighting<'_> {
    fn keep(&self) -> Matched {
        Matched {
            layer: self.layer,
            policy: Arc::clone(self.policy),
            index: self.index,
        }
    }
}
