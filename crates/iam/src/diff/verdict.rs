//! Which requests, and which API calls, are decided differently.

use std::collections::HashMap;

use crate::calls::{Call, Need, When, calls};
use crate::catalog::when;
use crate::meaning::Bench;
use crate::{Decision, Request};

/// A request that two documents decide differently.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The request.
    pub request: Request,
    /// What the first document decides.
    pub before: Decision,
    /// What the second does.
    pub after: Decision,
    /// The API calls that change because of it.
    pub calls: Vec<AffectedCall>,
}

/// An API call that can be made under one document and not under the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AffectedCall {
    /// Prefix of the service's actions.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// When the call is affected, as it follows "where"; `None` if always.
    pub when: Option<&'static str>,
    /// Whether the action is decided otherwise on some resources alone.
    pub is_partial: bool,
}

/// The requests that are decided differently: one for each action and kind of change.
pub(super) fn verdicts(requests: &[Request], (before, after): &(Bench, Bench)) -> Vec<Verdict> {
    let decided: Vec<(&Request, Decision, Decision)> = requests
        .iter()
        .map(|request| (request, before.decide(request), after.decide(request)))
        .collect();
    let mut allowed = HashMap::new();
    for (request, old, new) in &decided {
        let entry: &mut (bool, bool) = allowed
            .entry(request.action.lower().to_owned())
            .or_default();
        entry.0 |= old.is_allowed();
        entry.1 |= new.is_allowed();
    }
    let mut found: Vec<Verdict> = Vec::new();
    for (request, old, new) in decided.into_iter().filter(|(_, old, new)| old != new) {
        let is_shown = |verdict: &&Verdict| {
            verdict.request.action == request.action
                && (verdict.before, verdict.after) == (old, new)
        };
        if found.iter().any(|verdict| is_shown(&verdict)) {
            continue;
        }
        let changes_access = old.is_allowed() != new.is_allowed();
        let sides = |action: &str| allowed.get(action).copied().unwrap_or_default();
        let side = |action: &str| {
            let (old_allows, new_allows) = sides(action);
            if old.is_allowed() {
                old_allows
            } else {
                new_allows
            }
        };
        let (old_allows, new_allows) = sides(request.action.lower());
        let is_partial = if old.is_allowed() {
            new_allows
        } else {
            old_allows
        };
        found.push(Verdict {
            request: request.clone(),
            before: old,
            after: new,
            calls: if changes_access {
                affected(request, is_partial, side)
            } else {
                Vec::new()
            },
        });
    }
    found
}

/// The calls that need the request's action, and whose other needs are met where the action is allowed.
fn affected(
    request: &Request,
    is_partial: bool,
    is_allowed: impl Fn(&str) -> bool,
) -> Vec<AffectedCall> {
    let mut found = Vec::new();
    for call in calls() {
        let needs = call
            .needs
            .iter()
            .filter(|need| request.action.is(need.action));
        for need in needs {
            if is_met_besides(call, need, &is_allowed) {
                found.push(AffectedCall {
                    service: call.service,
                    operation: call.operation,
                    when: (need.when != When::Always).then(|| when(need.when)),
                    is_partial,
                });
            }
        }
    }
    found
}

fn is_met_besides(call: &Call, need: &Need, is_allowed: impl Fn(&str) -> bool) -> bool {
    call.needs_under(&[need.when])
        .filter(|other| other.action != need.action)
        .all(|other| is_allowed(&other.action.to_ascii_lowercase()))
}
