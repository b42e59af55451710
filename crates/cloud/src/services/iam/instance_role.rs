//! The role of an instance profile: AddRoleToInstanceProfile, RemoveRoleFromInstanceProfile,
//! ListInstanceProfilesForRole.

use iam::calls::Slot;
use iam::limits::check_one_more;
use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::iam::page::PageRequest;
use crate::services::iam::{Iam, instance_profile, names, role, shapes};
use crate::services::query::{Parameters, QueryCall, Xml};

#[derive(Debug)]
pub(super) struct AddRoleToInstanceProfile {
    profile: String,
    role: String,
}

impl Operation for AddRoleToInstanceProfile {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "AddRoleToInstanceProfile";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for AddRoleToInstanceProfile {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            profile: names::name(parameters, "InstanceProfileName", Name::InstanceProfile)?,
            role: names::name(parameters, "RoleName", Name::Role)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_instance_profile(&self.profile)
            .name(Slot::RoleArn, iam.role_arn(&self.role))
            .key("iam:PassedToService", "ec2.amazonaws.com")
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let mut profile = instance_profile::existing(directory, &call.profile)?.clone();
                let role = role::existing(directory, &call.role)?;
                let present = usize::from(profile.role.is_some());
                check_one_more(present, 1, "InstanceSessionsPerInstanceProfile")?;
                profile.role = Some(role.principal.name.clone());
                directory.put_instance_profile(profile);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct RemoveRoleFromInstanceProfile {
    profile: String,
    role: String,
}

impl Operation for RemoveRoleFromInstanceProfile {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "RemoveRoleFromInstanceProfile";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for RemoveRoleFromInstanceProfile {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            profile: names::name(parameters, "InstanceProfileName", Name::InstanceProfile)?,
            role: names::name(parameters, "RoleName", Name::Role)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_instance_profile(&self.profile)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let mut profile = instance_profile::existing(directory, &call.profile)?.clone();
                let role = role::existing(directory, &call.role)?;
                if profile.role.as_ref() != Some(&role.principal.name) {
                    return Err(ApiError::not_found(
                        "NoSuchEntity",
                        format!(
                            "Role {} cannot be found in instance profile {}.",
                            call.role, call.profile
                        ),
                    ));
                }
                profile.role = None;
                directory.put_instance_profile(profile);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct ListInstanceProfilesForRole {
    role: String,
    page: PageRequest,
}

impl Operation for ListInstanceProfilesForRole {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListInstanceProfilesForRole";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListInstanceProfilesForRole {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            role: names::name(parameters, "RoleName", Name::Role)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_role(&self.role)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let role = role::existing(&directory, &call.role)?;
        let profiles = directory.instance_profiles_of(role);
        let page = call
            .page
            .take(profiles, |profile| profile.name.to_lowercase());
        let mut xml = Xml::new();
        xml.members("InstanceProfiles", &page.items, |xml, profile| {
            shapes::instance_profile(xml, profile, &directory, false);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}
