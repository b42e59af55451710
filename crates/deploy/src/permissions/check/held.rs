//! The policies that a principal has, as far as they may be read.

use aws_sdk_iam::Client;
use iam::lint::{Home, Rule, lint};
use iam::policy::{Document, Effect, Kind, PrincipalElement, PrincipalMap};
use iam::{Action, Context, Layers, Policy, Request, evaluate};
use percent_encoding::percent_decode_str;

use super::{Finding, Mark, Principal};
use crate::call::{CallFailed, is_denied};
use crate::calls::{Compute, Question, Scope};
use crate::permissions::setup::is_missing;

/// Identity policies and the boundary.
pub(super) struct Held {
    pub(super) policies: Vec<HeldPolicy>,
    boundary: Option<HeldPolicy>,
    /// What could not be read.
    unknown: Vec<String>,
}

/// One policy.
pub(super) struct HeldPolicy {
    pub(super) name: String,
    pub(super) text: String,
}

/// Answers to a reading call: the value, or nothing and a note where it was denied.
macro_rules! readable {
    ($unknown:expr, $what:expr, $call:expr) => {
        match $call.await {
            Ok(answer) => Some(answer),
            Err(error) if is_denied(&error) => {
                $unknown.push($what.to_owned());
                None
            }
            Err(error) if is_missing(&error) => None,
            Err(error) => return Err(CallFailed::of(format!("read {}", $what))(error)),
        }
    };
}

impl Held {
    /// Reads what `principal` has. What may not be read is unknown; what does not exist is nothing.
    pub(super) async fn by(iam: &Client, principal: &Principal) -> Result<Self, CallFailed> {
        let mut held = Self {
            policies: Vec::new(),
            boundary: None,
            unknown: Vec::new(),
        };
        match principal {
            Principal::User(_) => held.read_user(iam, principal.name()).await?,
            Principal::Role(_) => held.read_role(iam, principal.name()).await?,
        }
        Ok(held)
    }

    async fn read_user(&mut self, iam: &Client, name: &str) -> Result<(), CallFailed> {
        let unknown = &mut self.unknown;
        let what = "inline policies of the user";
        let inline = readable!(
            unknown,
            what,
            iam.list_user_policies().user_name(name).send()
        );
        for policy in inline.iter().flat_map(|list| list.policy_names()) {
            let call = iam.get_user_policy().user_name(name).policy_name(policy);
            if let Some(read) = readable!(unknown, what, call.send()) {
                self.policies
                    .push(HeldPolicy::inline(policy, read.policy_document()));
            }
        }
        let attached = readable!(
            unknown,
            "managed policies of the user",
            iam.list_attached_user_policies().user_name(name).send()
        );
        let mut arns: Vec<String> = attached
            .iter()
            .flat_map(|list| list.attached_policies())
            .filter_map(|policy| policy.policy_arn().map(str::to_owned))
            .collect();
        let what = "policies of the user's groups";
        let groups = readable!(
            unknown,
            what,
            iam.list_groups_for_user().user_name(name).send()
        );
        for group in groups.iter().flat_map(|list| list.groups()) {
            let group = group.group_name();
            let inline = readable!(
                unknown,
                what,
                iam.list_group_policies().group_name(group).send()
            );
            for policy in inline.iter().flat_map(|list| list.policy_names()) {
                let call = iam.get_group_policy().group_name(group).policy_name(policy);
                if let Some(read) = readable!(unknown, what, call.send()) {
                    self.policies
                        .push(HeldPolicy::inline(policy, read.policy_document()));
                }
            }
            let call = iam.list_attached_group_policies().group_name(group);
            let attached = readable!(unknown, what, call.send());
            arns.extend(
                attached
                    .iter()
                    .flat_map(|list| list.attached_policies())
                    .filter_map(|policy| policy.policy_arn().map(str::to_owned)),
            );
        }
        let user = readable!(
            unknown,
            "the user's boundary",
            iam.get_user().user_name(name).send()
        );
        let boundary = user
            .as_ref()
            .and_then(|answer| {
                answer
                    .user()?
                    .permissions_boundary()?
                    .permissions_boundary_arn()
            })
            .map(str::to_owned);
        self.read_managed(iam, arns, boundary).await
    }

