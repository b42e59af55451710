//! Where a change belongs.

use crate::{Arn, CallerKind, Layer, Request};

/// Where policies of a layer are changed, for this request.
pub fn place(layer: Layer, request: &Request) -> String {
    match layer {
        Layer::Identity => format!("an identity policy of {}", holder(request)),
        Layer::Boundary => format!("the policy that is the permissions boundary of {}", holder(request)),
        Layer::Session => "the session policy: whoever makes the session passes it with the call".to_owned(),
        Layer::Scp => "a service control policy, at every level from the organization's root down to the caller's account".to_owned(),
        Layer::Rcp => "a resource control policy of the organization that owns the resource".to_owned(),
        Layer::Vpce => "the policy of the VPC endpoint that the request comes through".to_owned(),
        Layer::Resource => resource_policy(request),
    }
}

/// Where policies of a layer are changed, by the name of the boundary's policy where it is known.
pub fn named_place(layer: Layer, request: &Request, boundary: Option<&Arn>) -> String {
    match boundary {
        Some(policy) if layer == Layer::Boundary => format!(
            "the policy `{policy}`, which is the permissions boundary of {}",
            holder(request)
        ),
        _ => place(layer, request),
    }
}

/// Who holds the caller's identity policies.
pub(super) fn holder(request: &Request) -> String {
    let name = |arn: &Arn| {
        arn.resource()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    match request.caller.kind() {
        CallerKind::User(arn) => format!("the user `{}`", name(arn)),
        CallerKind::RoleSession { role, .. } => format!("the role `{}`", name(role)),
        CallerKind::FederatedUser {
            user: Some(user), ..
        } => {
            format!(
                "the user `{}`, from whose keys the session was made",
                name(user)
            )
        }
        CallerKind::FederatedUser { user: None, .. } => {
            "the user from whose keys the session was made".to_owned()
        }
        CallerKind::Root(_) => "the account, whose root user needs none".to_owned(),
        CallerKind::Anonymous | CallerKind::Service(_) | CallerKind::Provider(_) => {
            "nobody: the caller has no identity policies".to_owned()
        }
    }
}

fn resource_policy(request: &Request) -> String {
    let Some(arn) = request.resource.arn() else {
        return "the resource's policy".to_owned();
    };
    let name = arn.resource();
    match arn.service() {
        "s3" => format!(
            "the bucket policy of `{}`",
            name.split('/').next().unwrap_or(name)
        ),
        "iam" if name.starts_with("role/") => format!("the trust policy of `{name}`"),
        "lambda" => format!("the policy of `{name}` (`lambda:AddPermission`)"),
        "sqs" => format!("the policy of the queue `{name}`"),
        "sns" => format!("the policy of the topic `{name}`"),
        "kms" => format!("the key policy of `{name}`"),
        _ => format!("the policy of `{arn}`"),
    }
}
