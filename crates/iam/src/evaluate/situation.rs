//! What a request is, as far as the rules for combining layers ask.

use super::Layers;
use crate::{Caller, CallerKind, Request, Resource};

/// The facts about a request and its layers on which combining depends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation {
    /// Any valid credential may do it, whatever the policies say.
    pub(super) needs_no_permission: bool,
    /// Nothing may allow it: it would cross a border that is never open.
    pub(super) crosses_closed_border: bool,
    pub(super) standing: Standing,
    /// The resource's policy must allow, and the account's policies alone never suffice: a role's trust
    /// policy, a key's policy.
    pub(super) needs_resource_allow: bool,
    /// The resource policy's Allows count for nothing.
    pub(super) resource_allows_void: bool,
    pub(super) has_boundary: bool,
    pub(super) is_bound_by_scp: bool,
}

/// Where the caller stands to the resource's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// In that account.
    Inside,
    /// In another.
    Foreign,
    /// In none: unsigned, a service, an identity provider's word.
    Unattached,
}

impl Situation {
    pub(super) fn of(layers: &Layers, request: &Request) -> Self {
        let caller = &request.caller;
        let standing = match caller.account() {
            None => Standing::Unattached,
            Some(account) if account == request.resource_account => Standing::Inside,
            Some(_) => Standing::Foreign,
        };
        Self {
            needs_no_permission: needs_no_permission(request),
            crosses_closed_border: crosses_closed_border(request, standing),
            standing,
            needs_resource_allow: needs_resource_allow(request),
            resource_allows_void: are_resource_allows_void(layers, request, standing),
            has_boundary: layers.boundary.is_some() && has_identity(caller),
            is_bound_by_scp: caller.is_bound_by_scp(),
        }
    }
}

/// Whether identity policies, boundary and session policies can apply.
fn has_identity(caller: &Caller) -> bool {
    match caller.kind() {
        CallerKind::User(_) | CallerKind::RoleSession { .. } | CallerKind::FederatedUser { .. } => {
            true
        }
        CallerKind::Anonymous
        | CallerKind::Service(_)
        | CallerKind::Provider(_)
        | CallerKind::Root(_) => false,
    }
}

// spec: iam/evaluation-logic#no-permission-needed
fn needs_no_permission(request: &Request) -> bool {
    if request.action.service() != "sts" {
        return false;
    }
    let has_long_term_keys = matches!(
        request.caller.kind(),
        CallerKind::User(_) | CallerKind::Root(_)
    );
    let is_signed = request.caller.account().is_some();
    (request.action.is("sts:GetCallerIdentity") && is_signed)
        || (request.action.is("sts:GetSessionToken") && has_long_term_keys)
}

// spec: iam/layers#closed-borders
fn crosses_closed_border(request: &Request, standing: Standing) -> bool {
    let passes_role_abroad = standing == Standing::Foreign && request.action.is("iam:PassRole");
    let leaves_partition = match (request.caller.arn(), request.resource.arn()) {
        (Some(caller), Some(resource)) => !caller
            .partition()
            .eq_ignore_ascii_case(resource.partition()),
        _ => false,
    };
    passes_role_abroad || leaves_partition
}

// spec: iam/layers#trust-and-key-policies
fn needs_resource_allow(request: &Request) -> bool {
    let Some(arn) = request.resource.arn() else {
        return false;
    };
    match request.action.service() {
        "sts" => is_role(&request.resource),
        "kms" => arn.service().eq_ignore_ascii_case("kms") && arn.resource().starts_with("key/"),
        _ => false,
    }
}

fn is_role(resource: &Resource) -> bool {
    resource.arn().is_some_and(|arn| {
        arn.service().eq_ignore_ascii_case("iam") && arn.resource().starts_with("role/")
    })
}

// spec: iam/layers#public-access-block
fn are_resource_allows_void(layers: &Layers, request: &Request, standing: Standing) -> bool {
    let is_outsider = match standing {
        Standing::Inside => false,
        Standing::Foreign => true,
        Standing::Unattached => !matches!(request.caller.kind(), CallerKind::Service(_)),
    };
    let is_restricted =
        layers.settings.s3_restrict_public_buckets && request.action.service() == "s3";
    is_restricted
        && is_outsider
        && layers
            .resource
            .as_ref()
            .is_some_and(|policy| policy.is_public())
}
