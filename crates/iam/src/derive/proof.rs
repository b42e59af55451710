//! What shows that a derived policy is enough, and no statement too much.

use std::sync::Arc;

use super::account;
use crate::cover::SAMPLE_ACCOUNT;
use crate::policy::{Document, Kind};
use crate::trace::Recorded;
use crate::{Action, Caller, Layers, Policy, Request, Resource, decide};

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

/// For each statement what fails without it.
pub(super) fn removals(document: &Document, requests: &[Option<Request>]) -> Vec<Removal> {
    let statements = document.statements();
    let without = |statement: usize| {
        let mut rest = statements.to_vec();
        rest.remove(statement);
        let policy = document
            .with_statements(rest)
            .ok()
            .map(|rest| Policy::inline("derived", rest));
        let fails = |request: &Option<Request>| {
            // Without statements there is no policy, and nothing is allowed.
            request
                .as_ref()
                .zip(policy.as_ref())
                .is_none_or(|(request, policy)| !is_allowed(policy, request))
        };
        Removal {
            statement,
            fails: places(requests, fails),
        }
    };
    (0..statements.len()).map(without).collect()
}

fn places(requests: &[Option<Request>], fails: impl Fn(&Option<Request>) -> bool) -> Vec<usize> {
    requests
        .iter()
        .enumerate()
        .filter(|(_, request)| fails(request))
        .map(|(place, _)| place)
        .collect()
}

/// Decides with a resource policy that leaves everything to the caller's account, so that the caller's own policy decides.
fn is_allowed(policy: &Arc<Policy>, request: &Request) -> bool {
    let delegating = request.caller.account().and_then(|account| {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"*","Resource":"*"}}}}"#
        );
        Policy::parse("delegating", &text, Kind::Resource).ok()
    });
    let layers = Layers {
        identity: vec![Arc::clone(policy)],
        resource: delegating,
        ..Layers::default()
    };
    decide(&layers, request).is_allowed()
}
