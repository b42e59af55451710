//! Long-term keys: CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey.

use iam::limits::check_one_more;
use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{AccessKey, IdKind, KeyStatus, User, secret_access_key, unique_id};
use crate::services::iam::limits::LIMITS;
use crate::services::iam::page::PageRequest;
use crate::services::iam::user::{change, existing};
use crate::services::iam::{Iam, names, shapes};
use crate::services::query::{Parameters, QueryCall, Xml, check_one_of};

fn status_text(status: KeyStatus) -> &'static str {
    match status {
        KeyStatus::Active => "Active",
        KeyStatus::Inactive => "Inactive",
    }
}

/// The key of a user, to change it.
fn key_of<'a>(user: &'a mut User, id: &str) -> Result<&'a mut AccessKey, ApiError> {
    user.keys
        .iter_mut()
        .find(|key| key.id == id)
        .ok_or_else(|| no_such_key(id))
}

pub(super) fn no_such_key(id: &str) -> ApiError {
    ApiError::not_found(
        "NoSuchEntity",
        format!("The Access Key with id {id} cannot be found."),
    )
}

#[derive(Debug)]
pub(super) struct CreateAccessKey {
    user: String,
}

impl Operation for CreateAccessKey {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreateAccessKey";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for CreateAccessKey {
    fn read(_: &Iam, request: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let user = names::user_or_self(request, parameters)?;
        Ok(Self { user })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_user(&self.user)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let now = permit.request().at();
        let (user, key) = iam
            .identities
            .change(&permit, move |directory| {
                let mut user = existing(directory, &call.user)?.clone();
                check_one_more(
                    user.keys.len(),
                    LIMITS.access_keys_per_user,
                    "AccessKeysPerUser",
                )?;
                let key = AccessKey {
                    id: unique_id(IdKind::LongTermKey),
                    secret: secret_access_key(),
                    status: KeyStatus::Active,
                    created_at: now,
                };
                user.keys.push(key.clone());
                let name = user.principal.name.clone();
                directory.put_user(user);
                Ok((name, key))
            })
            .await?;
        let mut xml = Xml::new();
        xml.within("AccessKey", |xml| {
            xml.text("UserName", &user)
                .text("AccessKeyId", &key.id)
                .text("Status", status_text(key.status))
                .text("SecretAccessKey", &key.secret);
            shapes::time(xml, "CreateDate", key.created_at);
        });
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct ListAccessKeys {
    user: String,
    page: PageRequest,
}

impl Operation for ListAccessKeys {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListAccessKeys";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListAccessKeys {
    fn read(_: &Iam, request: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            user: names::user_or_self(request, parameters)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_user(&self.user)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let user = existing(&directory, &call.user)?;
        let mut keys: Vec<&AccessKey> = user.keys.iter().collect();
        keys.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        let page = call.page.take(keys.into_iter(), |key| key.id.clone());
        let mut xml = Xml::new();
        xml.text("UserName", &user.principal.name);
        xml.members("AccessKeyMetadata", &page.items, |xml, key| {
            xml.text("UserName", &user.principal.name)
                .text("AccessKeyId", &key.id)
                .text("Status", status_text(key.status));
            shapes::time(xml, "CreateDate", key.created_at);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct UpdateAccessKey {
    user: String,
    id: String,
    status: KeyStatus,
}

impl Operation for UpdateAccessKey {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "UpdateAccessKey";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for UpdateAccessKey {
    fn read(_: &Iam, request: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let status = parameters.required("Status")?;
        check_one_of("status", status, &["Active", "Inactive"])?;
        let status = match status {
            "Active" => KeyStatus::Active,
            _ => KeyStatus::Inactive,
        };
        Ok(Self {
            user: names::user_or_self(request, parameters)?,
            id: names::name(parameters, "AccessKeyId", Name::AccessKeyId)?,
            status,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_user(&self.user)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                change(directory, &call.user, |user| {
                    key_of(user, &call.id)?.status = call.status;
                    Ok(())
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct DeleteAccessKey {
    user: String,
    id: String,
}

impl Operation for DeleteAccessKey {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "DeleteAccessKey";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for DeleteAccessKey {
    fn read(_: &Iam, request: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            user: names::user_or_self(request, parameters)?,
            id: names::name(parameters, "AccessKeyId", Name::AccessKeyId)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_user(&self.user)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                change(directory, &call.user, |user| {
                    key_of(user, &call.id)?;
                    user.keys.retain(|key| key.id != call.id);
                    Ok(())
                })
            })
            .await?;
        Ok(None)
    }
}
