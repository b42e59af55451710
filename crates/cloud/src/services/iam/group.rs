//! Groups: CreateGroup, GetGroup, ListGroups, UpdateGroup, DeleteGroup.

use std::collections::BTreeSet;

use iam::calls::Slot;
use iam::limits::check_one_more;
use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Directory, Group, IdKind, Policies, unique_id};
use crate::services::iam::limits::LIMITS;
use crate::services::iam::page::PageRequest;
use crate::services::iam::user::{conflict, nothing_left};
use crate::services::iam::{Iam, names, shapes};
use crate::services::query::{Parameters, QueryCall, Xml};

/// The group with a name.
///
/// # Errors
/// `NoSuchEntity`
pub(super) fn existing<'a>(directory: &'a Directory, name: &str) -> Result<&'a Group, ApiError> {
    match directory.group(name) {
        Some(group) => Ok(group.as_ref()),
        None => Err(ApiError::not_found(
            "NoSuchEntity",
            format!("The group with name {name} cannot be found."),
        )),
    }
}

fn not_taken(directory: &Directory, name: &str) -> Result<(), ApiError> {
    match directory.group(name) {
        Some(_) => Err(ApiError::conflict(
            "EntityAlreadyExists",
            format!("Group with name {name} already exists."),
        )),
        None => Ok(()),
    }
}

#[derive(Debug)]
pub(super) struct CreateGroup {
    name: String,
    path: String,
}

impl Operation for CreateGroup {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreateGroup";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for CreateGroup {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: names::name(parameters, "GroupName", Name::Group)?,
            path: names::path(parameters, Name::Path)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        Particulars::new().name(Slot::GroupArn, iam.arn("group", &self.path, &self.name))
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let arn = iam.arn("group", &call.path, &call.name);
        let now = permit.request().at();
        let made = iam
            .identities
            .change(&permit, move |directory| {
                not_taken(directory, &call.name)?;
                check_one_more(
                    directory.groups().count(),
                    LIMITS.groups,
                    "GroupsPerAccount",
                )?;
                let group = Group {
                    name: call.name,
                    path: call.path,
                    arn,
                    id: unique_id(IdKind::Group),
                    created_at: now,
                    policies: Policies::default(),
                    members: BTreeSet::new(),
                };
                directory.put_group(group.clone());
                Ok(group)
            })
            .await?;
        let mut xml = Xml::new();
        xml.within("Group", |xml| shapes::group(xml, &made));
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct GetGroup {
    name: String,
    page: PageRequest,
}

impl Operation for GetGroup {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetGroup";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetGroup {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: names::name(parameters, "GroupName", Name::Group)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_group(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let group = existing(&directory, &call.name)?;
        let members = directory
            .users()
            .filter(|user| group.members.contains(&user.principal.id));
        let page = call
            .page
            .take(members, |user| user.principal.name.to_lowercase());
        let mut xml = Xml::new();
        xml.within("Group", |xml| shapes::group(xml, group));
        xml.members("Users", &page.items, |xml, user| {
            shapes::user(xml, user, false);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct ListGroups {
    path_prefix: String,
    page: PageRequest,
}

impl Operation for ListGroups {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListGroups";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListGroups {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            path_prefix: names::path_prefix(parameters)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        Particulars::new().name(Slot::GroupArn, iam.arn("group", &self.path_prefix, ""))
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let groups = directory
            .groups()
            .filter(|group| group.path.starts_with(&call.path_prefix));
        let page = call.page.take(groups, |group| group.name.to_lowercase());
        let mut xml = Xml::new();
        xml.members("Groups", &page.items, |xml, group| {
            shapes::group(xml, group);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct UpdateGroup {
    name: String,
    new_name: Option<String>,
    new_path: Option<String>,
}

impl Operation for UpdateGroup {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "UpdateGroup";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for UpdateGroup {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: names::name(parameters, "GroupName", Name::Group)?,
            new_name: names::name_if(parameters, "NewGroupName", Name::Group)?,
            new_path: names::name_if(parameters, "NewPath", Name::Path)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_group(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let account = iam.account;
        iam.identities
            .change(&permit, move |directory| {
                let mut group = existing(directory, &call.name)?.clone();
                directory.remove_group(&call.name);
                if let Some(name) = call.new_name {
                    not_taken(directory, &name)?;
                    group.name = name;
                }
                group.path = call.new_path.unwrap_or(group.path);
                group.arn = shapes::arn(account, "group", &group.path, &group.name);
                directory.put_group(group);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct DeleteGroup {
    name: String,
}

impl Operation for DeleteGroup {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "DeleteGroup";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for DeleteGroup {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let name = names::name(parameters, "GroupName", Name::Group)?;
        Ok(Self { name })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_group(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let group = existing(directory, &call.name)?;
                nothing_left(&group.policies)?;
                let populated = directory
                    .users()
                    .any(|user| group.members.contains(&user.principal.id));
                if populated {
                    return Err(conflict("must remove users from group first."));
                }
                directory.remove_group(&call.name);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}
