//! `framewright policies fix --apply`.

use deploy::permissions::check::Principal;
use deploy::permissions::grant::{Granted, Inline, policy_name};
use deploy::simulate::{Answer, Question, simulate};
use iam::CallerKind;
use iam::fix::{Incident, Proposal};
use serde_json::{Value, json};

use super::{PoliciesError, account};
use crate::args::Place;
use crate::error::CliError;
use crate::show::Shown;
use crate::target::Target;

/// Adds what is proposed to an inline policy of the principal, and asks whether the call is allowed now.
pub(super) async fn apply(
    place: &Place,
    incident: &Incident,
    proposal: &Proposal,
    into: Option<&str>,
    shown: &Shown,
) -> Result<(), CliError> {
    let target = Target::open(place, shown).await?;
    let applied = applied(&target, incident, proposal, into).await;
    target.finish().await;
    let (granted, answer) = applied?;
    shown.result(&text(&granted, answer), &object(&granted, answer));
    if answer == Answer::Denied {
        return Err(PoliciesError::StillDenied.into());
    }
    Ok(())
}

async fn applied(
    target: &Target,
    incident: &Incident,
    proposal: &Proposal,
    into: Option<&str>,
) -> Result<(Granted, Answer), CliError> {
    // A session has the policies of its role.
    let holder = incident
        .caller
        .as_ref()
        .and_then(|caller| match caller.kind() {
            CallerKind::RoleSession { role, .. } => Some(role),
            _ => caller.arn(),
        });
    let (Some(holder), Some(action), Some(resource)) =
        (holder, &incident.action, &incident.resource)
    else {
        return Err(PoliciesError::NobodyToGive.into());
    };
    if proposal.layer != iam::Layer::Identity {
        return Err(PoliciesError::NoIdentityPolicy(proposal.place.clone()).into());
    }
    if let Some(caller) = &incident.caller {
        account::same_account(target, caller).await?;
    }
    let principal = Principal::parse(holder.as_str()).map_err(PoliciesError::Holder)?;
    let document: Value = serde_json::from_str(&proposal.document.to_compact_json())
        .map_err(PoliciesError::Proposal)?;
    let inline = Inline::of(target.config(), principal);
    let name = policy_name(action.as_str());
    let granted = inline
        .add(&document, into, &name)
        .await
        .map_err(PoliciesError::Grant)?;
    let question = Question {
        principal: holder.as_str(),
        action: action.as_str(),
        resource: resource.as_str(),
        through: proposal.through.as_deref(),
    };
    let answer = match simulate(target.config(), &question).await? {
        // The key's own policy takes part, which a simulation does not know.
        Answer::Denied if action.service() == "kms" => Answer::Unknown,
        answer => answer,
    };
    Ok((granted, answer))
}

fn text(granted: &Granted, answer: Answer) -> String {
    let how = if granted.is_extended {
        "extended"
    } else {
        "made"
    };
    let now = match answer {
        Answer::Allowed => "the call is allowed now",
        Answer::Denied => "the call is still denied: another layer stands against it",
        Answer::Unknown => {
            "whether the call is allowed now cannot be told: simulating it is not permitted, or a key's own policy takes part"
        }
    };
    format!(
        "{how}: inline policy {} ({} of {} characters taken)\n{now}",
        granted.policy, granted.taken, granted.limit
    )
}

fn object(granted: &Granted, answer: Answer) -> Value {
    json!({
        "outcome": "applied",
        "policy": granted.policy,
        "isExtended": granted.is_extended,
        "taken": granted.taken,
        "limit": granted.limit,
        "isAllowed": match answer {
            Answer::Allowed => Some(true),
            Answer::Denied => Some(false),
            Answer::Unknown => None,
        },
    })
}
