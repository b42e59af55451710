//! `framewright policies fix`.

use std::path::Path;
use std::process::ExitCode;

use deploy::principal::Held;
use iam::fix::{
    Draft, Extension, Fix as Answer, Incident, Known, Outcome, Proposal, Rejected, Rejection, Room,
    draft, fix,
};
use iam::{Action, Caller, Resource, catalog};

use super::fix_object::object;
use super::input::Input;
use super::layers::layers;
use super::{PoliciesError, account};
use crate::args::Fix;
use crate::denial::how_to_find;
use crate::error::CliError;
use crate::show::Shown;

/// Reads a denial and says what to do. Exit code 1 if nothing is proposed.
pub(super) async fn run(args: &Fix) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let (incident, answer) = answered(args, &shown).await?;
    let open = draft(&incident, None);
    shown.result(
        &text(&incident, &answer, open.as_ref()),
        &object(&answer, open.as_ref()),
    );
    match &answer.outcome {
        Outcome::Proposal(proposal) if args.apply => {
            let into = args.into.as_deref();
            super::apply::apply(&args.account.place, &incident, proposal, into, &shown).await?;
        }
        Outcome::TooLittle(_) if args.apply => return Err(PoliciesError::NobodyToGive.into()),
        _ => {}
    }
    let helps = matches!(answer.outcome, Outcome::Proposal(_) | Outcome::Allowed);
    Ok(if helps {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn answered(args: &Fix, shown: &Shown) -> Result<(Incident, Answer), CliError> {
    let told = if args.from_cloudtrail {
        let event = args.event.as_deref();
        Box::pin(super::denials::chosen(&args.account.place, event, shown)).await?
    } else {
        denial(&args.denial)?
    };
    let mut incident = Incident::read(&told).map_err(PoliciesError::Denial)?;
    if let Some(principal) = &args.principal {
        incident =
            incident.with_caller(Caller::parse(principal).map_err(PoliciesError::Principal)?);
    }
    if let Some(resource) = &args.resource {
        let resource: Resource = resource.parse().map_err(PoliciesError::Resource)?;
        is_about(incident.action.as_ref(), &resource)?;
        incident = incident.with_resource(resource);
    }
    let (layers, inline_counted) =
        layers(&args.policies, None, shown).map_err(PoliciesError::Input)?;
    let mut known = Known {
        layers,
        inline_counted,
        is_complete: args.policies.complete,
        ..Known::default()
    };
    if args.account.from_target {
        let caller = incident.caller.as_ref();
        let caller = caller.ok_or(PoliciesError::NoPrincipal)?;
        learn(
            &mut known,
            &account::held(&args.account.place, caller, shown).await?,
        );
    }
    let answer = fix(&incident, &known);
    Ok((incident, answer))
}

/// Refuses an ARN that requests for the action never name.
fn is_about(action: Option<&Action>, resource: &Resource) -> Result<(), PoliciesError> {
    let known = action.and_then(|action| catalog::action(action.as_str()));
    match (known, resource.arn()) {
        (Some(known), Some(arn)) if !known.applies_to(resource) => Err(PoliciesError::OtherKind {
            action: known.to_string(),
            resource: arn.to_string(),
        }),
        _ => Ok(()),
    }
}

/// Adds what the account knows to what is known from files.
fn learn(known: &mut Known, held: &Held) {
    account::add(&mut known.layers, held);
    for (layer, is_whole) in account::read_layers(held) {
        let list = if is_whole {
            &mut known.whole
        } else {
            &mut known.partial
        };
        list.push(layer);
    }
    if held.unread.is_empty() {
        let counted = held.inline.iter();
        let counted = counted.map(|policy| policy.document().counted_characters());
        known.inline_counted = Some(known.inline_counted.unwrap_or(0) + counted.sum::<usize>());
    }
}

/// The denial: from standard input, a file, or the argument itself.
fn denial(argument: &str) -> Result<String, PoliciesError> {
    if argument == "-" || Path::new(argument).is_file() {
        return Ok(Input::read(argument)?.text);
    }
    Ok(argument.to_owned())
}

fn text(incident: &Incident, answer: &Answer, open: Option<&Draft>) -> String {
    let mut lines = vec![answer.cause.clone()];
    match &answer.outcome {
        Outcome::Hopeless(hopeless) => {
            lines.push(format!("No change of a policy helps. Instead: {}.", hopeless.remedy()));
        }
        Outcome::TooLittle(missing) => {
            lines.push(format!("Nothing can be proposed: missing is {}.", missing.join(", ")));
            lines.push("--principal and --resource say what the message does not.".to_owned());
            if let Some(draft) = open {
                drafted(incident, draft, &mut lines);
            }
        }
        Outcome::Deny { place, advice, .. } => {
            lines.push("No Allow outweighs a Deny: the statement that denies has to give way.".to_owned());
            lines.push(format!("where: {place}"));
            lines.extend(advice.iter().map(|advice| format!("  {}", advice.text)));
            if advice.is_empty() {
                lines.push("  the policy was not given: --policy, --boundary, --scp … show which statement".to_owned());
            }
        }
        Outcome::Allowed => lines.push(
            "The policies that were given allow the call: they are not (yet) those of the caller, or another layer denies."
                .to_owned(),
        ),
        Outcome::Proposal(proposal) => proposed(proposal, &mut lines),
    }
    lines.join("\n")
}

/// The statement as far as the denial tells it.
fn drafted(incident: &Incident, draft: &Draft, lines: &mut Vec<String>) {
    lines.push(how_to_find(incident));
    lines.push(format!("where: {}", draft.place));
    lines.push(format!(
        "add, with the ARN in place of {}:",
        draft.placeholder
    ));
    lines.push(format!("  {}", draft.text));
}

fn proposed(proposal: &Proposal, lines: &mut Vec<String>) {
    lines.push(format!("where: {}", proposal.place));
    lines.push("add:".to_owned());
    lines.extend(
        proposal
            .document
            .to_json()
            .lines()
            .map(|line| format!("  {line}")),
    );
    lines.push(room(&proposal.room));
    lines.extend(proposal.extends.iter().map(extends));
    lines.push(format!(
        "proof: {} before, {} after; {} of {} neighbouring requests are newly allowed",
        proposal.before.as_str(),
        proposal.after.as_str(),
        proposal.newly_allowed,
        proposal.neighbours
    ));
    if !proposal.unknown.is_empty() {
        let unknown: Vec<&str> = proposal
            .unknown
            .iter()
            .map(|layer| layer.as_str())
            .collect();
        lines.push(format!(
            "not known, and any of them may still deny: {} (AWS names one layer at a time; --policy and the options beside it tell, --complete says there is no more)",
            unknown.join(", ")
        ));
    }
    if !proposal.near.is_empty() {
        lines.push("already there:".to_owned());
        lines.extend(proposal.near.iter().map(|near| format!("  {near}")));
    }
    lines.push("not proposed:".to_owned());
    lines.extend(proposal.rejected.iter().map(rejected));
    for dependent in &proposal.also_needed {
        lines.push(format!(
            "the call can also need {} where {}",
            dependent.action, dependent.when
        ));
    }
    lines.extend(
        proposal
            .alternatives
            .iter()
            .map(|alternative| format!("or: {alternative}")),
    );
}

/// The same in a statement that is there.
fn extends(extension: &Extension) -> String {
    let sid = extension.sid.as_ref();
    let sid = sid.map(|sid| format!(" (`{sid}`)")).unwrap_or_default();
    format!(
        "shorter: add {} to the {} of statement {}{sid} of `{}`, which means the same in {} characters",
        extension.entries.join(", "),
        extension.element,
        extension.statement,
        extension.policy,
        extension.room.takes
    )
}

fn room(room: &Room) -> String {
    let full = if room.is_full_inline {
        "inline there is no room left; "
    } else {
        ""
    };
    match (room.taken, room.limit, room.left()) {
        (Some(_), Some(limit), Some(left)) => format!(
            "size: {full}{} characters, {left} of {limit} remain for {}",
            room.takes,
            room.home.holder()
        ),
        (_, Some(limit), _) => format!(
            "size: {full}{} characters, of {limit} for {}: remaining unknown",
            room.takes,
            room.home.holder()
        ),
        _ => format!("size: {} characters", room.takes),
    }
}

fn rejected(rejected: &Rejected) -> String {
    let candidate = &rejected.candidate;
    let why = match &rejected.why {
        Rejection::DoesNotHelp => "the call stays denied".to_owned(),
        Rejection::AlsoAllows(neighbour) => format!(
            "also allows {}: {} on {} for {}",
            neighbour.what,
            neighbour.request.action,
            neighbour.request.resource,
            neighbour.request.caller.as_str()
        ),
        Rejection::Longer => {
            "allows no more than the proposal among what was tried, and is wider".to_owned()
        }
        Rejection::Invalid => "is no valid statement here".to_owned(),
    };
    format!(
        "  {} ({} on {}): {why}",
        candidate.idea,
        candidate.actions.join(", "),
        candidate.resources.join(", ")
    )
}
