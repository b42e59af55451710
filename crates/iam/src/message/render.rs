//! From a record to AWS's text.

use super::{ForeignForm, ResourceForm, Style, listing};
use crate::policy::Effect;
use crate::{Arn, Decision, Layer, Record, Request};

/// The message with which AWS refuses `request`; `None` where `record` allows it.
// spec: iam/messages#form
pub fn denial(record: &Record, request: &Request, style: Style) -> Option<String> {
    if record.decision == Decision::Allowed {
        return None;
    }
    // Services and identity providers belong to no account, but are told as much as insiders.
    let is_foreign =
        !request.is_same_account() && (request.caller.arn().is_some() || is_anonymous(request));
    if is_foreign && style.foreign == ForeignForm::Bare {
        return Some("Access Denied".to_owned());
    }
    let mut text = format!(
        "User: {} is not authorized to perform: {}",
        request.caller.as_str(),
        request.action
    );
    if let Some(resource) = shown_resource(request, style.resource) {
        text.push_str(" on resource: ");
        text.push_str(&resource);
    }
    text.push(' ');
    text.push_str(&reason(record, request));
    if let Some(arn) = named_policy(record).filter(|_| !is_foreign) {
        text.push_str(": ");
        text.push_str(arn.as_str());
    }
    Some(text)
}

fn is_anonymous(request: &Request) -> bool {
    matches!(request.caller.kind(), crate::CallerKind::Anonymous)
}

fn shown_resource(request: &Request, form: ResourceForm) -> Option<String> {
    let arn = match (request.resource.arn(), form) {
        (_, ResourceForm::Omitted) | (None, ResourceForm::Quoted) => return None,
        (None, _) => return Some(listing::named(request).unwrap_or_else(|| "*".to_owned())),
        (Some(arn), _) => arn,
    };
    Some(match form {
        ResourceForm::Quoted => format!("\"{arn}\""),
        ResourceForm::KindAndName => kind_and_name(arn),
        ResourceForm::Arn | ResourceForm::Omitted => arn.to_string(),
    })
}

/// `role NAME`, `user NAME` …; `policy ARN`. The path is dropped, as it is no part of the name.
fn kind_and_name(arn: &Arn) -> String {
    match arn.resource().split_once('/') {
        Some((kind @ ("role" | "user" | "group" | "instance-profile"), rest)) => {
            let name = rest.rsplit('/').next().unwrap_or(rest);
            format!("{kind} {name}")
        }
        Some(("policy", _)) => format!("policy {arn}"),
        _ => arn.to_string(),
    }
}

// spec: iam/messages#reasons
fn reason(record: &Record, request: &Request) -> String {
    let layer = record.named.unwrap_or(Layer::Identity);
    let is_trust = layer == Layer::Resource && is_role_trust(request);
    if record.decision == Decision::ExplicitDeny {
        let policy = match layer {
            _ if is_trust => "the role trust policy",
            Layer::Identity => "an identity-based policy",
            Layer::Resource => "a resource-based policy",
            Layer::Boundary => "a permissions boundary",
            Layer::Session => "a session policy",
            Layer::Scp => "a service control policy",
            Layer::Rcp => "a resource control policy",
            Layer::Vpce => "a VPC endpoint policy",
        };
        return format!("with an explicit deny in {policy}");
    }
    let policy = match layer {
        _ if is_trust => "role trust policy",
        Layer::Identity => "identity-based policy",
        Layer::Resource => "resource-based policy",
        Layer::Boundary => "permissions boundary",
        Layer::Session => "session policy",
        Layer::Scp => "service control policy",
        Layer::Rcp => "resource control policy",
        Layer::Vpce => "VPC endpoint policy",
    };
    format!("because no {policy} allows the {} action", request.action)
}

fn is_role_trust(request: &Request) -> bool {
    let is_role = request
        .resource
        .arn()
        .is_some_and(|arn| arn.resource().starts_with("role/"));
    request.action.service() == "sts" && is_role
}

/// The policy of the first denying statement in the named layer, where it is one that has an ARN.
// spec: iam/messages#policy-arn
fn named_policy(record: &Record) -> Option<&Arn> {
    let named = record
        .named
        .filter(|layer| !matches!(layer, Layer::Resource | Layer::Vpce))?;
    let denying =
        |matched: &&crate::Matched| matched.layer == named && matched.effect() == Effect::Deny;
    record.matched.iter().find(denying)?.policy.arn()
}
