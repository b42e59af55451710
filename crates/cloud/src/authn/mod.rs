//! Who is asking.
//!
//! [`Authenticated`] is made here alone, from an [`Incoming`](crate::incoming::Incoming) whose
//! signature holds, or that carries none. What it says about the caller is therefore never taken
//! from anything that the caller merely wrote.

mod authenticator;
mod caller;
mod canonical;
mod claim;
mod credentials;
mod error;
#[cfg(test)]
mod oracle;
mod payload;
mod presigned_v2;
mod signature;
mod verify;

use std::sync::Arc;

use jiff::Timestamp;

pub(crate) use self::authenticator::{Authenticator, service_of};
pub(crate) use self::caller::{Caller, Identity, SignatureKind};
pub(crate) use self::error::wrong_region;
pub(crate) use self::signature::{
    EMPTY_SHA256, Scope, SigningKey, equal, hex, sha256_hex, string_to_sign,
};
use crate::config::Region;
use crate::events::Trail;
use crate::incoming::Head;
use crate::request_id::RequestId;
use crate::service::Service;

/// A request whose sender is known: a user, a role session, or nobody in particular.
///
/// A cheap handle; services put it into the extensions of what they hand on. The body travels
/// beside it, as a [`VerifiedBody`](crate::body::VerifiedBody).
#[derive(Debug, Clone)]
pub(crate) struct Authenticated(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    service: Service,
    region: Region,
    head: Head,
    caller: Caller,
    trail: Trail,
}

impl Authenticated {
    fn new(service: Service, region: Region, head: Head, caller: Caller, trail: Trail) -> Self {
        Self(Arc::new(Parts {
            service,
            region,
            head,
            caller,
            trail,
        }))
    }

    /// The service that the signature is scoped to.
    pub(crate) fn service(&self) -> Service {
        self.0.service
    }

    /// The region that was asked.
    pub(crate) fn region(&self) -> &Region {
        &self.0.region
    }

    /// What came before the body.
    pub(crate) fn head(&self) -> &Head {
        &self.0.head
    }

    /// Who sent it.
    pub(crate) fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// The request's event record in the making.
    pub(crate) fn trail(&self) -> &Trail {
        &self.0.trail
    }

    /// When the head had been read: the time at which everything about this request is decided.
    pub(crate) fn at(&self) -> Timestamp {
        self.0.head.received_at
    }

    /// The id under which the response goes.
    pub(crate) fn request_id(&self) -> RequestId {
        self.0.head.request_id
    }
}

#[cfg(test)]
impl Authenticated {
    /// A request of nobody, for tests of what comes behind authentication.
    pub(crate) fn of_nobody(service: Service, head: Head) -> Self {
        let region = Region::default();
        let trail = Trail::new(&head, service, &region);
        Self::new(service, region, head, Caller::anonymous(), trail)
    }
}
