//! What shows that a derived policy is enough, and no statement too much.

use std::sync::Arc;

use super::account;
use crate::cover::SAMPLE_ACCOUNT;
use crate::policy::{Document, Kind};
use crate::trace::Recorded;
use crate::{Action, Caller, Layers, Policy, Request, Resource, decide, evaluate};

/// What fails without one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The statement, from 0.
    pub statement: usize,
    /// The calls, as places among the derived ones.
    pub fails: Vec<usize>,
}

/// The request of a recorded decision. A principal that the record lacks is some user of the account.
pub(super) fn request(recorded: &Recorded) -> Option<Request> {
    let account = account(recorded).unwrap_or_else(|| SAMPLE_ACCOUNT.to_owned());
    let some_user = || Caller::parse(&format!("arn:aws:iam::{account}:user/recorded"));
    let named = recorded.principal.as_deref().map(Caller::parse);
    let caller = match named {
        // Root needs no policy, services and strangers have none.
        Some(Ok(caller)) if caller.account().is_some() && !recorded_root(&caller) => caller,
        _ => some_user().ok()?,
    };
    let resource: Resource = recorded.resource.parse().ok()?;
    let owner = crate::trace::account_of(&caller, &resource)?;
    Some(Request {
        caller,
        action: Action::parse(&recorded.action).ok()?,
        resource,
        resource_account: owner,
        context: recorded.context.clone(),
    })
}

fn recorded_root(caller: &Caller) -> bool {
    matches!(caller.kind(), crate::CallerKind::Root(_))
}

/// The places of the requests that the policy does not allow.
pub(super) fn failing(document: &Document, requests: &[Option<Request>]) -> Vec<usize> {
    let policy = Policy::inline("derived", document.clone());
    let fails = |request: &Option<Request>| {
        request
            .as_ref()
            .is_none_or(|request| !is_allowed(&policy, request))
    };
    places(requests, fails)
}

/// Policies with more statements are not tried without each: none that AWS takes has so many.
pub(super) const MOST_STATEMENTS: usize = 1_000;

/// Leaves out statements that no recorded call needs, because others allow all that they do.
pub(super) fn needed(document: &Document, requests: &[Option<Request>]) -> Option<Document> {
    let matching = matching(document, requests);
    let count = document.statements().len();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut allowing: Vec<usize> = Vec::with_capacity(matching.len());
    for (place, statements) in matching.iter().enumerate() {
        allowing.push(statements.len());
        statements
            .iter()
            .for_each(|statement| users[*statement].push(place));
    }
    let mut is_kept = vec![true; count];
    for statement in (0..count).rev() {
        if users[statement].iter().all(|place| allowing[*place] > 1) {
            is_kept[statement] = false;
            users[statement]
                .iter()
                .for_each(|place| allowing[*place] -= 1);
        }
    }
    if is_kept.iter().all(|kept| *kept) {
        return None;
    }
    let kept = document.statements().iter().zip(is_kept);
    let kept = kept.filter(|(_, is_kept)| *is_kept);
    document
        .with_statements(kept.map(|(statement, _)| statement.clone()).collect())
        .ok()
}

/// For each statement what fails without it: the calls that no other allows are decided again.
///
/// Every statement allows, so that without one nothing can fail that another allows. Empty for a document of more than
/// [`MOST_STATEMENTS`].
pub(super) fn removals(document: &Document, requests: &[Option<Request>]) -> Vec<Removal> {
    let statements = document.statements();
    if statements.len() > MOST_STATEMENTS {
        return Vec::new();
    }
    let mut relying: Vec<Vec<usize>> = vec![Vec::new(); statements.len()];
    for (place, matching) in matching(document, requests).iter().enumerate() {
        if let [only] = matching.as_slice() {
            relying[*only].push(place);
        }
    }
    let without = |(statement, mut fails): (usize, Vec<usize>)| {
        let mut rest = statements.to_vec();
        rest.remove(statement);
        let policy = document
            .with_statements(rest)
            .ok()
            .map(|rest| Policy::inline("derived", rest));
        fails.retain(|place| {
            // Without statements there is no policy, and nothing is allowed.
            requests[*place]
                .as_ref()
                .zip(policy.as_ref())
                .is_none_or(|(request, policy)| !is_allowed(policy, request))
        });
        Removal { statement, fails }
    };
    relying.into_iter().enumerate().map(without).collect()
}

/// For each request the statements that allow it.
fn matching(document: &Document, requests: &[Option<Request>]) -> Vec<Vec<usize>> {
    let policy = Policy::inline("derived", document.clone());
    let of = |request: &Option<Request>| {
        let Some(request) = request else {
            return Vec::new();
        };
        let record = evaluate(&alone(&policy, request), request);
        let matched = record.matched.iter();
        matched
            .filter(|matched| Arc::ptr_eq(&matched.policy, &policy))
            .map(|matched| matched.index)
            .collect()
    };
    requests.iter().map(of).collect()
}

fn places(requests: &[Option<Request>], fails: impl Fn(&Option<Request>) -> bool) -> Vec<usize> {
    requests
        .iter()
        .enumerate()
        .filter(|(_, request)| fails(request))
        .map(|(place, _)| place)
        .collect()
}

fn is_allowed(policy: &Arc<Policy>, request: &Request) -> bool {
    decide(&alone(policy, request), request).is_allowed()
}

/// Layers with a resource policy that leaves everything to the caller's account, so that the caller's own policy decides.
fn alone(policy: &Arc<Policy>, request: &Request) -> Layers {
    let delegating = request.caller.account().and_then(|account| {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"*","Resource":"*"}}}}"#
        );
        Policy::parse("delegating", &text, Kind::Resource).ok()
    });
    Layers {
        identity: vec![Arc::clone(policy)],
        resource: delegating,
        ..Layers::default()
    }
}
