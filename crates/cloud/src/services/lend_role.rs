//! `LendRole`: a role's temporary credentials for a service of AWS that this cloud does not run.
//!
//! The metadata endpoints of instances and containers ask for them. AWS makes them inside; here the call is in the
//! history like every other, and the role's trust policy decides for the service as it does for Lambda.

use iam::AccountId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorizer, Operation, Particulars};
use crate::body::VerifiedBody;
use crate::config::Region;
use crate::identity::{Identities, NewSession, Sessions};
use crate::response::Response;
use crate::services::json;

const LARGEST_INPUT: usize = 4096;

/// A day; instances and containers get six hours.
const LONGEST_SECONDS: u32 = 86_400;

/// What lending needs.
#[derive(Debug)]
pub(crate) struct Lender {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) identities: Identities,
    pub(crate) sessions: Sessions,
}

/// What is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LendRole {
    pub(crate) to: Workload,
    /// The id of the instance or task.
    pub(crate) id: String,
    /// The name of an instance's profile, or of a task's role.
    pub(crate) name: String,
    /// How long, from one second. STS gives no less than 900.
    pub(crate) duration_seconds: u32,
}

/// What runs under a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Workload {
    /// An instance of EC2.
    Instance,
    /// A task of ECS, on Fargate.
    Task,
}

impl Workload {
    /// The service that assumes the role.
    fn service(self) -> &'static str {
        match self {
            Self::Instance => "ec2.amazonaws.com",
            Self::Task => "ecs-tasks.amazonaws.com",
        }
    }

    /// On whose behalf the service does.
    fn arn(self, account: AccountId, region: &Region, id: &str) -> String {
        match self {
            Self::Instance => format!("arn:aws:ec2:{region}:{account}:instance/{id}"),
            Self::Task => format!("arn:aws:ecs:{region}:{account}:task/framewright/{id}"),
        }
    }
}

/// What is lent.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Lent {
    pub(crate) role_arn: String,
    /// The instance profile, of an instance.
    pub(crate) profile_arn: Option<String>,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl Operation for LendRole {
    const SERVICE: &'static str = "framewright";
    const NAME: &'static str = "LendRole";
    const READ_ONLY: bool = true;
}

impl Lender {
    /// Answers one request.
    ///
    /// # Errors
    /// A denial of the caller, or of the service by the role's trust policy.
    pub(crate) async fn serve(
        &self,
        authorizer: &Authorizer,
        request: &Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let input: LendRole = json::input(body, LARGEST_INPUT).await?;
        let call = authorizer.decide(request, input, &Particulars::new())?;
        if !(1..=LONGEST_SECONDS).contains(&call.duration_seconds) {
            return Err(ApiError::bad_request(
                "ValidationException",
                format!("DurationSeconds must be from 1 to {LONGEST_SECONDS}"),
            ));
        }
        let directory = self.identities.directory();
        let (profile_arn, role_name) = match call.to {
            Workload::Instance => {
                let profile = directory
                    .instance_profile(&call.name)
                    .ok_or_else(|| not_found("instance profile", &call.name))?;
                let role = profile
                    .role
                    .as_deref()
                    .ok_or_else(|| not_found("role of the instance profile", &call.name))?;
                (Some(profile.arn.clone()), role)
            }
            Workload::Task => (None, call.name.as_str()),
        };
        let role = directory
            .role(role_name)
            .ok_or_else(|| not_found("role", role_name))?;
        let arn = &role.principal.arn;
        let service = call.to.service();
        let source = call.to.arn(self.account, &self.region, &call.id);
        let trusted = iam::Arn::parse(arn).is_ok_and(|arn| {
            authorizer.service_may_assume(service, &arn, role.trust.policy(), &source)
        });
        if !trusted {
            return Err(ApiError::forbidden(
                "AccessDeniedException",
                format!("{service} may not assume {arn}: its trust policy does not allow it"),
            ));
        }
        let issued_at = call.permit().request().at();
        let lent = self.sessions.issue(NewSession {
            role,
            session_name: &call.id,
            issued_at,
            lasting: SignedDuration::from_secs(i64::from(call.duration_seconds)),
            policy: None,
            policy_arns: Vec::new(),
        });
        json::output(&Lent {
            role_arn: arn.clone(),
            profile_arn,
            access_key_id: lent.access_key_id,
            secret_access_key: lent.secret_access_key,
            session_token: lent.session_token,
            issued_at,
            expires_at: lent.expires_at,
        })
    }
}

fn not_found(what: &str, name: &str) -> ApiError {
    ApiError::bad_request(
        "ResourceNotFoundException",
        format!("The {what} with name {name} cannot be found."),
    )
}
