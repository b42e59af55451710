//! STS.

use super::table::need;
use super::{Call, Need, Template, When};
use Template::{FederatedUser, Role, Unnamed};

const TAGS: &[&str] = &["aws:RequestTag/*", "aws:TagKeys", "sts:TransitiveTagKeys"];

const ASSUMING: &[&str] = &[
    "sts:ExternalId",
    "sts:RoleSessionName",
    "sts:SourceIdentity",
    "aws:RequestTag/*",
    "aws:TagKeys",
    "sts:TransitiveTagKeys",
];

const fn row(operation: &'static str, needs: &'static [Need]) -> Call {
    Call {
        service: "sts",
        operation,
        needs,
    }
}

// spec: iam/calls#sts
pub(super) const CALLS: &[Call] = &[
    row("GetCallerIdentity", &[]),
    row("GetSessionToken", &[]),
    row(
        "AssumeRole",
        &[
            need("sts:AssumeRole", Role).keys(ASSUMING),
            need("sts:TagSession", Role).keys(TAGS).when(When::Tags),
            need("sts:SetSourceIdentity", Role)
                .keys(&["sts:SourceIdentity"])
                .when(When::SourceIdentity),
        ],
    ),
    row(
        "GetFederationToken",
        &[
            need("sts:GetFederationToken", FederatedUser)
                .keys(&["aws:RequestTag/*", "aws:TagKeys"]),
            need("sts:TagSession", FederatedUser)
                .keys(TAGS)
                .when(When::Tags),
        ],
    ),
    row(
        "DecodeAuthorizationMessage",
        &[need("sts:DecodeAuthorizationMessage", Unnamed)],
    ),
    row("GetAccessKeyInfo", &[need("sts:GetAccessKeyInfo", Unnamed)]),
];
