//! `framewright policies fix --json`: what is said about a denial, for programs.

use iam::Layer;
use iam::fix::{Draft, Fix as Answer, Outcome, Proposal, Rejected, Rejection};
use serde_json::{Value, json};

/// The same as an object for programs.
pub(super) fn object(answer: &Answer, open: Option<&Draft>) -> Value {
    let mut object = match &answer.outcome {
        Outcome::Hopeless(hopeless) => {
            json!({ "outcome": "noPolicyHelps", "remedy": hopeless.remedy() })
        }
        Outcome::TooLittle(missing) => json!({
            "outcome": "tooLittle",
            "missing": missing,
            "draft": open.map(|draft| json!({
                "layer": draft.layer.as_str(),
                "place": draft.place,
                "text": draft.text,
                "placeholder": draft.placeholder,
            })),
        }),
        Outcome::Deny {
            layer,
            place,
            advice,
        } => json!({
            "outcome": "deny",
            "layer": layer.as_str(),
            "place": place,
            "statements": advice.iter().map(|advice| &advice.text).collect::<Vec<_>>(),
        }),
        Outcome::Allowed => json!({ "outcome": "allowed" }),
        Outcome::Proposal(proposal) => proposal_object(proposal),
    };
    object["cause"] = answer.cause.as_str().into();
    object
}

fn proposal_object(proposal: &Proposal) -> Value {
    let document: Value = serde_json::from_str(&proposal.document.to_json()).unwrap_or_default();
    let rejected = |rejected: &Rejected| {
        let (why, witness) = match &rejected.why {
            Rejection::DoesNotHelp => ("doesNotHelp", None),
            Rejection::AlsoAllows(neighbour) => ("alsoAllows", Some(neighbour)),
            Rejection::Longer => ("wider", None),
            Rejection::Invalid => ("invalid", None),
        };
        json!({
            "idea": rejected.candidate.idea,
            "actions": rejected.candidate.actions,
            "resources": rejected.candidate.resources,
            "principal": rejected.candidate.principal,
            "through": rejected.candidate.through,
            "why": why,
            "witness": witness.map(|neighbour| json!({
                "what": neighbour.what,
                "principal": neighbour.request.caller.as_str(),
                "action": neighbour.request.action.as_str(),
                "resource": neighbour.request.resource.as_str(),
            })),
        })
    };
    json!({
        "outcome": "proposal",
        "layer": proposal.layer.as_str(),
        "place": proposal.place,
        "document": document,
        "size": {
            "home": proposal.room.home.as_str(),
            "takes": proposal.room.takes,
            "taken": proposal.room.taken,
            "limit": proposal.room.limit,
            "left": proposal.room.left(),
        },
        "extends": proposal.extends.as_ref().map(|extension| json!({
            "policy": extension.policy,
            "statement": extension.statement,
            "sid": extension.sid,
            "element": extension.element,
            "entries": extension.entries,
            "takes": extension.room.takes,
            "left": extension.room.left(),
            "document": serde_json::from_str::<Value>(&extension.document.to_json()).unwrap_or_default(),
        })),
        "proof": {
            "before": proposal.before.as_str(),
            "after": proposal.after.as_str(),
            "neighbours": proposal.neighbours,
            "newlyAllowed": proposal.newly_allowed,
            "unknownLayers": proposal.unknown.iter().map(|layer: &Layer| layer.as_str()).collect::<Vec<_>>(),
            "isProven": proposal.is_proven(),
        },
        "near": proposal.near,
        "rejected": proposal.rejected.iter().map(rejected).collect::<Vec<_>>(),
        "alsoNeeded": proposal.also_needed.iter()
            .map(|one| json!({ "action": one.action, "when": one.when }))
            .collect::<Vec<_>>(),
        "alternatives": proposal.alternatives,
    })
}
