//! What the policies that could be read decide, and what they say that nobody meant.

use iam::lint::{Home, Rule, lint};
use iam::{Action, Context, Decision, Layer, Layers, Request, evaluate};

use super::{Finding, Mark, Principal};
use crate::calls::{Question, Scope};
use crate::principal::Held;

/// Why a call is denied that a policy allows.
pub(super) const BOUNDARY: &str = "the permissions boundary does not allow it";

/// Whether the policies of `principal` allow what is asked.
pub(super) fn decide(
    held: &Held,
    principal: &Principal,
    question: &Question,
    scope: &Scope,
) -> (Mark, Option<String>) {
    let not_checked = |why: &str| (Mark::NotChecked, Some(why.to_owned()));
    if question.action.starts_with("kms:") {
        return not_checked("the key's own policy takes part, and is not read");
    }
    let Some(request) = request(principal, question, scope) else {
        return not_checked("the question is no request");
    };
    let layers = Layers {
        identity: held.identity(),
        boundary: held.boundary.clone(),
        ..Layers::default()
    };
    let record = evaluate(&layers, &request);
    let allowed = record.decision.is_allowed();
    let why = match record.deciding().map(|denial| denial.layer) {
        Some(Layer::Boundary) => BOUNDARY,
        _ if record.decision == Decision::ExplicitDeny => "a statement denies it",
        _ => "no policy allows it",
    };
    let mut unread: Vec<&str> = held
        .unread
        .iter()
        .chain(&held.unread_boundary)
        .map(|unread| unread.what.as_str())
        .collect();
    unread.dedup();
    match (allowed, unread.is_empty()) {
        (true, true) => (Mark::Good, None),
        (false, true) => (Mark::Bad, Some(why.to_owned())),
        (_, false) => not_checked(&format!("could not read {}", unread.join(", "))),
    }
}

fn request(principal: &Principal, question: &Question, scope: &Scope) -> Option<Request> {
    let mut context = Context::new();
    for (key, value) in &question.context {
        context = context.with(key, value);
    }
    if let Principal::User(_) = principal {
        context = context.with("aws:username", principal.name());
    }
    Some(Request {
        caller: principal.caller(scope)?,
        action: Action::parse(question.action).ok()?,
        resource: question.resource.parse().ok()?,
        resource_account: scope.account.parse().ok()?,
        context,
    })
}

/// What was to be looked through and could not be read. Simulation decides without it, but nobody knows what it says.
pub(super) fn unread(held: &Held) -> Vec<Finding> {
    let mut told: Vec<&str> = Vec::new();
    let unread = held.unread.iter().chain(&held.unread_boundary);
    let unread = unread.filter(|unread| {
        let is_new = !told.contains(&unread.what.as_str());
        told.push(&unread.what);
        is_new
    });
    unread
        .map(|unread| Finding {
            what: unread.what.clone(),
            mark: Mark::NotChecked,
            reason: Some(format!("it could not be read: {}", unread.why)),
            fix: None,
            row: None,
            without: None,
        })
        .collect()
}

/// Text that somebody meant to replace.
pub(super) fn placeholders(held: &Held) -> Vec<Finding> {
    let mut findings = Vec::new();
    for policy in held.identity() {
        let left = lint(policy.document(), Home::Managed).findings.into_iter();
        let placeholders = left.filter(|one| one.rule == Rule::Placeholder);
        findings.extend(placeholders.map(|one| Finding {
            what: format!("policy {}", policy.name()),
            mark: Mark::Bad,
            reason: Some(one.message),
            fix: Some("write the name that is meant".to_owned()),
            row: None,
            without: None,
        }));
    }
    findings
}

/// That there is nobody to be asked about.
pub(super) fn missing(principal: &Principal, scope: &Scope) -> Finding {
    Finding {
        what: principal.arn(scope),
        mark: Mark::Bad,
        reason: Some("it does not exist".to_owned()),
        fix: Some("framewright permissions setup makes what it is told".to_owned()),
        row: None,
        without: None,
    }
}

/// Whether a boundary limits the principal.
pub(super) fn boundary(held: &Held) -> Option<Finding> {
    let boundary = held.boundary.as_ref()?;
    let reason = "whatever it does not allow is denied, and the rows above heed it";
    Some(Finding {
        what: format!("permissions boundary {}", boundary.name()),
        mark: Mark::Good,
        reason: Some(reason.to_owned()),
        fix: None,
        row: None,
        without: None,
    })
}
