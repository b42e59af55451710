//! Why a request is decided as it is: every statement of every layer, part by part, and what would have to change.
//!
//! The decision is the evaluator's own; the parts are asked one by one only to say why.

mod advice;
mod part;

use std::sync::Arc;

use crate::compile::Parts;
use crate::policy::Statement;
use crate::{CallerKind, Decision, Layer, Layers, Policy, Record, Request, evaluate};

pub use advice::{Advice, AdviceKind};
pub use part::{Answer, PartName, PartView};

/// A decision, taken apart.
#[derive(Debug)]
pub struct Explanation {
    /// The decision with its reasons.
    pub record: Record,
    /// The policies that were asked, layer by layer in the order of [`Layer::ALL`].
    pub policies: Vec<PolicyView>,
    /// What would have to change for the request to be allowed; nothing where it is.
    pub advice: Vec<Advice>,
}

/// One policy of one layer.
#[derive(Debug)]
pub struct PolicyView {
    /// The layer.
    pub layer: Layer,
    /// The level of the organization, where the layer has levels.
    pub level: Option<Box<str>>,
    /// The policy.
    pub policy: Arc<Policy>,
    /// Its statements, in order.
    pub statements: Vec<StatementView>,
}

/// One statement.
#[derive(Debug)]
pub struct StatementView {
    /// Its place in the policy, from 0.
    pub index: usize,
    /// Whether it takes part in the decision.
    pub applies: bool,
    /// What each part says, in the order action, principal, resource, conditions.
    pub parts: Vec<PartView>,
}

impl PolicyView {
    /// The statement that a view is about.
    pub fn statement(&self, view: &StatementView) -> &Statement {
        // INVARIANT: the index came from this document.
        &self.policy.document().statements()[view.index]
    }
}

impl StatementView {
    /// The parts for which the statement does not apply.
    pub fn failing(&self) -> impl Iterator<Item = &PartView> {
        self.parts.iter().filter(|part| part.answer == Answer::No)
    }
}

/// Explains how `layers` decide `request`.
pub fn explain(layers: &Layers, request: &Request) -> Explanation {
    let record = evaluate(layers, request);
    let has_identity = matches!(
        request.caller.kind(),
        CallerKind::User(_) | CallerKind::RoleSession { .. } | CallerKind::FederatedUser { .. }
    );
    let has_boundary = layers.boundary.is_some() && has_identity;
    let view = |(layer, level, policy): Asked<'_>| PolicyView {
        layer,
        level,
        policy: Arc::clone(policy),
        statements: statements(policy, request, has_boundary),
    };
    let policies: Vec<PolicyView> = asked(layers).into_iter().map(view).collect();
    let advice = if record.decision == Decision::Allowed {
        Vec::new()
    } else {
        advice::advice(&record, &policies, request)
    };
    Explanation {
        record,
        policies,
        advice,
    }
}

fn statements(policy: &Policy, request: &Request, has_boundary: bool) -> Vec<StatementView> {
    let document = policy.document();
    let view = |(index, statement): (usize, &Statement)| {
        let parts = Parts::of(statement, document, request, has_boundary);
        StatementView {
            index,
            applies: parts.applies,
            parts: part::views(statement, document, request, &parts),
        }
    };
    document.statements().iter().enumerate().map(view).collect()
}

/// A policy with the layer, and the level of it, in which it takes part.
type Asked<'l> = (Layer, Option<Box<str>>, &'l Arc<Policy>);

fn asked(layers: &Layers) -> Vec<Asked<'_>> {
    let mut asked = Vec::new();
    for layer in Layer::ALL {
        match layer {
            Layer::Rcp | Layer::Scp => {
                let levels = if layer == Layer::Rcp {
                    Some(&layers.rcp)
                } else {
                    layers.scp.as_ref()
                };
                for level in levels.into_iter().flatten() {
                    asked.extend(
                        level
                            .policies
                            .iter()
                            .map(|policy| (layer, Some(level.target.clone()), policy)),
                    );
                }
            }
            Layer::Vpce => asked.extend(
                layers
                    .vpce
                    .iter()
                    .flatten()
                    .map(|policy| (layer, None, policy)),
            ),
            Layer::Resource => {
                asked.extend(layers.resource.iter().map(|policy| (layer, None, policy)));
            }
            Layer::Identity => {
                asked.extend(layers.identity.iter().map(|policy| (layer, None, policy)));
            }
            Layer::Boundary => {
                asked.extend(layers.boundary.iter().map(|policy| (layer, None, policy)));
            }
            Layer::Session => asked.extend(
                layers
                    .session
                    .iter()
                    .flatten()
                    .map(|policy| (layer, None, policy)),
            ),
        }
    }
    asked
}
