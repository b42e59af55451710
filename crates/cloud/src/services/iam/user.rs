//! Users: CreateUser, GetUser, ListUsers, DeleteUser.

use iam::calls::{Slot, When};
use iam::limits::check_one_more;
use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Directory, IdKind, Policies, Principal, Tags, User, unique_id};
use crate::services::iam::limits::LIMITS;
use crate::services::iam::page::PageRequest;
use crate::services::iam::{Iam, names, shapes};
use crate::services::query::{Parameters, QueryCall, Xml};

/// The user with a name.
///
/// # Errors
/// `NoSuchEntity`
pub(super) fn existing<'a>(directory: &'a Directory, name: &str) -> Result<&'a User, ApiError> {
    match directory.user(name) {
        Some(user) => Ok(user.as_ref()),
        None => Err(ApiError::not_found(
            "NoSuchEntity",
            format!("The user with name {name} cannot be found."),
        )),
    }
}

/// Changes a user that exists.
pub(super) fn change(
    directory: &mut Directory,
    name: &str,
    change: impl FnOnce(&mut User) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let mut user = existing(directory, name)?.clone();
    change(&mut user)?;
    directory.put_user(user);
    Ok(())
}

/// Refuses a name that a user has.
///
/// # Errors
/// `EntityAlreadyExists`
pub(super) fn not_taken(directory: &Directory, name: &str) -> Result<(), ApiError> {
    match directory.user(name) {
        Some(_) => Err(ApiError::conflict(
            "EntityAlreadyExists",
            format!("User with name {name} already exists."),
        )),
        None => Ok(()),
    }
}

/// The boundary of something that is made or bounded, which must exist.
///
/// # Errors
/// `NoSuchEntity`
pub(super) fn existing_boundary(
    directory: &Directory,
    boundary: Option<&str>,
) -> Result<Option<String>, ApiError> {
    match boundary {
        Some(arn) if directory.policy(arn).is_none() => Err(ApiError::not_found(
            "NoSuchEntity",
            format!("Scope ARN: {arn} does not exist or is not attachable."),
        )),
        boundary => Ok(boundary.map(str::to_owned)),
    }
}

/// The condition keys of something that is made with tags and a boundary.
pub(super) fn made_with(
    particulars: Particulars,
    tags: &Tags,
    boundary: Option<&str>,
) -> Particulars {
    let particulars = particulars
        .when(When::Tags, !tags.is_empty())
        .key_if("iam:PermissionsBoundary", boundary);
    names::with_request_tags(particulars, tags)
}

#[derive(Debug)]
pub(super) struct CreateUser {
    name: String,
    path: String,
    tags: Tags,
    boundary: Option<String>,
}

impl Operation for CreateUser {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreateUser";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for CreateUser {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: names::name(parameters, "UserName", Name::User)?,
            path: names::path(parameters, Name::Path)?,
            tags: names::tags(parameters)?,
            boundary: names::boundary(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        let arn = iam.arn("user", &self.path, &self.name);
        let particulars = Particulars::new().name(Slot::UserArn, arn);
        made_with(particulars, &self.tags, self.boundary.as_deref())
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let arn = iam.arn("user", &call.path, &call.name);
        let now = permit.request().at();
        let made = iam
            .identities
            .change(&permit, move |directory| {
                not_taken(directory, &call.name)?;
                check_one_more(directory.users().count(), LIMITS.users, "UsersPerAccount")?;
                let user = User {
                    principal: Principal {
                        boundary: existing_boundary(directory, call.boundary.as_deref())?,
                        name: call.name,
                        path: call.path,
                        arn,
                        id: unique_id(IdKind::User),
                        created_at: now,
                        tags: call.tags,
                        policies: Policies::default(),
                    },
                    keys: Vec::new(),
                };
                directory.put_user(user.clone());
                Ok(user)
            })
            .await?;
        let mut xml = Xml::new();
        xml.within("User", |xml| shapes::user(xml, &made, true));
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct GetUser {
    name: String,
}

impl Operation for GetUser {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetUser";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetUser {
    fn read(_: &Iam, request: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let name = names::user_or_self(request, parameters)?;
        Ok(Self { name })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_user(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let user = existing(&directory, &call.name)?;
        let mut xml = Xml::new();
        xml.within("User", |xml| shapes::user(xml, user, true));
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct ListUsers {
    path_prefix: String,
    page: PageRequest,
}

impl Operation for ListUsers {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListUsers";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListUsers {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            path_prefix: names::path_prefix(parameters)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        Particulars::new().name(Slot::UserArn, iam.arn("user", &self.path_prefix, ""))
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let users = directory
            .users()
            .filter(|user| user.principal.path.starts_with(&call.path_prefix));
        let page = call
            .page
            .take(users, |user| user.principal.name.to_lowercase());
        let mut xml = Xml::new();
        xml.members("Users", &page.items, |xml, user| {
            shapes::user(xml, user, false);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct DeleteUser {
    name: String,
}

impl Operation for DeleteUser {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "DeleteUser";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for DeleteUser {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let name = names::name(parameters, "UserName", Name::User)?;
        Ok(Self { name })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_user(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let user = existing(directory, &call.name)?;
                nothing_left(&user.principal.policies)?;
                if !user.keys.is_empty() {
                    return Err(conflict("must delete access keys first."));
                }
                if directory.groups_of(user).next().is_some() {
                    return Err(conflict("must remove users from group first."));
                }
                directory.remove_user(&call.name);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}

/// Refuses to delete what still has policies.
pub(super) fn nothing_left(policies: &Policies) -> Result<(), ApiError> {
    if !policies.attached.is_empty() {
        return Err(conflict("must detach all policies first."));
    }
    if !policies.inline.is_empty() {
        return Err(conflict("must delete policies first."));
    }
    Ok(())
}

/// `DeleteConflict`
pub(super) fn conflict(what: &str) -> ApiError {
    ApiError::conflict("DeleteConflict", format!("Cannot delete entity, {what}"))
}
