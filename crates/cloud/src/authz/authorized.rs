//! Calls that the policies allow.

use std::ops::Deref;

use crate::authn::{Authenticated, Caller};
use crate::authz::denied::Denied;
use crate::events::Trail;

/// A call that services carry out.
pub(crate) trait Operation: Send {
    /// The service's prefix in the table of calls, such as `s3`.
    const SERVICE: &'static str;
    /// The API call as AWS names it, such as `PutObject`.
    const NAME: &'static str;
    /// Whether it changes nothing, so that its record may be written later than its effect.
    const READ_ONLY: bool;
}

/// A call that all decisions about it allow.
///
/// INVARIANT: made in `authz` alone, after every decision was taken.
#[derive(Debug)]
pub(crate) struct Authorized<Op> {
    operation: Op,
    permit: Permit,
}

/// What remains of an authorized call when its operation has been taken out: proof that the caller
/// may, and on whose behalf changes are recorded.
///
/// INVARIANT: made in `authz` alone, after every decision was taken.
#[derive(Debug, Clone)]
pub(crate) struct Permit {
    request: Authenticated,
}

/// One item of a call that answers item by item, such as a key of DeleteObjects.
#[derive(Debug)]
pub(crate) struct PerItem<Item> {
    /// The item.
    pub(crate) item: Item,
    /// Whether the caller may.
    pub(crate) outcome: Result<Permit, Denied>,
}

impl<Op> Authorized<Op> {
    pub(super) fn new(operation: Op, request: Authenticated) -> Self {
        Self {
            operation,
            permit: Permit::new(request),
        }
    }

    /// The call and the proof apart.
    pub(crate) fn into_parts(self) -> (Op, Permit) {
        (self.operation, self.permit)
    }

    /// The proof.
    pub(crate) fn permit(&self) -> &Permit {
        &self.permit
    }
}

impl<Op> Deref for Authorized<Op> {
    type Target = Op;

    fn deref(&self) -> &Op {
        &self.operation
    }
}

impl Permit {
    pub(super) fn new(request: Authenticated) -> Self {
        Self { request }
    }

    /// The request.
    pub(crate) fn request(&self) -> &Authenticated {
        &self.request
    }

    /// Who may.
    pub(crate) fn caller(&self) -> &Caller {
        self.request.caller()
    }

    /// The request's record in the making.
    pub(crate) fn trail(&self) -> &Trail {
        self.request.trail()
    }
}

#[cfg(test)]
impl Permit {
    /// A permit that nobody decided upon, for tests of what comes behind the decision.
    pub(crate) fn undecided(request: Authenticated) -> Self {
        Self::new(request)
    }
}
