//! What can be changed of users and roles themselves: UpdateUser, UpdateRole,
//! UpdateRoleDescription.

use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::iam::{Iam, names, role, shapes, user};
use crate::services::query::{Parameters, QueryCall, Xml};

#[derive(Debug)]
pub(super) struct UpdateUser {
    name: String,
    new_name: Option<String>,
    new_path: Option<String>,
}

impl Operation for UpdateUser {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "UpdateUser";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for UpdateUser {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: names::name(parameters, "UserName", Name::User)?,
            new_name: names::name_if(parameters, "NewUserName", Name::User)?,
            new_path: names::name_if(parameters, "NewPath", Name::Path)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_user(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let account = iam.account;
        iam.identities
            .change(&permit, move |directory| {
                let mut user = user::existing(directory, &call.name)?.clone();
                directory.remove_user(&call.name);
                let principal = &mut user.principal;
                if let Some(name) = call.new_name {
                    user::not_taken(directory, &name)?;
                    principal.name = name;
                }
                if let Some(path) = call.new_path {
                    principal.path = path;
                }
                principal.arn = shapes::arn(account, "user", &principal.path, &principal.name);
                directory.put_user(user);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct UpdateRole {
    name: String,
    description: Option<String>,
    max_session_seconds: Option<u32>,
}

impl Operation for UpdateRole {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "UpdateRole";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for UpdateRole {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: names::name(parameters, "RoleName", Name::Role)?,
            description: names::description(parameters)?,
            max_session_seconds: role::max_session_seconds(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_role(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                role::change(directory, &call.name, |role| {
                    role.description = call.description.or(role.description.take());
                    if let Some(seconds) = call.max_session_seconds {
                        role.max_session_seconds = seconds;
                    }
                    Ok(())
                })
            })
            .await?;
        // The result is there, and empty.
        Ok(Some(Xml::new()))
    }
}

#[derive(Debug)]
pub(super) struct UpdateRoleDescription {
    name: String,
    description: Option<String>,
}

impl Operation for UpdateRoleDescription {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "UpdateRoleDescription";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for UpdateRoleDescription {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        parameters.required("Description")?;
        Ok(Self {
            name: names::name(parameters, "RoleName", Name::Role)?,
            description: names::description(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_role(&self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let role = iam
            .identities
            .change(&permit, move |directory| {
                let mut role = role::existing(directory, &call.name)?.clone();
                role.description = call.description;
                directory.put_role(role.clone());
                Ok(role)
            })
            .await?;
        let directory = iam.directory();
        let mut xml = Xml::new();
        xml.within("Role", |xml| shapes::role(xml, &role, &directory, true));
        Ok(Some(xml))
    }
}