    async fn read_role(&mut self, iam: &Client, name: &str) -> Result<(), CallFailed> {
        let unknown = &mut self.unknown;
        let what = "inline policies of the role";
        let inline = readable!(
            unknown,
            what,
            iam.list_role_policies().role_name(name).send()
        );
        for policy in inline.iter().flat_map(|list| list.policy_names()) {
            let call = iam.get_role_policy().role_name(name).policy_name(policy);
            if let Some(read) = readable!(unknown, what, call.send()) {
                self.policies
                    .push(HeldPolicy::inline(policy, read.policy_document()));
            }
        }
        let attached = readable!(
            unknown,
            "managed policies of the role",
            iam.list_attached_role_policies().role_name(name).send()
        );
        let arns = attached
            .iter()
            .flat_map(|list| list.attached_policies())
            .filter_map(|policy| policy.policy_arn().map(str::to_owned))
            .collect();
        let role = readable!(
            unknown,
            "the role's boundary",
            iam.get_role().role_name(name).send()
        );
        let boundary = role
            .as_ref()
            .and_then(|answer| {
                answer
                    .role()?
                    .permissions_boundary()?
                    .permissions_boundary_arn()
            })
            .map(str::to_owned);
        self.read_managed(iam, arns, boundary).await
    }

    async fn read_managed(
        &mut self,
        iam: &Client,
        arns: Vec<String>,
        boundary: Option<String>,
    ) -> Result<(), CallFailed> {
        for arn in arns {
            let read = managed(iam, &arn, &mut self.unknown).await?;
            self.policies.extend(read);
        }
        if let Some(arn) = boundary {
            self.boundary = managed(iam, &arn, &mut self.unknown).await?;
        }
        Ok(())
    }

    /// What the policies that could be read decide.
    pub(super) fn decides(
        &self,
        principal: &Principal,
        question: &Question,
        scope: &Scope,
    ) -> (Mark, Option<String>) {
        let Some(request) = request(principal, question, scope) else {
            return (
                Mark::NotChecked,
                Some("the question is no request".to_owned()),
            );
        };
        let unknown = || format!("could not read {}", self.unknown.join(", "));
        let compile = |policy: &HeldPolicy, kind| Policy::parse(&policy.name, &policy.text, kind);
        let identity: Result<_, _> = self
            .policies
            .iter()
            .map(|policy| compile(policy, Kind::Identity))
            .collect();
        let boundary = self
            .boundary
            .as_ref()
            .map(|policy| compile(policy, Kind::Boundary))
            .transpose();
        let (Ok(identity), Ok(boundary)) = (identity, boundary) else {
            return (Mark::NotChecked, Some("a policy is malformed".to_owned()));
        };
        if question.action.starts_with("kms:") {
            let reason = "the key's own policy takes part, and is not read";
            return (Mark::NotChecked, Some(reason.to_owned()));
        }
        let layers = Layers {
            identity,
            boundary,
            ..Layers::default()
        };
        let decision = evaluate(&layers, &request).decision;
        match (decision.is_allowed(), self.unknown.is_empty()) {
            (true, true) => (Mark::Good, None),
            (false, true) => (Mark::Bad, Some("no policy allows it".to_owned())),
            (_, false) => (Mark::NotChecked, Some(unknown())),
        }
    }

    /// Text that somebody meant to replace.
    pub(super) fn placeholders(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for policy in &self.policies {
            let Ok(document) = Document::parse(&policy.text, Kind::Identity) else {
                continue;
            };
            let report = lint(&document, Home::Managed);
            let left = report.findings.into_iter();
            findings.extend(
                left.filter(|one| one.rule == Rule::Placeholder)
                    .map(|one| Finding {
                        what: format!("policy {}", policy.name),
                        mark: Mark::Bad,
                        reason: Some(one.message),
                        fix: Some("write the name that is meant".to_owned()),
                        stops: false,
                    }),
            );
        }
        findings
    }

    /// Whether a boundary limits the principal.
    pub(super) fn boundary_finding(&self) -> Option<Finding> {
        let boundary = self.boundary.as_ref()?;
        Some(Finding {
            what: format!("permissions boundary {}", boundary.name),
            mark: Mark::Good,
            reason: Some(
                "whatever it does not allow is denied, and the rows above heed it".to_owned(),
            ),
            fix: None,
            stops: false,
        })
    }
}

impl HeldPolicy {
    fn inline(name: &str, encoded: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: decoded(encoded),
        }
    }
}

