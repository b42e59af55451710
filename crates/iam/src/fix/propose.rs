//! Choosing the smallest statement, and showing that it is.

use super::candidate::{Candidate, candidates, through};
use super::extend::{Extension, extension};
use super::neighbours::{Neighbour, neighbours};
use super::place::holder;
use super::room::Room;
use super::trial::{Trial, is_trust, kind};
use super::{Known, Outcome};
use crate::catalog::{Dependent, dependents};
use crate::policy::Document;
use crate::{Decision, Layer, Layers, Request};

/// A statement to add, and what shows that it is enough and not too much.
#[derive(Debug)]
pub struct Proposal {
    /// The layer to change.
    pub layer: Layer,
    /// Where its policies are changed.
    pub place: String,
    /// The service through which the call uses a key, where it is one: `kms:ViaService` of the request.
    pub through: Option<String>,
    /// A document with the statement alone.
    pub document: Document,
    /// Whether it fits.
    pub room: Room,
    /// A statement that is there and says the same with an entry more, where that takes fewer characters.
    pub extends: Option<Extension>,
    /// What is decided without it.
    pub before: Decision,
    /// What is decided with it.
    pub after: Decision,
    /// How many neighbouring requests were tried.
    pub neighbours: usize,
    /// How many of them are newly allowed: none.
    pub newly_allowed: usize,
    /// Layers of which nothing is known: any of them may still deny.
    pub unknown: Vec<Layer>,
    /// Wider statements, each with what speaks against it.
    pub rejected: Vec<Rejected>,
    /// Statements that nearly allow the call already, and why they do not.
    pub near: Vec<String>,
    /// What calls with this action can need besides, which the message does not tell.
    pub also_needed: Vec<Dependent>,
    /// Other ways, in words.
    pub alternatives: Vec<String>,
}

impl Proposal {
    /// Whether the call is certainly allowed afterwards.
    pub fn is_proven(&self) -> bool {
        self.after == Decision::Allowed && self.newly_allowed == 0 && self.unknown.is_empty()
    }
}

/// A statement that is not proposed.
#[derive(Debug)]
pub struct Rejected {
    /// The statement.
    pub candidate: Candidate,
    /// Why not.
    pub why: Rejection,
}

/// Why a statement is not proposed.
#[derive(Debug)]
pub enum Rejection {
    /// The call is denied with it, too.
    DoesNotHelp,
    /// It also allows this request.
    AlsoAllows(Box<Neighbour>),
    /// It says nothing that the proposed one does not, in more characters.
    Longer,
    /// The grammar does not take it.
    Invalid,
}

enum Tried {
    Good {
        document: Document,
        before: Decision,
        after: Decision,
    },
    Bad(Rejection),
}

pub(super) fn propose(
    request: &Request,
    layer: Layer,
    place: String,
    known: &Known,
    near: Vec<String>,
) -> Outcome {
    let beside = neighbours(request, layer);
    let mut chosen: Option<(Document, Decision, Decision)> = None;
    let mut rejected = Vec::new();
    for candidate in candidates(request, layer) {
        let why = match attempt(&candidate, request, layer, &known.layers, &beside) {
            Tried::Good {
                document,
                before,
                after,
            } if chosen.is_none() => {
                chosen = Some((document, before, after));
                continue;
            }
            Tried::Good { .. } => Rejection::Longer,
            Tried::Bad(why) => why,
        };
        rejected.push(Rejected { candidate, why });
    }
    let Some((document, before, after)) = chosen else {
        return Outcome::TooLittle(vec![
            "a statement that helps: the layers that are known do not decide this alone",
        ]);
    };
    let room = Room::of(layer, request, &document, known.inline_counted);
    let extends = extension(
        request,
        layer,
        &known.layers,
        &document,
        &room,
        known.inline_counted,
    );
    Outcome::Proposal(Box::new(Proposal {
        layer,
        place,
        through: through(request),
        room,
        extends,
        document,
        before,
        after,
        neighbours: beside.len(),
        newly_allowed: 0,
        unknown: unknown(known),
        rejected,
        near,
        also_needed: dependents(request.action.as_str()),
        alternatives: alternatives(request, layer),
    }))
}

fn attempt(
    candidate: &Candidate,
    request: &Request,
    layer: Layer,
    layers: &Layers,
    beside: &[Neighbour],
) -> Tried {
    let statement = candidate.statement(layer, is_trust(request));
    let kind = kind(layer, request);
    let Ok(trial) = Trial::of(layers, layer, &statement, request) else {
        return Tried::Bad(Rejection::Invalid);
    };
    let (before, after) = trial.decide(request);
    if after != Decision::Allowed {
        return Tried::Bad(Rejection::DoesNotHelp);
    }
    let newly = beside.iter().find(|neighbour| {
        let (before, after) = trial.decide(&neighbour.request);
        !before.is_allowed() && after.is_allowed()
    });
    if let Some(witness) = newly {
        return Tried::Bad(Rejection::AlsoAllows(Box::new(witness.clone())));
    }
    match Document::parse(&candidate.document(layer, is_trust(request)), kind) {
        Ok(document) => Tried::Good {
            document,
            before,
            after,
        },
        Err(_) => Tried::Bad(Rejection::Invalid),
    }
}

/// The layers that may deny and of which nothing is known.
fn unknown(known: &Known) -> Vec<Layer> {
    if known.is_complete {
        return Vec::new();
    }
    let is_unknown = |layer: &Layer| !known.knows(*layer) || known.partial.contains(layer);
    Layer::ALL.into_iter().filter(is_unknown).collect()
}

fn alternatives(request: &Request, layer: Layer) -> Vec<String> {
    let mut found = Vec::new();
    let is_same_account = request.is_same_account();
    if layer == Layer::Identity && is_same_account && request.action.service() == "lambda" {
        found.push(format!(
            "where {} cannot be changed: `lambda:AddPermission` on the function with the caller as principal",
            holder(request)
        ));
    }
    if layer == Layer::Identity
        && is_same_account
        && request.action.service() == "s3"
        && request.resource.arn().is_some()
    {
        found.push(format!(
            "where {} cannot be changed: a statement in the bucket policy that names the caller",
            holder(request)
        ));
    }
    found
}
