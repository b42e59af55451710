//! Inline policies of users and roles: Put, Get, Delete, List.

use std::marker::PhantomData;

use iam::Policy;
use iam::limits::check_size;
use iam::names::Name;
use iam::policy::{Document, Kind};

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Directory, Principal};
use crate::services::iam::limits::LIMITS;
use crate::services::iam::page::PageRequest;
use crate::services::iam::shapes::encoded;
use crate::services::iam::{Iam, document, names, role, user};
use crate::services::query::{Parameters, QueryCall, Xml};

/// Users or roles: whose policies a call is about, and what its calls are named.
pub(super) trait Holder: Send + Sync + 'static {
    /// `user` or `role`
    const KIND: &'static str;
    /// The parameter that names the holder.
    const PARAMETER: &'static str;
    const NAME: Name;
    /// Characters of all its inline policies together.
    const INLINE_SIZE: usize;
    /// How many managed policies may be attached, and what the quota is named.
    const ATTACHED: (usize, &'static str);
    const PUT: &'static str;
    const GET: &'static str;
    const DELETE: &'static str;
    const LIST: &'static str;
    const ATTACH: &'static str;
    const DETACH: &'static str;
    const LIST_ATTACHED: &'static str;

    /// What decisions about it depend on.
    fn about(iam: &Iam, name: &str) -> Particulars;

    /// The holder with a name.
    fn existing<'a>(directory: &'a Directory, name: &str) -> Result<&'a Principal, ApiError>;

    /// Changes a holder that exists.
    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Principal) -> Result<(), ApiError>,
    ) -> Result<(), ApiError>;
}

#[derive(Debug)]
pub(super) struct OfUser;

#[derive(Debug)]
pub(super) struct OfRole;

impl Holder for OfUser {
    const KIND: &'static str = "user";
    const PARAMETER: &'static str = "UserName";
    const NAME: Name = Name::User;
    const INLINE_SIZE: usize = LIMITS.user_inline;
    const ATTACHED: (usize, &'static str) = (LIMITS.policies_per_user, "PoliciesPerUser");
    const PUT: &'static str = "PutUserPolicy";
    const GET: &'static str = "GetUserPolicy";
    const DELETE: &'static str = "DeleteUserPolicy";
    const LIST: &'static str = "ListUserPolicies";
    const ATTACH: &'static str = "AttachUserPolicy";
    const DETACH: &'static str = "DetachUserPolicy";
    const LIST_ATTACHED: &'static str = "ListAttachedUserPolicies";

    fn about(iam: &Iam, name: &str) -> Particulars {
        iam.about_user(name)
    }

    fn existing<'a>(directory: &'a Directory, name: &str) -> Result<&'a Principal, ApiError> {
        Ok(&user::existing(directory, name)?.principal)
    }

    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Principal) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let mut user = user::existing(directory, name)?.clone();
        change(&mut user.principal)?;
        directory.put_user(user);
        Ok(())
    }
}

impl Holder for OfRole {
    const KIND: &'static str = "role";
    const PARAMETER: &'static str = "RoleName";
    const NAME: Name = Name::Role;
    const INLINE_SIZE: usize = LIMITS.role_inline;
    const ATTACHED: (usize, &'static str) = (LIMITS.policies_per_role, "PoliciesPerRole");
    const PUT: &'static str = "PutRolePolicy";
    const GET: &'static str = "GetRolePolicy";
    const DELETE: &'static str = "DeleteRolePolicy";
    const LIST: &'static str = "ListRolePolicies";
    const ATTACH: &'static str = "AttachRolePolicy";
    const DETACH: &'static str = "DetachRolePolicy";
    const LIST_ATTACHED: &'static str = "ListAttachedRolePolicies";

    fn about(iam: &Iam, name: &str) -> Particulars {
        iam.about_role(name)
    }

    fn existing<'a>(directory: &'a Directory, name: &str) -> Result<&'a Principal, ApiError> {
        Ok(&role::existing(directory, name)?.principal)
    }

    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Principal) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let mut role = role::existing(directory, name)?.clone();
        change(&mut role.principal)?;
        directory.put_role(role);
        Ok(())
    }
}

fn no_such_policy<H: Holder>(policy: &str) -> ApiError {
    ApiError::not_found(
        "NoSuchEntity",
        format!("The {} policy with name {policy} cannot be found.", H::KIND),
    )
}

#[derive(Debug)]
pub(super) struct PutPolicy<H> {
    holder: String,
    policy: String,
    document: Document,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for PutPolicy<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::PUT;
    const READ_ONLY: bool = false;
}

impl<H: Holder> QueryCall<Iam> for PutPolicy<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            policy: names::name(parameters, "PolicyName", Name::Policy)?,
            document: document::document(parameters, "PolicyDocument", Kind::Identity)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        let particulars = H::about(iam, &self.holder);
        let directory = iam.directory();
        let boundary = H::existing(&directory, &self.holder)
            .ok()
            .and_then(|principal| principal.boundary.as_deref());
        particulars.key_if("iam:PermissionsBoundary", boundary)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                H::change(directory, &call.holder, |principal| {
                    let policy = Policy::inline(&call.policy, call.document);
                    principal.inline.insert(call.policy.clone(), policy.into());
                    let sizes = principal
                        .inline
                        .values()
                        .map(|inline| inline.policy().document().counted_characters());
                    let holder = format!("{} {}", H::KIND, principal.name);
                    Ok(check_size(sizes, H::INLINE_SIZE, &holder)?)
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct GetPolicy<H> {
    holder: String,
    policy: String,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for GetPolicy<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::GET;
    const READ_ONLY: bool = true;
}

impl<H: Holder> QueryCall<Iam> for GetPolicy<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            policy: names::name(parameters, "PolicyName", Name::Policy)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about(iam, &self.holder)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let principal = H::existing(&directory, &call.holder)?;
        let policy = principal
            .inline
            .get(&call.policy)
            .ok_or_else(|| no_such_policy::<H>(&call.policy))?;
        let mut xml = Xml::new();
        xml.text(H::PARAMETER, &principal.name)
            .text("PolicyName", &call.policy)
            .text("PolicyDocument", &encoded(policy.text()));
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct DeletePolicy<H> {
    holder: String,
    policy: String,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for DeletePolicy<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::DELETE;
    const READ_ONLY: bool = false;
}

impl<H: Holder> QueryCall<Iam> for DeletePolicy<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            policy: names::name(parameters, "PolicyName", Name::Policy)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about(iam, &self.holder)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                H::change(directory, &call.holder, |principal| {
                    match principal.inline.remove(&call.policy) {
                        Some(_) => Ok(()),
                        None => Err(no_such_policy::<H>(&call.policy)),
                    }
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct ListPolicies<H> {
    holder: String,
    page: PageRequest,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for ListPolicies<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::LIST;
    const READ_ONLY: bool = true;
}

impl<H: Holder> QueryCall<Iam> for ListPolicies<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            page: PageRequest::read(parameters)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about(iam, &self.holder)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let principal = H::existing(&directory, &call.holder)?;
        let page = call
            .page
            .take(principal.inline.keys(), |name| (*name).clone());
        let mut xml = Xml::new();
        xml.within("PolicyNames", |xml| {
            for name in &page.items {
                xml.text("member", name);
            }
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}
