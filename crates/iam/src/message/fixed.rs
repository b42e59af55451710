//! Denials that do not follow the common form.

use crate::json::quote;
use crate::policy::Effect;
use crate::{AccountId, Decision, Record, Request};

/// Which setting of S3 Block Public Access refused a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicAccessBlock {
    /// `BlockPublicPolicy`
    Policies,
    /// `BlockPublicAcls`
    Acls,
}

/// What S3 says where Block Public Access refuses a policy or an ACL that the caller may otherwise set.
///
/// No change of a policy helps against it.
// spec: iam/messages#public-access-block
pub fn public_access_block(request: &Request, block: PublicAccessBlock) -> String {
    let (what, setting) = match block {
        PublicAccessBlock::Policies => ("public policies", "BlockPublicPolicy"),
        PublicAccessBlock::Acls => ("public ACLs", "BlockPublicAcls"),
    };
    format!(
        "User: {} is not authorized to perform: {} on resource: \"{}\" because {what} are prevented by the {setting} setting in S3 Block Public Access.",
        request.caller.as_str(),
        request.action,
        request.resource,
    )
}

/// What S3 says (400 `AccessControlListNotSupported`) to an ACL on a bucket whose owner has disabled them.
pub fn acls_not_supported() -> &'static str {
    "The bucket does not allow ACLs"
}

/// What CloudWatch Logs says to CreateLogGroup with tags where `logs:TagResource` lacks.
// spec: iam/messages#logs-tags
pub fn tagged_log_group(account: AccountId) -> String {
    format!("User with accountId: {account} is not authorized to perform CreateLogGroup with Tags")
}

/// What S3 says where the key that an object is encrypted with may not be used: it names no key.
///
/// `None` where `record` allows it.
// spec: iam/messages#kms
pub fn kms_denial(record: &Record, request: &Request) -> Option<String> {
    let style = super::Style {
        resource: super::ResourceForm::Omitted,
        foreign: super::ForeignForm::Full,
    };
    let text = super::denial(record, request, style)?;
    let action = format!(" is not authorized to perform: {}", request.action);
    Some(text.replacen(&action, &format!("{action} on this resource"), 1))
}

/// What EC2 says (`UnauthorizedOperation`): the common text and the decision in a form that only AWS can read.
///
/// `blob` is what DecodeAuthorizationMessage takes. `None` where `record` allows the request.
// spec: iam/messages#encoded
pub fn encoded_denial(record: &Record, request: &Request, blob: &str) -> Option<String> {
    let text = super::denial(record, request, super::Style::of_service("ec2"))?;
    Some(format!(
        "You are not authorized to perform this operation. {text}. Encoded authorization failure message: {blob}"
    ))
}

/// What DecodeAuthorizationMessage answers: the decision as JSON.
// spec: iam/messages#encoded
pub fn decoded_denial(record: &Record, request: &Request) -> String {
    let explicit = record.decision == Decision::ExplicitDeny;
    let allowed = record.decision == Decision::Allowed;
    let mut out = format!(
        "{{\"allowed\":{allowed},\"explicitDeny\":{explicit},\"matchedStatements\":{{\"items\":["
    );
    let denying = record
        .matched
        .iter()
        .filter(|matched| explicit && matched.effect() == Effect::Deny);
    for (index, matched) in denying.enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        out.push_str("{\"statementId\":");
        quote(matched.sid().unwrap_or_default(), &mut out);
        out.push_str(",\"effect\":\"DENY\"}");
    }
    out.push_str("]},\"failures\":{\"items\":[]},\"context\":{\"principal\":{\"arn\":");
    quote(request.caller.as_str(), &mut out);
    out.push_str("},\"action\":");
    quote(request.action.as_str(), &mut out);
    out.push_str(",\"resource\":");
    quote(request.resource.as_str(), &mut out);
    out.push_str(",\"conditions\":{\"items\":[");
    for (index, (key, values)) in request.context.iter().enumerate() {
        out.push_str(if index > 0 { ",{\"key\":" } else { "{\"key\":" });
        quote(key, &mut out);
        out.push_str(",\"values\":{\"items\":[");
        for (index, value) in values.as_slice().iter().enumerate() {
            out.push_str(if index > 0 {
                ",{\"value\":"
            } else {
                "{\"value\":"
            });
            quote(value, &mut out);
            out.push('}');
        }
        out.push_str("]}}");
    }
    out.push_str("]}}}");
    out
}
