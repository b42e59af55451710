//! Roles: CreateRole, GetRole, ListRoles, DeleteRole.

use iam::calls::Slot;
use iam::limits::check_one_more;
use iam::names::Name;
use iam::policy::{Kind, counted_characters};

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{
    Directory, IdKind, InvalidPrincipal, Pinned, Policies, Principal, Role, Tags, unique_id,
};
use crate::services::iam::limits::{LIMITS, limit_exceeded};
use crate::services::iam::page::PageRequest;
use crate::services::iam::user::{conflict, existing_boundary, made_with, nothing_left};
use crate::services::iam::{Iam, document, names, shapes};
use crate::services::query::{Parameters, QueryCall, Xml};

/// The role with a name.
///
/// # Errors
/// `NoSuchEntity`
pub(super) fn existing<'a>(directory: &'a Directory, name: &str) -> Result<&'a Role, ApiError> {
    match directory.role(name) {
        Some(role) => Ok(role.as_ref()),
        None => Err(ApiError::not_found(
            "NoSuchEntity",
            format!("The role with name {name} cannot be found."),
        )),
    }
}

/// Changes a role that exists.
pub(super) fn change(
    directory: &mut Directory,
    name: &str,
    change: impl FnOnce(&mut Role) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let mut role = existing(directory, name)?.clone();
    change(&mut role)?;
    directory.put_role(role);
    Ok(())
}

/// A trust policy in its bounds, with those whom it names pinned.
///
/// # Errors
/// `MalformedPolicyDocument`, `LimitExceeded`
pub(super) fn trust_policy(text: &str, directory: &Directory) -> Result<Pinned, ApiError> {
    let pinned =
        Pinned::new("trust-policy", text, Kind::Trust, directory).map_err(|error| match error {
            InvalidPrincipal::Document(error) => document::malformed(&error),
            unknown @ InvalidPrincipal::Unknown(_) => {
                ApiError::bad_request("MalformedPolicyDocument", unknown.to_string())
            }
        })?;
    if counted_characters(text) > LIMITS.trust_policy {
        return Err(limit_exceeded(format!(
            "Cannot exceed quota for ACLSizePerRole: {}",
            LIMITS.trust_policy
        )));
    }
    Ok(pinned)
}

/// How long sessions of a role may last, if it is said.
pub(super) fn max_session_seconds(parameters: &Parameters) -> Result<Option<u32>, ApiError> {
    parameters.number("MaxSessionDuration", 3600..=43_200)
}

#[derive(Debug)]
pub(super) struct CreateRole {
    name: String,
    path: String,
    trust: String,
    description: Option<String>,
    max_session_seconds: u32,
    tags: Tags,
    boundary: Option<String>,
}

impl Operation for CreateRole {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreateRole";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for CreateRole {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: names::name(parameters, "RoleName", Name::Role)?,
            path: names::path(parameters, Name::Path)?,
            trust: document::text(parameters, "AssumeRolePolicyDocument")?.to_owned(),
            description: names::description(parameters)?,
            max_session_seconds: max_session_seconds(parameters)?.unwrap_or(3600),
            tags: names::tags(parameters)?,
            boundary: names::boundary(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        let arn = iam.arn("role", &self.path, &self.name);
        let particulars = Particulars::new().name(Slot::RoleArn, arn);
        made_with(particulars, &self.tags, self.boundary.as_deref())
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let arn = iam.arn("role", &call.path, &call.name);
        let now = permit.request().at();
        let made = iam
            .identities
            .change(&permit, move |directory| {
                if directory.role(&call.name).is_some() {
                    return Err(ApiError::conflict(
                        "EntityAlreadyExists",
                        format!("Role with name {} already exists.", call.name),
                    ));
                }
                check_one_more(directory.roles().count(), LIMITS.roles, "RolesPerAccount")?;
                let role = Role {
                    trust: trust_policy(&call.trust, directory)?,
                    principal: Principal {
                        boundary: existing_boundary(directory, call.boundary.as_deref())?,
                        name: call.name,
                        path: call.path,
                        arn,
                        id: unique_id(IdKind::Role),
                        created_at: now,
                        tags: call.tags,
                        policies: Policies::default(),
                    },
                    description: call.description,
                    max_session_seconds: call.max_session_seconds,
                };
                directory.put_role(role.clone());
                Ok(role)
            })
            .await?;
        let directory = iam.directory();
        let mut xml = Xml::new();
        xml.within("Role", |xml| shapes::role(xml, &made, &directory, true));
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct GetRole {
    name: String,
}

impl Operation for GetRole {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetRole";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetRole {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let name = names::name(parameters, "RoleName", Name::Role)?;
        Ok(Self { name })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_role(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let role = existing(&directory, &call.name)?;
        let mut xml = Xml::new();
        xml.within("Role", |xml| shapes::role(xml, role, &directory, true));
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct ListRoles {
    path_prefix: String,
    page: PageRequest,
}

impl Operation for ListRoles {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListRoles";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListRoles {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            path_prefix: names::path_prefix(parameters)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        Particulars::new().name(Slot::RoleArn, iam.arn("role", &self.path_prefix, ""))
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let roles = directory
            .roles()
            .filter(|role| role.principal.path.starts_with(&call.path_prefix));
        let page = call
            .page
            .take(roles, |role| role.principal.name.to_lowercase());
        let mut xml = Xml::new();
        xml.members("Roles", &page.items, |xml, role| {
            shapes::role(xml, role, &directory, false);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct DeleteRole {
    name: String,
}

impl Operation for DeleteRole {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "DeleteRole";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for DeleteRole {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let name = names::name(parameters, "RoleName", Name::Role)?;
        Ok(Self { name })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_role(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let role = existing(directory, &call.name)?;
                nothing_left(&role.principal.policies)?;
                if directory.instance_profiles_of(role).next().is_some() {
                    return Err(conflict("must remove roles from instance profile first."));
                }
                directory.remove_role(&call.name);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}
