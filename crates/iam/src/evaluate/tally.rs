//! What the statements of each layer say about a request.

use std::sync::Arc;

use super::situation::{Situation, Standing};
use super::{Layer, Layers, Level};
use crate::compile::{Match, Notes, Way};
use crate::policy::Effect;
use crate::{CallerKind, Policy, Request};

/// Takes down which statements matched, besides what is missing.
pub(super) trait Witness<'p>: Notes<'p> {
    fn matched(&mut self, layer: Layer, policy: &'p Arc<Policy>, index: usize, effect: Effect);
}

impl<'p> Witness<'p> for crate::compile::Silent {
    fn matched(&mut self, _: Layer, _: &'p Arc<Policy>, _: usize, _: Effect) {}
}

/// What one layer says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) denies: bool,
    pub(super) allows: bool,
}

impl Tally {
    /// A layer that does not apply: it neither denies nor limits.
    pub(super) const OPEN: Self = Self {
        denies: false,
        allows: true,
    };
    const SHUT: Self = Self {
        denies: false,
        allows: false,
    };

    fn count(&mut self, found: Match) {
        match found.effect {
            Effect::Allow => self.allows = true,
            Effect::Deny => self.denies = true,
        }
    }
}

/// What the resource's policy says: the ways of its Allows matter, too.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ResourceTally {
    pub(super) denies: bool,
    pub(super) allows_direct: bool,
    pub(super) allows_parent: bool,
    pub(super) allows_account: bool,
}

impl ResourceTally {
    fn count(&mut self, found: Match) {
        match (found.effect, found.way) {
            (Effect::Deny, _) => self.denies = true,
            (Effect::Allow, Way::Direct) => self.allows_direct = true,
            (Effect::Allow, Way::Parent) => self.allows_parent = true,
            (Effect::Allow, Way::Account) => self.allows_account = true,
        }
    }

    pub(super) fn allows(&self) -> bool {
        self.allows_direct || self.allows_parent || self.allows_account
    }
}

/// What every layer says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tallies {
    pub(super) rcp: Tally,
    pub(super) scp: Tally,
    pub(super) vpce: Tally,
    pub(super) identity: Tally,
    pub(super) resource: ResourceTally,
    pub(super) boundary: Tally,
    pub(super) session: Tally,
}

impl Tallies {
    pub(super) fn of<'p>(
        layers: &'p Layers,
        request: &Request,
        situation: &Situation,
        witness: &mut impl Witness<'p>,
    ) -> Self {
        let mut teller = Teller {
            request,
            has_boundary: situation.has_boundary,
            witness,
        };
        let mut resource = ResourceTally::default();
        if let Some(policy) = &layers.resource {
            teller.read(Layer::Resource, std::slice::from_ref(policy), |found| {
                resource.count(found);
            });
        }
        if situation.resource_allows_void {
            resource = ResourceTally {
                denies: resource.denies,
                ..ResourceTally::default()
            };
        }
        // What AWS attaches at every level allows everything.
        let rcp = teller.levels(Layer::Rcp, &layers.rcp, Tally::OPEN);
        let scp = match &layers.scp {
            Some(levels) if situation.is_bound_by_scp => {
                teller.levels(Layer::Scp, levels, Tally::SHUT)
            }
            _ => Tally::OPEN,
        };
        let vpce = layers
            .vpce
            .as_ref()
            .map_or(Tally::OPEN, |policies| teller.layer(Layer::Vpce, policies));
        let (identity, boundary, session) = match situation.standing {
            Standing::Unattached => (Tally::OPEN, Tally::OPEN, Tally::OPEN),
            Standing::Inside | Standing::Foreign => teller.caller_side(layers),
        };
        Self {
            rcp,
            scp,
            vpce,
            identity,
            resource,
            boundary,
            session,
        }
    }
}

struct Teller<'a, W> {
    request: &'a Request,
    has_boundary: bool,
    witness: &'a mut W,
}

impl<W> Teller<'_, W> {
    fn read<'p>(&mut self, layer: Layer, policies: &'p [Arc<Policy>], mut count: impl FnMut(Match))
    where
        W: Witness<'p>,
    {
        for policy in policies {
            policy.meet(
                self.request,
                self.has_boundary,
                self.witness,
                |witness, index, found| {
                    count(found);
                    witness.matched(layer, policy, index, found.effect);
                },
            );
        }
    }

    fn layer<'p>(&mut self, layer: Layer, policies: &'p [Arc<Policy>]) -> Tally
    where
        W: Witness<'p>,
    {
        let mut tally = Tally::SHUT;
        self.read(layer, policies, |found| tally.count(found));
        tally
    }

    /// Every level must allow: its policies, or `implied` does.
    // spec: iam/layers#levels
    fn levels<'p>(&mut self, layer: Layer, levels: &'p [Level], implied: Tally) -> Tally
    where
        W: Witness<'p>,
    {
        let mut all = Tally::OPEN;
        for level in levels {
            let tally = self.layer(layer, &level.policies);
            all.denies |= tally.denies;
            all.allows &= tally.allows || implied.allows;
        }
        all
    }

    /// Identity, boundary and session.
    fn caller_side<'p>(&mut self, layers: &'p Layers) -> (Tally, Tally, Tally)
    where
        W: Witness<'p>,
    {
        let session = match (&layers.session, self.request.caller.kind()) {
            (Some(policies), _) => self.layer(Layer::Session, policies),
            // spec: iam/layers#federated-session
            (None, CallerKind::FederatedUser { .. }) => Tally::SHUT,
            (None, _) => Tally::OPEN,
        };
        // spec: iam/layers#root
        if matches!(self.request.caller.kind(), CallerKind::Root(_)) {
            return (Tally::OPEN, Tally::OPEN, session);
        }
        let identity = self.layer(Layer::Identity, &layers.identity);
        let boundary = match &layers.boundary {
            Some(policy) => self.layer(Layer::Boundary, std::slice::from_ref(policy)),
            None => Tally::OPEN,
        };
        (identity, boundary, session)
    }
}
