//! IAM: users, groups, roles, instance profiles, managed policies, access keys, simulation.

mod access_key;
mod account_summary;
mod attachment;
mod authorization_details;
mod boundary;
mod context_keys;
mod document;
mod entities_for_policy;
mod group;
mod holder;
mod inline_policy;
mod instance_profile;
mod instance_role;
mod key_last_used;
mod limits;
mod managed_policy;
mod membership;
mod names;
mod page;
mod policy_source;
mod policy_version;
mod role;
mod shapes;
mod simulate;
mod tagging;
mod trust_policy;
mod update;
mod user;

use std::sync::Arc;

use iam::AccountId;
use iam::calls::Slot;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorizer, Particulars};
use crate::body::VerifiedBody;
use crate::identity::{Directory, Identities, KeyUses, Tags};
use crate::response::Response;
use crate::services::Serve;
use crate::services::query::{Parameters, QueryCall, carry_out, invalid_action};

use self::holder::{OfGroup, OfRole, OfUser};
use self::tagging::{OfInstanceProfile, OfPolicy};

pub(crate) use self::document::malformed as malformed_policy;
pub(crate) use self::limits::LIMITS;
pub(crate) use self::names::check as check_name;

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// The service.
#[derive(Debug)]
pub(crate) struct Iam {
    pub(crate) account: AccountId,
    pub(crate) identities: Identities,
    pub(crate) key_uses: KeyUses,
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
            "PutUserPolicy" => carry_out!(inline_policy::PutPolicy<OfUser>),
            "GetUserPolicy" => carry_out!(inline_policy::GetPolicy<OfUser>),
            "DeleteUserPolicy" => carry_out!(inline_policy::DeletePolicy<OfUser>),
            "ListUserPolicies" => carry_out!(inline_policy::ListPolicies<OfUser>),
            "PutRolePolicy" => carry_out!(inline_policy::PutPolicy<OfRole>),
            "GetRolePolicy" => carry_out!(inline_policy::GetPolicy<OfRole>),
            "DeleteRolePolicy" => carry_out!(inline_policy::DeletePolicy<OfRole>),
            "ListRolePolicies" => carry_out!(inline_policy::ListPolicies<OfRole>),
            "AttachUserPolicy" => carry_out!(attachment::Attach<OfUser>),
            "DetachUserPolicy" => carry_out!(attachment::Detach<OfUser>),
            "ListAttachedUserPolicies" => carry_out!(attachment::ListAttached<OfUser>),
            "AttachRolePolicy" => carry_out!(attachment::Attach<OfRole>),
            "DetachRolePolicy" => carry_out!(attachment::Detach<OfRole>),
            "ListAttachedRolePolicies" => carry_out!(attachment::ListAttached<OfRole>),
            "UpdateUser" => carry_out!(update::UpdateUser),
            "UpdateRole" => carry_out!(update::UpdateRole),
            "UpdateRoleDescription" => carry_out!(update::UpdateRoleDescription),
            "PutUserPermissionsBoundary" => carry_out!(boundary::PutBoundary<OfUser>),
            "DeleteUserPermissionsBoundary" => carry_out!(boundary::DeleteBoundary<OfUser>),
            "PutRolePermissionsBoundary" => carry_out!(boundary::PutBoundary<OfRole>),
            "DeleteRolePermissionsBoundary" => carry_out!(boundary::DeleteBoundary<OfRole>),
            "TagUser" => carry_out!(tagging::Tag<OfUser>),
            "UntagUser" => carry_out!(tagging::Untag<OfUser>),
            "ListUserTags" => carry_out!(tagging::ListTags<OfUser>),
            "TagRole" => carry_out!(tagging::Tag<OfRole>),
            "UntagRole" => carry_out!(tagging::Untag<OfRole>),
            "ListRoleTags" => carry_out!(tagging::ListTags<OfRole>),
            "TagPolicy" => carry_out!(tagging::Tag<OfPolicy>),
            "UntagPolicy" => carry_out!(tagging::Untag<OfPolicy>),
            "ListPolicyTags" => carry_out!(tagging::ListTags<OfPolicy>),
            "TagInstanceProfile" => carry_out!(tagging::Tag<OfInstanceProfile>),
            "UntagInstanceProfile" => carry_out!(tagging::Untag<OfInstanceProfile>),
            "ListInstanceProfileTags" => carry_out!(tagging::ListTags<OfInstanceProfile>),
            "GetAccessKeyLastUsed" => carry_out!(key_last_used::GetAccessKeyLastUsed),
            "CreateGroup" => carry_out!(group::CreateGroup),
            "GetGroup" => carry_out!(group::GetGroup),
            "ListGroups" => carry_out!(group::ListGroups),
            "UpdateGroup" => carry_out!(group::UpdateGroup),
            "DeleteGroup" => carry_out!(group::DeleteGroup),
            "AddUserToGroup" => carry_out!(membership::AddUserToGroup),
            "RemoveUserFromGroup" => carry_out!(membership::RemoveUserFromGroup),
            "ListGroupsForUser" => carry_out!(membership::ListGroupsForUser),
            "PutGroupPolicy" => carry_out!(inline_policy::PutPolicy<OfGroup>),
            "GetGroupPolicy" => carry_out!(inline_policy::GetPolicy<OfGroup>),
            "DeleteGroupPolicy" => carry_out!(inline_policy::DeletePolicy<OfGroup>),
            "ListGroupPolicies" => carry_out!(inline_policy::ListPolicies<OfGroup>),
            "AttachGroupPolicy" => carry_out!(attachment::Attach<OfGroup>),
            "DetachGroupPolicy" => carry_out!(attachment::Detach<OfGroup>),
            "ListAttachedGroupPolicies" => carry_out!(attachment::ListAttached<OfGroup>),
            "CreateInstanceProfile" => carry_out!(instance_profile::CreateInstanceProfile),
            "GetInstanceProfile" => carry_out!(instance_profile::GetInstanceProfile),
            "ListInstanceProfiles" => carry_out!(instance_profile::ListInstanceProfiles),
            "DeleteInstanceProfile" => carry_out!(instance_profile::DeleteInstanceProfile),
            "AddRoleToInstanceProfile" => carry_out!(instance_role::AddRoleToInstanceProfile),
            "RemoveRoleFromInstanceProfile" => {
                carry_out!(instance_role::RemoveRoleFromInstanceProfile)
            }
            "ListInstanceProfilesForRole" => carry_out!(instance_role::ListInstanceProfilesForRole),
            "CreatePolicy" => carry_out!(managed_policy::CreatePolicy),
            "GetPolicy" => carry_out!(managed_policy::GetPolicy),
            "ListPolicies" => carry_out!(managed_policy::ListPolicies),
            "DeletePolicy" => carry_out!(managed_policy::DeletePolicy),
            "CreatePolicyVersion" => carry_out!(policy_version::CreatePolicyVersion),
            "GetPolicyVersion" => carry_out!(policy_version::GetPolicyVersion),
            "ListPolicyVersions" => carry_out!(policy_version::ListPolicyVersions),
            "DeletePolicyVersion" => carry_out!(policy_version::DeletePolicyVersion),
            "SetDefaultPolicyVersion" => carry_out!(policy_version::SetDefaultPolicyVersion),
            "ListEntitiesForPolicy" => carry_out!(entities_for_policy::ListEntitiesForPolicy),
            "GetAccountSummary" => carry_out!(account_summary::GetAccountSummary),
            "GetAccountAuthorizationDetails" => {
                carry_out!(authorization_details::GetAccountAuthorizationDetails)
            }
            "SimulatePrincipalPolicy" => carry_out!(simulate::SimulatePrincipalPolicy),
            "SimulateCustomPolicy" => carry_out!(simulate::SimulateCustomPolicy),
            "GetContextKeysForPrincipalPolicy" => {
                carry_out!(context_keys::GetContextKeysForPrincipalPolicy)
            }
            "GetContextKeysForCustomPolicy" => {
                carry_out!(context_keys::GetContextKeysForCustomPolicy)
            }
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
        shapes::arn(self.account, kind, path, name)
    }

    /// What decisions about a user depend on.
    fn about_user(&self, name: &str) -> Particulars {
        let directory = self.directory();
        let tags = directory.user(name).map(|user| &user.principal.tags);
        about(Slot::UserArn, self.user_arn(name), tags)
    }

    /// What decisions about a group depend on. Groups have no tags.
    fn about_group(&self, name: &str) -> Particulars {
        let arn = match self.directory().group(name) {
            Some(group) => group.arn.clone(),
            None => self.arn("group", "/", name),
        };
        about(Slot::GroupArn, arn, None)
    }

    /// What decisions about an instance profile depend on.
    fn about_instance_profile(&self, name: &str) -> Particulars {
        let directory = self.directory();
        let profile = directory.instance_profile(name);
        let arn = match profile {
            Some(profile) => profile.arn.clone(),
            None => self.arn("instance-profile", "/", name),
        };
        about(
            Slot::InstanceProfileArn,
            arn,
            profile.map(|profile| &profile.tags),
        )
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
            particulars
                .key(&format!("aws:ResourceTag/{key}"), value)
                .key(&format!("iam:ResourceTag/{key}"), value)
        })
}
