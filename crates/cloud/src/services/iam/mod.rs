//! IAM: users, roles, managed policies, access keys, simulation.

mod access_key;
mod attachment;
mod document;
mod inline_policy;
mod limits;
mod managed_policy;
mod names;
mod page;
mod policy_version;
mod role;
mod shapes;
mod simulate;
mod trust_policy;
mod user;

use std::sync::Arc;

use iam::AccountId;
use iam::calls::Slot;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorizer, Particulars};
use crate::body::VerifiedBody;
use crate::identity::{Directory, Identities, Tags};
use crate::response::Response;
use crate::services::Serve;
use crate::services::query::{Parameters, QueryCall, carry_out, invalid_action};

pub(crate) use self::document::malformed as malformed_policy;
pub(crate) use self::limits::LIMITS;
pub(crate) use self::names::check as check_name;

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// The service.
#[derive(Debug)]
pub(crate) struct Iam {
    pub(crate) account: AccountId,
    pub(crate) identities: Identities,
    pub(crate) authorizer: Authorizer,
}

impl Serve for Iam {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let parameters = Parameters::read(&request, body).await?;
        self.dispatch(&request, &parameters).await
    }
}

impl Iam {
    async fn dispatch(
        &self,
        request: &Authenticated,
        parameters: &Parameters,
    ) -> Result<Response, ApiError> {
        macro_rules! carry_out {
            ($call:ty) => {
                self.carry_out::<$call>(request, parameters).await
            };
        }
        match parameters.action() {
            "CreateUser" => carry_out!(user::CreateUser),
            "GetUser" => carry_out!(user::GetUser),
            "ListUsers" => carry_out!(user::ListUsers),
            "DeleteUser" => carry_out!(user::DeleteUser),
            "CreateAccessKey" => carry_out!(access_key::CreateAccessKey),
            "ListAccessKeys" => carry_out!(access_key::ListAccessKeys),
            "UpdateAccessKey" => carry_out!(access_key::UpdateAccessKey),
            "DeleteAccessKey" => carry_out!(access_key::DeleteAccessKey),
            "CreateRole" => carry_out!(role::CreateRole),
            "GetRole" => carry_out!(role::GetRole),
            "ListRoles" => carry_out!(role::ListRoles),
            "DeleteRole" => carry_out!(role::DeleteRole),
            "UpdateAssumeRolePolicy" => carry_out!(trust_policy::UpdateAssumeRolePolicy),
            "PutUserPolicy" => carry_out!(inline_policy::PutPolicy<inline_policy::OfUser>),
            "GetUserPolicy" => carry_out!(inline_policy::GetPolicy<inline_policy::OfUser>),
            "DeleteUserPolicy" => carry_out!(inline_policy::DeletePolicy<inline_policy::OfUser>),
            "ListUserPolicies" => carry_out!(inline_policy::ListPolicies<inline_policy::OfUser>),
            "PutRolePolicy" => carry_out!(inline_policy::PutPolicy<inline_policy::OfRole>),
            "GetRolePolicy" => carry_out!(inline_policy::GetPolicy<inline_policy::OfRole>),
            "DeleteRolePolicy" => carry_out!(inline_policy::DeletePolicy<inline_policy::OfRole>),
            "ListRolePolicies" => carry_out!(inline_policy::ListPolicies<inline_policy::OfRole>),
            "AttachUserPolicy" => carry_out!(attachment::Attach<inline_policy::OfUser>),
            "DetachUserPolicy" => carry_out!(attachment::Detach<inline_policy::OfUser>),
            "ListAttachedUserPolicies" => {
                carry_out!(attachment::ListAttached<inline_policy::OfUser>)
            }
            "AttachRolePolicy" => carry_out!(attachment::Attach<inline_policy::OfRole>),
            "DetachRolePolicy" => carry_out!(attachment::Detach<inline_policy::OfRole>),
            "ListAttachedRolePolicies" => {
                carry_out!(attachment::ListAttached<inline_policy::OfRole>)
            }
            "CreatePolicy" => carry_out!(managed_policy::CreatePolicy),
            "GetPolicy" => carry_out!(managed_policy::GetPolicy),
            "ListPolicies" => carry_out!(managed_policy::ListPolicies),
            "DeletePolicy" => carry_out!(managed_policy::DeletePolicy),
            "CreatePolicyVersion" => carry_out!(policy_version::CreatePolicyVersion),
            "GetPolicyVersion" => carry_out!(policy_version::GetPolicyVersion),
            "ListPolicyVersions" => carry_out!(policy_version::ListPolicyVersions),
            "DeletePolicyVersion" => carry_out!(policy_version::DeletePolicyVersion),
            "SetDefaultPolicyVersion" => carry_out!(policy_version::SetDefaultPolicyVersion),
            "SimulatePrincipalPolicy" => carry_out!(simulate::SimulatePrincipalPolicy),
            _ => Err(invalid_action(parameters)),
        }
    }

    async fn carry_out<Call: QueryCall<Self>>(
        &self,
        request: &Authenticated,
        parameters: &Parameters,
    ) -> Result<Response, ApiError> {
        carry_out::<Self, Call>(self, &self.authorizer, NAMESPACE, request, parameters).await
    }

    fn directory(&self) -> Arc<Directory> {
        self.identities.directory()
    }

    /// The ARN of something in the account: `arn:aws:iam::ACCOUNT:KIND/PATH/NAME`.
    fn arn(&self, kind: &str, path: &str, name: &str) -> String {
        format!("arn:aws:iam::{}:{kind}{path}{name}", self.account)
    }

    /// What decisions about a user depend on.
    fn about_user(&self, name: &str) -> Particulars {
        let directory = self.directory();
        let tags = directory.user(name).map(|user| &user.principal.tags);
        about(Slot::UserArn, self.user_arn(name), tags)
    }

    /// What decisions about a role depend on.
    fn about_role(&self, name: &str) -> Particulars {
        let directory = self.directory();
        let tags = directory.role(name).map(|role| &role.principal.tags);
        about(Slot::RoleArn, self.role_arn(name), tags)
    }

    /// What decisions about a managed policy depend on.
    fn about_policy(&self, arn: &str) -> Particulars {
        let directory = self.directory();
        let tags = directory.policy(arn).map(|policy| &policy.tags);
        about(Slot::PolicyArn, arn.to_owned(), tags)
    }

    /// The ARN of a user, as decisions name it: of one that does not exist, without a path.
    fn user_arn(&self, name: &str) -> String {
        match self.directory().user(name) {
            Some(user) => user.principal.arn.clone(),
            None => self.arn("user", "/", name),
        }
    }

    /// The ARN of a role, as decisions name it: of one that does not exist, without a path.
    fn role_arn(&self, name: &str) -> String {
        match self.directory().role(name) {
            Some(role) => role.principal.arn.clone(),
            None => self.arn("role", "/", name),
        }
    }
}

fn about(slot: Slot, arn: String, tags: Option<&Tags>) -> Particulars {
    let particulars = Particulars::new().name(slot, arn);
    tags.into_iter()
        .flatten()
        .fold(particulars, |particulars, (key, value)| {
            particulars.key(&format!("aws:ResourceTag/{key}"), value)
        })
}
