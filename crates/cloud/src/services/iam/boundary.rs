//! Permissions boundaries: PutUserPermissionsBoundary, DeleteUserPermissionsBoundary, and the same
//! for roles.

use std::marker::PhantomData;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Directory, Principal};
use crate::services::iam::holder::{Holder, OfRole, OfUser};
use crate::services::iam::user::existing_boundary;
use crate::services::iam::{Iam, names, role, user};
use crate::services::query::{Parameters, QueryCall, Xml};

/// What can be bounded.
pub(super) trait Bounded: Holder {
    const PUT_BOUNDARY: &'static str;
    const DELETE_BOUNDARY: &'static str;

    /// Changes what exists.
    fn bound(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Principal) -> Result<(), ApiError>,
    ) -> Result<(), ApiError>;
}

impl Bounded for OfUser {
    const PUT_BOUNDARY: &'static str = "PutUserPermissionsBoundary";
    const DELETE_BOUNDARY: &'static str = "DeleteUserPermissionsBoundary";

    fn bound(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Principal) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        user::change(directory, name, |user| change(&mut user.principal))
    }
}

impl Bounded for OfRole {
    const PUT_BOUNDARY: &'static str = "PutRolePermissionsBoundary";
    const DELETE_BOUNDARY: &'static str = "DeleteRolePermissionsBoundary";

    fn bound(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Principal) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        role::change(directory, name, |role| change(&mut role.principal))
    }
}

#[derive(Debug)]
pub(super) struct PutBoundary<H> {
    holder: String,
    boundary: String,
    of: PhantomData<H>,
}

impl<H: Bounded> Operation for PutBoundary<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::PUT_BOUNDARY;
    const READ_ONLY: bool = false;
}

impl<H: Bounded> QueryCall<Iam> for PutBoundary<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            boundary: names::policy_arn(parameters, "PermissionsBoundary")?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        // The boundary that is asked for, not the one that is there.
        H::about(iam, &self.holder).key("iam:PermissionsBoundary", &self.boundary)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let boundary = existing_boundary(directory, Some(&call.boundary))?;
                H::bound(directory, &call.holder, |principal| {
                    principal.boundary = boundary;
                    Ok(())
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct DeleteBoundary<H> {
    holder: String,
    of: PhantomData<H>,
}

impl<H: Bounded> Operation for DeleteBoundary<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::DELETE_BOUNDARY;
    const READ_ONLY: bool = false;
}

impl<H: Bounded> QueryCall<Iam> for DeleteBoundary<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about_change(iam, &self.holder)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                H::bound(directory, &call.holder, |principal| {
                    match principal.boundary.take() {
                        Some(_) => Ok(()),
                        None => Err(ApiError::not_found(
                            "NoSuchEntity",
                            format!("{} has no permissions boundary.", principal.arn),
                        )),
                    }
                })
            })
            .await?;
        Ok(None)
    }
}