async fn managed(
    iam: &Client,
    arn: &str,
    unknown: &mut Vec<String>,
) -> Result<Option<HeldPolicy>, CallFailed> {
    let what = format!("the policy {arn}");
    let Some(policy) = readable!(unknown, what, iam.get_policy().policy_arn(arn).send()) else {
        return Ok(None);
    };
    let version = policy
        .policy()
        .and_then(|policy| policy.default_version_id());
    let call = iam
        .get_policy_version()
        .policy_arn(arn)
        .version_id(version.unwrap_or("v1"));
    let read = readable!(unknown, what, call.send());
    let text = read
        .as_ref()
        .and_then(|read| read.policy_version()?.document())
        .map(decoded);
    Ok(text.map(|text| HeldPolicy {
        name: super::last_name(arn).to_owned(),
        text,
    }))
}

/// Whether Lambda may assume the role, and nobody else may.
pub(super) async fn trust(
    iam: &Client,
    principal: &Principal,
    scope: &Scope,
) -> Result<Finding, CallFailed> {
    let mut unknown = Vec::new();
    let what = format!("trust of {}", principal.arn(scope));
    let found = |mark, reason: Option<&str>, fix: Option<&str>| Finding {
        what: what.clone(),
        mark,
        reason: reason.map(str::to_owned),
        fix: fix.map(str::to_owned),
        stops: true,
    };
    let call = iam.get_role().role_name(principal.name()).send();
    let Some(answer) = readable!(unknown, "the role", call) else {
        return Ok(if unknown.is_empty() {
            let fix = "framewright permissions setup makes it";
            found(Mark::Bad, Some("the role does not exist"), Some(fix))
        } else {
            found(Mark::NotChecked, Some("the role may not be read"), None)
        });
    };
    let text = answer
        .role()
        .and_then(|role| role.assume_role_policy_document())
        .map(decoded)
        .unwrap_or_default();
    let service = Compute::Lambda.service(scope);
    let document = Document::parse(&text, Kind::Trust);
    let Ok(document) = document else {
        return Ok(found(Mark::Bad, Some("it is no trust policy"), None));
    };
    let wanted = crate::policy::trust(&crate::policy::Trusted::Service(service.clone()));
    if !trusts_only(&document, &service) {
        let fix = "remove every principal but the service lambda.amazonaws.com";
        return Ok(found(
            Mark::Bad,
            Some("it trusts more than Lambda"),
            Some(fix),
        ));
    }
    let trusts_lambda = Policy::parse("trust", &text, Kind::Trust).is_ok_and(|policy| {
        let request = trusting(scope, principal, &service);
        request.is_some_and(|request| {
            let layers = Layers {
                resource: Some(policy),
                ..Layers::default()
            };
            evaluate(&layers, &request).decision.is_allowed()
        })
    });
    Ok(if trusts_lambda {
        found(Mark::Good, None, None)
    } else {
        let fix = format!("set the trust policy to {}", wanted.to_json());
        found(Mark::Bad, Some("Lambda may not assume it"), Some(&fix))
    })
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

fn trusting(scope: &Scope, principal: &Principal, service: &str) -> Option<Request> {
    Some(Request {
        caller: iam::Caller::service(service),
        action: Action::parse("sts:AssumeRole").ok()?,
        resource: principal.arn(scope).parse().ok()?,
        resource_account: scope.account.parse().ok()?,
        context: Context::new(),
    })
}

fn request(principal: &Principal, question: &Question, scope: &Scope) -> Option<Request> {
    let mut context = Context::new();
    for (key, value) in &question.context {
        context = context.with(key, value);
    }
    let arn = principal.arn(scope);
    let caller = match principal {
        Principal::User(_) => {
            context = context.with("aws:username", principal.name());
            iam::Caller::parse(&arn).ok()?
        }
        Principal::Role(_) => {
            iam::Caller::role_session(iam::Arn::parse(&arn).ok()?, "check").ok()?
        }
    };
    Some(Request {
        caller,
        action: Action::parse(question.action).ok()?,
        resource: question.resource.parse().ok()?,
        resource_account: scope.account.parse().ok()?,
        context,
    })
}

fn decoded(encoded: &str) -> String {
    percent_decode_str(encoded).decode_utf8_lossy().into_owned()
}
