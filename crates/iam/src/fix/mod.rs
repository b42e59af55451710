//! What to change so that a denied call is allowed, and nothing else.
//!
//! A denial is read from whatever was pasted; its cause, the layer and the place of the change are named. Changes of
//! growing width are generated and tried: one that does not help, or that also allows a neighbouring request, is
//! rejected with that request. What is proposed is proven by evaluation, as far as the policies are known.
//!
//! ```
//! use iam::fix::{Incident, Known, Outcome, fix};
//!
//! let text = "User: arn:aws:iam::111122223333:user/u is not authorized to perform: lambda:InvokeFunction on resource: \
//!   arn:aws:lambda:us-east-1:111122223333:function:f because no identity-based policy allows the lambda:InvokeFunction action";
//! let answer = fix(&Incident::read(text)?, &Known::default());
//! let Outcome::Proposal(proposal) = answer.outcome else { panic!("a proposal") };
//! assert!(proposal.document.to_compact_json().contains("function:f\""));
//! assert_eq!(proposal.newly_allowed, 0);
//! # Ok::<(), iam::fix::ReadError>(())
//! ```

mod candidate;
mod draft;
mod extend;
mod hopeless;
mod incident;
mod neighbours;
mod place;
mod propose;
mod room;
mod trial;

use crate::explain::{self, Advice, AdviceKind};
use crate::{Arn, Decision, Denial, DenialKind, Layer, Layers};

pub use candidate::Candidate;
pub use draft::{Draft, draft};
pub use extend::Extension;
pub use hopeless::Hopeless;
pub use incident::{Incident, ReadError};
pub use neighbours::Neighbour;
pub use place::{named_place, place};
pub use propose::{Proposal, Rejected, Rejection};
pub use room::Room;

/// The policies that are known.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The layers, as far as they are known.
    pub layers: Layers,
    /// Characters that the caller's inline policies take together; `None` if they are not known.
    pub inline_counted: Option<usize>,
    /// Whether there are no policies besides those.
    pub is_complete: bool,
    /// Layers of which everything is known, also where that is nothing.
    pub whole: Vec<Layer>,
    /// Layers of which there is more than is known.
    pub partial: Vec<Layer>,
}

impl Known {
    /// Whether policies of the layer are known, or that there are none.
    fn knows(&self, layer: Layer) -> bool {
        let layers = &self.layers;
        let is_given = match layer {
            Layer::Identity => !layers.identity.is_empty(),
            Layer::Resource => layers.resource.is_some(),
            Layer::Boundary => layers.boundary.is_some(),
            Layer::Session => layers.session.is_some(),
            Layer::Scp => layers.scp.is_some(),
            Layer::Rcp => !layers.rcp.is_empty(),
            Layer::Vpce => layers.vpce.is_some(),
        };
        is_given || self.whole.contains(&layer)
    }
}

/// What there is to say about a denial.
#[derive(Debug)]
pub struct Fix {
    /// The cause, in one sentence.
    pub cause: String,
    /// What to do.
    pub outcome: Outcome,
}

/// What to do about a denial.
#[derive(Debug)]
pub enum Outcome {
    /// No change of a policy helps.
    Hopeless(Hopeless),
    /// The denial does not say enough; these are missing.
    TooLittle(Vec<&'static str>),
    /// A statement denies: it has to give way, since no Allow outweighs it.
    Deny {
        /// The layer.
        layer: Layer,
        /// Where its policies are changed.
        place: String,
        /// The statements, where the policies are known.
        advice: Vec<Advice>,
    },
    /// The policies that are known allow the call.
    Allowed,
    /// A statement to add.
    Proposal(Box<Proposal>),
}

/// Says what to do about `incident`.
pub fn fix(incident: &Incident, known: &Known) -> Fix {
    if let Some(hopeless) = hopeless::hopeless(incident) {
        return Fix {
            cause: hopeless.cause().to_owned(),
            outcome: Outcome::Hopeless(hopeless),
        };
    }
    let missing = incident.missing();
    let (Some(request), []) = (incident.request(), missing.as_slice()) else {
        return Fix {
            cause: incident.cause(),
            outcome: Outcome::TooLittle(missing),
        };
    };
    let explanation = explain::explain(&known.layers, &request);
    let named = incident.denial.or_else(|| explanation.record.deciding());
    let layer = named.map_or(Layer::Identity, |denial| denial.layer);
    let is_explicit = named.is_some_and(|denial| denial.kind == DenialKind::Explicit)
        || explanation.record.decision == Decision::ExplicitDeny;
    let cause = incident.cause();
    let boundary = boundary(incident, known);
    if is_explicit {
        let denying = explanation
            .record
            .deciding()
            .filter(|denial| denial.kind == DenialKind::Explicit);
        let layer = denying.map_or(layer, |denial| denial.layer);
        let advice = if denying.is_some() {
            explanation.advice
        } else {
            Vec::new()
        };
        return Fix {
            cause,
            outcome: Outcome::Deny {
                layer,
                place: named_place(layer, &request, boundary),
                advice,
            },
        };
    }
    let is_allowed = explanation.record.decision == Decision::Allowed;
    let outcome = if is_allowed
        && incident
            .denial
            .is_none_or(|denial| known.knows(denial.layer))
    {
        Outcome::Allowed
    } else {
        let advice = explanation.advice.into_iter();
        let near = advice
            .filter(|advice| advice.kind == AdviceKind::Near)
            .map(|advice| advice.text);
        let place = named_place(layer, &request, boundary);
        propose::propose(&request, layer, place, known, near.collect())
    };
    Fix { cause, outcome }
}

/// The policy that is the caller's boundary: the one that the denial names, or that is known.
fn boundary<'a>(incident: &'a Incident, known: &'a Known) -> Option<&'a Arn> {
    let is_boundary = |denial: Denial| denial.layer == Layer::Boundary;
    let told = incident.policy.as_ref();
    told.filter(|_| incident.denial.is_some_and(is_boundary))
        .or_else(|| known.layers.boundary.as_ref()?.arn())
}
