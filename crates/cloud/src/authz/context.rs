//! The condition keys that every request carries.

use iam::Context;
use jiff::Timestamp;

use crate::authn::{Authenticated, Identity, SignatureKind};
use crate::clock::iso8601;
use crate::service::Service;

/// The keys that follow from the request and its sender alone.
///
/// Keys that do not apply are absent: those of sessions (multi-factor authentication among them,
/// which nobody has here) for long-term keys, and those of signatures for unsigned requests.
pub(super) fn of_request(request: &Authenticated) -> Context {
    let head = request.head();
    let caller = request.caller();
    let at = request.at();
    let mut context = Context::new();
    context
        .set("aws:CurrentTime", iso8601(at))
        .set("aws:EpochTime", at.as_second().to_string())
        .set("aws:SourceIp", head.peer.to_string())
        .set("aws:SecureTransport", "false")
        .set("aws:ViaAWSService", "false")
        .set("aws:RequestedRegion", request.region().as_str())
        .set("aws:userid", caller.user_id());
    if let Some(agent) = head.header("user-agent") {
        context.set("aws:UserAgent", agent);
    }
    if let Some(referer) = head.header("referer") {
        context.set("aws:Referer", referer);
    }
    set_principal(&mut context, request);
    if request.service() == Service::S3 {
        set_signature(&mut context, request, at);
    }
    context
}

fn set_principal(context: &mut Context, request: &Authenticated) {
    let caller = request.caller();
    if let Some(account) = caller.account() {
        context.set("aws:PrincipalAccount", account.as_str());
    }
    let (kind, tags) = match caller.identity() {
        Identity::Anonymous => ("Anonymous", None),
        Identity::User(user) => {
            context
                .set("aws:PrincipalArn", user.arn.as_str())
                .set("aws:username", user.name.as_str());
            ("User", Some(&user.tags))
        }
        Identity::Session(session) => {
            context
                .set("aws:PrincipalArn", session.role_arn.as_str())
                .set("aws:TokenIssueTime", iso8601(session.issued_at))
                .set("aws:MultiFactorAuthPresent", "false");
            ("AssumedRole", Some(&session.role_tags))
        }
    };
    context.set("aws:PrincipalType", kind);
    for (key, value) in tags.into_iter().flatten() {
        context.set(&format!("aws:PrincipalTag/{key}"), value.as_str());
    }
}

fn set_signature(context: &mut Context, request: &Authenticated, at: Timestamp) {
    let Some(credential) = request.caller().credential() else {
        return;
    };
    let (kind, version) = match credential.kind {
        SignatureKind::Header => ("REST-HEADER", "AWS4-HMAC-SHA256"),
        SignatureKind::Presigned => ("REST-QUERY-STRING", "AWS4-HMAC-SHA256"),
        SignatureKind::PresignedV2 => ("REST-QUERY-STRING", "AWS"),
    };
    context
        .set("s3:authType", kind)
        .set("s3:signatureversion", version);
    let age = at.as_millisecond() - credential.signed_at.as_millisecond();
    if credential.kind == SignatureKind::Presigned {
        context.set("s3:signatureAge", age.max(0).to_string());
    }
    if let Some(hash) = request.head().header("x-amz-content-sha256") {
        context.set("s3:x-amz-content-sha256", hash);
    }
}
