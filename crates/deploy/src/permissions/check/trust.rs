//! Who may assume the render function's role.

use aws_sdk_iam::Client;
use iam::policy::{Document, Effect, Kind, PrincipalElement, PrincipalMap};
use iam::{Action, Context, Layers, Policy, Request, evaluate};

use super::{Finding, Mark, Principal};
use crate::call::{CallFailed, is_denied};
use crate::calls::{Compute, Loss, Scope};
use crate::permissions::setup::is_missing;
use crate::policy::{self, Trusted};

/// What is lost where Lambda cannot assume the role.
const START: Option<Loss> = Some(Loss::Step("start"));

/// Whether Lambda may assume the role, and nobody else may.
pub(super) async fn trust(
    iam: &Client,
    principal: &Principal,
    scope: &Scope,
) -> Result<Finding, CallFailed> {
    let what = format!("trust of {}", principal.arn(scope));
    let found = |mark, reason: Option<&str>, fix: Option<String>, without| {
        Ok(Finding {
            what: what.clone(),
            mark,
            reason: reason.map(str::to_owned),
            fix,
            row: None,
            without,
        })
    };
    let answer = match iam.get_role().role_name(principal.name()).send().await {
        Ok(answer) => answer,
        Err(error) if is_missing(&error) => {
            let fix = "framewright permissions setup makes it".to_owned();
            return found(Mark::Bad, Some("the role does not exist"), Some(fix), START);
        }
        Err(error) if is_denied(&error) => {
            return found(
                Mark::NotChecked,
                Some("the role may not be read"),
                None,
                START,
            );
        }
        Err(error) => return Err(CallFailed::of("read the role's trust")(error)),
    };
    let encoded = answer
        .role()
        .and_then(|role| role.assume_role_policy_document())
        .unwrap_or_default();
    let text = policy::decoded(encoded);
    let service = Compute::Lambda.service(scope);
    let Ok(document) = Document::parse(&text, Kind::Trust) else {
        return found(Mark::Bad, Some("it is no trust policy"), None, START);
    };
    let trusts_only = trusts_only(&document, &service);
    if is_assumed_by(document, &service, principal, scope) {
        if trusts_only {
            return found(Mark::Good, None, None, START);
        }
        let reason = Some("it trusts more than Lambda");
        let fix = format!("remove every principal but the service {service}");
        return found(Mark::Bad, reason, Some(fix), None);
    }
    let wanted = policy::trust(&Trusted::Service(service));
    let fix = format!("set the trust policy to {}", wanted.to_json());
    found(
        Mark::Bad,
        Some("Lambda may not assume it"),
        Some(fix),
        START,
    )
}

/// Whether every statement that allows names `service` and nobody else.
fn trusts_only(document: &Document, service: &str) -> bool {
    let allowing = document.statements().iter();
    allowing
        .filter(|statement| statement.effect == Effect::Allow)
        .all(|statement| match &statement.principal {
            Some(PrincipalElement::Principal(PrincipalMap::Named(named))) => {
                let mut names = named.iter().flat_map(|(_, names)| names);
                names.all(|name| name.value.as_ref() == service)
            }
            _ => false,
        })
}

fn is_assumed_by(trust: Document, service: &str, principal: &Principal, scope: &Scope) -> bool {
    let request = || {
        Some(Request {
            caller: iam::Caller::service(service),
            action: Action::parse("sts:AssumeRole").ok()?,
            resource: principal.arn(scope).parse().ok()?,
            resource_account: scope.account.parse().ok()?,
            context: Context::new(),
        })
    };
    let layers = Layers {
        resource: Some(Policy::inline("trust", trust)),
        ..Layers::default()
    };
    request().is_some_and(|request| evaluate(&layers, &request).decision.is_allowed())
}
