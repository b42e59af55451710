//! Who is in which group: AddUserToGroup, RemoveUserFromGroup, ListGroupsForUser.

use iam::limits::check_one_more;
use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::iam::limits::LIMITS;
use crate::services::iam::page::PageRequest;
use crate::services::iam::{Iam, group, names, shapes, user};
use crate::services::query::{Parameters, QueryCall, Xml};

#[derive(Debug)]
pub(super) struct AddUserToGroup {
    group: String,
    user: String,
}

impl Operation for AddUserToGroup {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "AddUserToGroup";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for AddUserToGroup {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            group: names::name(parameters, "GroupName", Name::Group)?,
            user: names::name(parameters, "UserName", Name::User)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_group(&self.group)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let mut group = group::existing(directory, &call.group)?.clone();
                let user = user::existing(directory, &call.user)?;
                // Adding again who is in it is no error.
                if !group.members.contains(&user.principal.id) {
                    check_one_more(
                        directory.groups_of(user).count(),
                        LIMITS.groups_per_user,
                        "GroupsPerUser",
                    )?;
                }
                group.members.insert(user.principal.id.clone());
                directory.put_group(group);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct RemoveUserFromGroup {
    group: String,
    user: String,
}

impl Operation for RemoveUserFromGroup {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "RemoveUserFromGroup";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for RemoveUserFromGroup {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            group: names::name(parameters, "GroupName", Name::Group)?,
            user: names::name(parameters, "UserName", Name::User)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_group(&self.group)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let mut group = group::existing(directory, &call.group)?.clone();
                let user = user::existing(directory, &call.user)?;
                if !group.members.remove(&user.principal.id) {
                    return Err(ApiError::not_found(
                        "NoSuchEntity",
                        format!("User {} is not in group {}.", call.user, call.group),
                    ));
                }
                directory.put_group(group);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct ListGroupsForUser {
    user: String,
    page: PageRequest,
}

impl Operation for ListGroupsForUser {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListGroupsForUser";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListGroupsForUser {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            user: names::name(parameters, "UserName", Name::User)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_user(&self.user)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let user = user::existing(&directory, &call.user)?;
        let groups = directory.groups_of(user);
        let page = call.page.take(groups, |group| group.name.to_lowercase());
        let mut xml = Xml::new();
        xml.members("Groups", &page.items, |xml, group| {
            shapes::group(xml, group);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}
