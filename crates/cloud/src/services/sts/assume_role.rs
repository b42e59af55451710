//! AssumeRole: temporary credentials of a role.

use std::sync::Arc;

use iam::calls::{Slot, Template};
use iam::names::Name;
use iam::policy::{Document, Kind};
use iam::{Arn, Policy};
use jiff::SignedDuration;

use crate::api_error::ApiError;
use crate::authn::{Authenticated, Identity};
use crate::authz::{Authorized, Operation, Particulars, ResourceSide};
use crate::clock::iso8601;
use crate::identity::{NewSession, Role};
use crate::services::iam::{LIMITS, check_name, malformed_policy};
use crate::services::query::{Parameters, QueryCall, Xml, parameter_error};
use crate::services::sts::Sts;

/// How long a session lasts when a session assumes the role.
const CHAINED_SECONDS: u32 = 3600;

#[derive(Debug)]
pub(super) struct AssumeRole {
    role_arn: String,
    session_name: String,
    policy: Option<String>,
    policy_arns: Vec<String>,
    duration_seconds: Option<u32>,
    external_id: Option<String>,
    // Whether the caller is a session itself.
    chained: bool,
}

impl Operation for AssumeRole {
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "AssumeRole";
    // Credentials are made, nothing is kept.
    const READ_ONLY: bool = true;
}

impl QueryCall<Sts> for AssumeRole {
    fn read(_: &Sts, request: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        for absent in [
            "Tags.member.1.Key",
            "TransitiveTagKeys.member.1",
            "SourceIdentity",
            "SerialNumber",
            "TokenCode",
        ] {
            if parameters.get(absent).is_some() {
                return Err(ApiError::not_implemented(&format!(
                    "AssumeRole with {absent}"
                )));
            }
        }
        let role_arn = parameters.required("RoleArn")?;
        match Arn::parse(role_arn) {
            Ok(arn) if arn.service() == "iam" && arn.resource().starts_with("role/") => {}
            _ => {
                return Err(ApiError::bad_request(
                    "ValidationError",
                    format!("{role_arn} is invalid"),
                ));
            }
        }
        let session_name = parameters.required("RoleSessionName")?;
        check_name("RoleSessionName", session_name, Name::RoleSession)?;
        let external_id = parameters.get("ExternalId");
        if let Some(external_id) = external_id {
            check_name("ExternalId", external_id, Name::ExternalId)?;
        }
        let policy_arns: Vec<String> = parameters
            .structures("PolicyArns")
            .iter()
            .map(|prefix| {
                parameters
                    .required(&format!("{prefix}arn"))
                    .map(str::to_owned)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            role_arn: role_arn.to_owned(),
            session_name: session_name.to_owned(),
            policy: session_policy(parameters, &policy_arns)?,
            policy_arns,
            duration_seconds: parameters.number("DurationSeconds", 900..=43_200)?,
            external_id: external_id.map(str::to_owned),
            chained: matches!(request.caller().identity(), Identity::Session(_)),
        })
    }

    fn particulars(&self, sts: &Sts) -> Particulars {
        let trust = sts
            .identities
            .in_force()
            .role_by_arn(&self.role_arn)
            .map(|role| Arc::clone(role.trust.policy()));
        // A role that does not exist trusts nobody, and the denial reads the same.
        let side = ResourceSide {
            policy: trust.or_else(trusts_nobody),
            owner: Arn::parse(&self.role_arn)
                .ok()
                .and_then(|arn| arn.account().parse().ok()),
            ..ResourceSide::default()
        };
        Particulars::new()
            .name(Slot::RoleArn, &self.role_arn)
            .key("sts:RoleSessionName", &self.session_name)
            .key_if("sts:ExternalId", self.external_id.as_deref())
            .side([Template::Role], &side)
    }

    async fn run(sts: &Sts, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = sts.identities.in_force();
        let role = directory
            .role_by_arn(&call.role_arn)
            .ok_or_else(|| ApiError::forbidden("AccessDenied", "The role is gone.".to_owned()))?;
        for arn in &call.policy_arns {
            if directory.policy(arn).is_none() {
                return Err(ApiError::bad_request(
                    "MalformedPolicyDocument",
                    format!("The policy {arn} does not exist."),
                ));
            }
        }
        let credentials = sts.sessions.issue(NewSession {
            role,
            session_name: &call.session_name,
            issued_at: call.permit().request().at(),
            lasting: lasting(&call, role)?,
            policy: call.policy.as_deref(),
            policy_arns: call.policy_arns.clone(),
        });
        let mut xml = Xml::new();
        xml.within("AssumedRoleUser", |xml| {
            let (name, session) = (&role.principal.name, &call.session_name);
            xml.text("AssumedRoleId", &format!("{}:{session}", role.principal.id))
                .text(
                    "Arn",
                    &format!("arn:aws:sts::{}:assumed-role/{name}/{session}", sts.account),
                );
        })
        .within("Credentials", |xml| {
            xml.text("AccessKeyId", &credentials.access_key_id)
                .text("SecretAccessKey", &credentials.secret_access_key)
                .text("SessionToken", &credentials.session_token)
                .text("Expiration", &iso8601(credentials.expires_at));
        });
        if let Some(policy) = &call.policy {
            let percent = policy.len() * 100 / LIMITS.session_policy;
            xml.text("PackedPolicySize", &percent.max(1).to_string());
        }
        Ok(Some(xml))
    }
}

/// How long the session may last.
fn lasting(call: &AssumeRole, role: &Role) -> Result<SignedDuration, ApiError> {
    let seconds = call.duration_seconds.unwrap_or(3600);
    let refused = |message: &str| Err(ApiError::bad_request("ValidationError", message));
    if call.chained && seconds > CHAINED_SECONDS {
        return refused(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        );
    }
    if seconds > role.max_session_seconds {
        return refused(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        );
    }
    Ok(SignedDuration::from_secs(i64::from(seconds)))
}

/// The session policy, which with the ARNs beside it must fit its limit.
fn session_policy(parameters: &Parameters, arns: &[String]) -> Result<Option<String>, ApiError> {
    if arns.len() > LIMITS.session_policy_arns {
        return Err(parameter_error(&format!(
            "Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to {}",
            LIMITS.session_policy_arns
        )));
    }
    let text = parameters.get("Policy");
    let size =
        text.unwrap_or_default().chars().count() + arns.iter().map(String::len).sum::<usize>();
    if size > LIMITS.session_policy {
        return Err(parameter_error(&format!(
            "Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to {}",
            LIMITS.session_policy
        )));
    }
    if let Some(text) = text {
        Document::parse(text, Kind::Session).map_err(|error| malformed_policy(&error))?;
    }
    Ok(text.map(str::to_owned))
}

fn trusts_nobody() -> Option<Arc<Policy>> {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"nobody.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    Policy::parse("trust-policy", text, Kind::Trust).ok()
}
