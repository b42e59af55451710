//! What the layers mean together.

use super::situation::{Situation, Standing};
use super::tally::Tallies;
use super::{Decision, Denial, DenialKind, Layer};

/// A decision and who stood against it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verdict {
    pub(super) decision: Decision,
    /// Empty exactly when allowed.
    pub(super) against: LayerSet,
    /// The layer that AWS's message names, which is not always the one that lacks an Allow.
    pub(super) named: Option<Layer>,
}

/// Some of the layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LayerSet(u8);

impl LayerSet {
    fn insert_if(&mut self, condition: bool, layer: Layer) {
        self.0 |= u8::from(condition) << layer as u8;
    }

    fn contains(self, layer: Layer) -> bool {
        self.0 >> layer as u8 & 1 == 1
    }

    fn first(self) -> Option<Layer> {
        Layer::ALL.into_iter().find(|layer| self.contains(*layer))
    }

    pub(super) fn denials(self, kind: DenialKind) -> impl Iterator<Item = Denial> {
        Layer::ALL
            .into_iter()
            .filter(move |layer| self.contains(*layer))
            .map(move |layer| Denial { layer, kind })
    }
}

pub(super) fn combine(tallies: &Tallies, situation: &Situation) -> Verdict {
    let denying = denying(tallies);
    if let Some(first) = denying.first() {
        // Of the caller's and the resource's policies the caller's are named.
        let named = if first == Layer::Resource && tallies.identity.denies {
            Layer::Identity
        } else {
            first
        };
        return Verdict {
            decision: Decision::ExplicitDeny,
            against: denying,
            named: Some(named),
        };
    }
    let lacking = lacking(tallies, situation);
    match lacking.first() {
        None => Verdict {
            decision: Decision::Allowed,
            against: lacking,
            named: None,
        },
        Some(first) => {
            let named = if blames_resource(tallies, situation, first) {
                Layer::Resource
            } else {
                first
            };
            Verdict {
                decision: Decision::ImplicitDeny,
                against: lacking,
                named: Some(named),
            }
        }
    }
}

// spec: iam/evaluation-logic#explicit-deny
fn denying(tallies: &Tallies) -> LayerSet {
    let mut denying = LayerSet::default();
    denying.insert_if(tallies.rcp.denies, Layer::Rcp);
    denying.insert_if(tallies.scp.denies, Layer::Scp);
    denying.insert_if(tallies.vpce.denies, Layer::Vpce);
    denying.insert_if(tallies.identity.denies, Layer::Identity);
    denying.insert_if(tallies.resource.denies, Layer::Resource);
    denying.insert_if(tallies.boundary.denies, Layer::Boundary);
    denying.insert_if(tallies.session.denies, Layer::Session);
    denying
}

/// The layers that must allow and do not.
fn lacking(tallies: &Tallies, situation: &Situation) -> LayerSet {
    let mut lacking = match situation.standing {
        _ if situation.crosses_closed_border => only(Layer::Resource),
        Standing::Unattached if tallies.resource.allows_direct => LayerSet::default(),
        Standing::Unattached => only(Layer::Resource),
        Standing::Inside => lacking_inside(tallies, situation),
        Standing::Foreign => lacking_from_outside(tallies),
    };
    lacking.insert_if(!tallies.rcp.allows, Layer::Rcp);
    lacking.insert_if(!tallies.scp.allows, Layer::Scp);
    lacking.insert_if(!tallies.vpce.allows, Layer::Vpce);
    lacking
}

fn only(layer: Layer) -> LayerSet {
    let mut set = LayerSet::default();
    set.insert_if(true, layer);
    set
}

// spec: iam/evaluation-logic#same-account
fn lacking_inside(tallies: &Tallies, situation: &Situation) -> LayerSet {
    let resource = &tallies.resource;
    let mut lacking = LayerSet::default();
    if resource.allows_direct {
        return lacking;
    }
    if situation.needs_resource_allow && !resource.allows() {
        lacking.insert_if(true, Layer::Resource);
    }
    // A policy that names the role or the user behind stands in for the identity policies, not for what caps them.
    let needs_identity = !resource.allows_parent;
    lacking.insert_if(needs_identity && !tallies.identity.allows, Layer::Identity);
    lacking.insert_if(!tallies.boundary.allows, Layer::Boundary);
    lacking.insert_if(!tallies.session.allows, Layer::Session);
    lacking
}

// spec: iam/evaluation-logic#cross-account
fn lacking_from_outside(tallies: &Tallies) -> LayerSet {
    let mut lacking = LayerSet::default();
    lacking.insert_if(!tallies.resource.allows(), Layer::Resource);
    lacking.insert_if(!tallies.identity.allows, Layer::Identity);
    lacking.insert_if(!tallies.boundary.allows, Layer::Boundary);
    lacking.insert_if(!tallies.session.allows, Layer::Session);
    lacking
}

/// Whether the message names the resource's policy although the identity side is what lacks first: between
/// accounts it does so unless the resource's policy names the caller itself.
// spec: iam/messages#cross-account-naming
fn blames_resource(tallies: &Tallies, situation: &Situation, first: Layer) -> bool {
    let names_entity = tallies.resource.allows_direct || tallies.resource.allows_parent;
    situation.standing == Standing::Foreign && first == Layer::Identity && !names_entity
}
