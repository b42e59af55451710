//! What would have to change.

use super::{Answer, PartName, PolicyView, StatementView};
use crate::policy::Effect;
use crate::{DenialKind, Layer, Record, Request};

/// A change that the decision waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The layer to change.
    pub layer: Layer,
    /// What kind of change it is.
    pub kind: AdviceKind,
    /// What to change, in words.
    pub text: String,
}

/// Kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdviceKind {
    /// A statement that denies has to give way.
    Release,
    /// A statement that is there would allow, but for one part.
    Near,
    /// A statement has to be added.
    Add,
}

/// The most statements that nearly apply which are told of each layer.
const MOST_NEAR: usize = 3;

pub(super) fn advice(record: &Record, policies: &[PolicyView], request: &Request) -> Vec<Advice> {
    let mut advice = Vec::new();
    for denial in &record.denied_by {
        let of_layer = policies.iter().filter(|view| view.layer == denial.layer);
        let (kind, told): (AdviceKind, Vec<String>) = match denial.kind {
            DenialKind::Explicit => (AdviceKind::Release, of_layer.flat_map(release).collect()),
            DenialKind::Implicit => (
                AdviceKind::Near,
                of_layer.flat_map(near).take(MOST_NEAR).collect(),
            ),
        };
        let of_kind = |kind: AdviceKind| {
            move |text: String| Advice {
                layer: denial.layer,
                kind,
                text,
            }
        };
        advice.extend(told.into_iter().map(of_kind(kind)));
        if denial.kind == DenialKind::Implicit {
            let text = format!(
                "a statement in {} that allows {} on {}",
                layer_words(denial.layer),
                request.action,
                request.resource
            );
            advice.push(of_kind(AdviceKind::Add)(text));
        }
    }
    advice
}

/// The layer in words.
pub(crate) fn layer_words(layer: Layer) -> &'static str {
    match layer {
        Layer::Rcp => "a resource control policy of every level",
        Layer::Scp => "a service control policy of every level",
        Layer::Vpce => "the VPC endpoint's policy",
        Layer::Resource => "the resource's policy",
        Layer::Identity => "an identity policy of the caller",
        Layer::Boundary => "the permissions boundary",
        Layer::Session => "the session policy",
    }
}

fn named(view: &PolicyView, statement: &StatementView) -> String {
    let sid = view
        .statement(statement)
        .sid
        .as_ref()
        .map(|sid| format!(" ({})", sid.value));
    format!(
        "statement {}{} of `{}`",
        statement.index,
        sid.unwrap_or_default(),
        view.policy.name()
    )
}

/// What releases from each denying statement.
fn release(view: &PolicyView) -> Vec<String> {
    let denies = |statement: &&StatementView| {
        statement.applies && view.statement(statement).effect == Effect::Deny
    };
    let told = |statement: &StatementView| {
        let conditions: Vec<&str> = statement
            .parts
            .iter()
            .filter(|part| matches!(part.name, PartName::Condition(_)))
            .map(|part| part.why.as_str())
            .collect();
        let name = named(view, statement);
        if conditions.is_empty() {
            format!("{name} must not deny this: no Allow outweighs it")
        } else {
            format!(
                "{name} must not deny this, or the request must not meet its conditions: {}",
                conditions.join("; ")
            )
        }
    };
    view.statements.iter().filter(denies).map(told).collect()
}

/// Allowing statements that fail in one part alone.
fn near(view: &PolicyView) -> Vec<String> {
    let told = |statement: &StatementView| {
        let allows = view.statement(statement).effect == Effect::Allow;
        let mut unmet = statement
            .parts
            .iter()
            .filter(|part| part.answer != Answer::Yes);
        match (unmet.next(), unmet.next()) {
            (Some(part), None) if allows && part.name != PartName::Action => Some(format!(
                "{} would allow it, but {}",
                named(view, statement),
                part.why
            )),
            _ => None,
        }
    };
    view.statements.iter().filter_map(told).collect()
}
