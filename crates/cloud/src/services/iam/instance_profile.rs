//! Instance profiles: CreateInstanceProfile, GetInstanceProfile, ListInstanceProfiles,
//! DeleteInstanceProfile.

use iam::calls::Slot;
use iam::limits::check_one_more;
use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Directory, IdKind, InstanceProfile, Tags, unique_id};
use crate::services::iam::limits::LIMITS;
use crate::services::iam::page::PageRequest;
use crate::services::iam::user::{conflict, made_with};
use crate::services::iam::{Iam, names, shapes};
use crate::services::query::{Parameters, QueryCall, Xml};

/// The instance profile with a name.
///
/// # Errors
/// `NoSuchEntity`
pub(super) fn existing<'a>(
    directory: &'a Directory,
    name: &str,
) -> Result<&'a InstanceProfile, ApiError> {
    match directory.instance_profile(name) {
        Some(profile) => Ok(profile.as_ref()),
        None => Err(ApiError::not_found(
            "NoSuchEntity",
            format!("Instance Profile {name} cannot be found."),
        )),
    }
}

#[derive(Debug)]
pub(super) struct CreateInstanceProfile {
    name: String,
    path: String,
    tags: Tags,
}

impl Operation for CreateInstanceProfile {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreateInstanceProfile";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for CreateInstanceProfile {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: names::name(parameters, "InstanceProfileName", Name::InstanceProfile)?,
            path: names::path(parameters, Name::Path)?,
            tags: names::tags(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        let arn = iam.arn("instance-profile", &self.path, &self.name);
        let particulars = Particulars::new().name(Slot::InstanceProfileArn, arn);
        made_with(particulars, &self.tags, None)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let arn = iam.arn("instance-profile", &call.path, &call.name);
        let now = permit.request().at();
        let made = iam
            .identities
            .change(&permit, move |directory| {
                if directory.instance_profile(&call.name).is_some() {
                    return Err(ApiError::conflict(
                        "EntityAlreadyExists",
                        format!("Instance Profile {} already exists.", call.name),
                    ));
                }
                check_one_more(
                    directory.instance_profiles().count(),
                    LIMITS.instance_profiles,
                    "InstanceProfilesPerAccount",
                )?;
                let profile = InstanceProfile {
                    name: call.name,
                    path: call.path,
                    arn,
                    id: unique_id(IdKind::InstanceProfile),
                    created_at: now,
                    tags: call.tags,
                    role: None,
                };
                directory.put_instance_profile(profile.clone());
                Ok(profile)
            })
            .await?;
        let directory = iam.directory();
        let mut xml = Xml::new();
        xml.within("InstanceProfile", |xml| {
            shapes::instance_profile(xml, &made, &directory, true);
        });
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct GetInstanceProfile {
    name: String,
}

impl Operation for GetInstanceProfile {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetInstanceProfile";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetInstanceProfile {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let name = names::name(parameters, "InstanceProfileName", Name::InstanceProfile)?;
        Ok(Self { name })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_instance_profile(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let profile = existing(&directory, &call.name)?;
        let mut xml = Xml::new();
        xml.within("InstanceProfile", |xml| {
            shapes::instance_profile(xml, profile, &directory, true);
        });
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct ListInstanceProfiles {
    path_prefix: String,
    page: PageRequest,
}

impl Operation for ListInstanceProfiles {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListInstanceProfiles";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListInstanceProfiles {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            path_prefix: names::path_prefix(parameters)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        let arn = iam.arn("instance-profile", &self.path_prefix, "");
        Particulars::new().name(Slot::InstanceProfileArn, arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let profiles = directory
            .instance_profiles()
            .filter(|profile| profile.path.starts_with(&call.path_prefix));
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

#[derive(Debug)]
pub(super) struct DeleteInstanceProfile {
    name: String,
}

impl Operation for DeleteInstanceProfile {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "DeleteInstanceProfile";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for DeleteInstanceProfile {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let name = names::name(parameters, "InstanceProfileName", Name::InstanceProfile)?;
        Ok(Self { name })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_instance_profile(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                if existing(directory, &call.name)?.role.is_some() {
                    return Err(conflict("must remove roles from instance profile first."));
                }
                directory.remove_instance_profile(&call.name);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}
