//! Whether a caller may do what it asks: the one place where [`Authorized`] is made.

use std::ops::Deref;
use std::sync::Arc;

use crate::api_error::ApiError;
use crate::authn::{Authenticated, Caller};
use crate::config::AccountId;
use crate::events::Trail;

/// A call that services carry out.
pub(crate) trait Operation: Send {
    /// The service's prefix in the table of calls, such as `s3`.
    const SERVICE: &'static str;
    /// The API call as AWS names it, such as `PutObject`.
    const NAME: &'static str;
}

/// One question to the policies: may the caller do `action` to `resource`?
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// Such as `s3:PutObject`.
    pub(crate) action: &'static str,
    /// The ARN, or `*` for actions without a resource type.
    pub(crate) resource: String,
    /// Condition keys of this call and resource. Those of the request are added here.
    pub(crate) context: Vec<(String, ContextValue)>,
    /// Whose the resource is, and what it says itself.
    pub(crate) side: ResourceSide,
}

/// The value of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ContextValue {
    /// A key with one value.
    One(String),
    /// A multivalued key.
    Many(Vec<String>),
}

/// The resource's part in a decision.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResourceSide {
    /// The owner; nothing means the account of this cloud.
    pub(crate) owner: Option<AccountId>,
    /// The resource-based policy as JSON text, for example of a bucket.
    pub(crate) policy: Option<Arc<str>>,
}

/// A call that all decisions about it allow.
///
/// INVARIANT: made by [`Authorizer::decide`] alone.
#[derive(Debug)]
pub(crate) struct Authorized<Op> {
    operation: Op,
    permit: Permit,
}

/// What remains of an authorized call when its operation has been taken out: proof that the caller
/// may, and on whose behalf changes are recorded.
#[derive(Debug, Clone)]
pub(crate) struct Permit {
    request: Authenticated,
}

/// A denial, with the text that AWS gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denied {
    /// AWS's text.
    pub(crate) message: String,
}

impl<Op> Authorized<Op> {
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

/// Takes decisions; a handle.
#[derive(Debug, Clone)]
pub(crate) struct Authorizer {}

impl Authorizer {
    /// Asks all questions of a call, in order. It is authorized if every answer is yes.
    ///
    /// # Errors
    /// The first denial. Every decision up to it goes into the request's record.
    pub(crate) fn decide<Op: Operation>(
        &self,
        _request: &Authenticated,
        _operation: Op,
        _asks: &[Ask],
    ) -> Result<Authorized<Op>, Denied> {
        todo!("lands with the policy engine's API")
    }

    /// Decides on each item of a call that reports per item, such as the keys of DeleteObjects.
    ///
    /// The call as a whole is authorized with the items that may be; the others come back with
    /// their denials, in order.
    pub(crate) fn decide_each<Op: Operation, Item>(
        &self,
        _request: &Authenticated,
        _operation: Op,
        _items: Vec<(Item, Vec<Ask>)>,
    ) -> (Authorized<Op>, Vec<(Item, Result<Permit, Denied>)>) {
        todo!("lands with the policy engine's API")
    }

    /// Whether the caller could do `ask`, without being about to: a missing object is 404 only for
    /// those who may list its bucket.
    pub(crate) fn would_allow(&self, _request: &Authenticated, _ask: &Ask) -> bool {
        todo!("lands with the policy engine's API")
    }
}

impl From<Denied> for ApiError {
    /// The error of XML services. JSON services say [`Denied::exception`].
    fn from(denied: Denied) -> Self {
        Self::forbidden("AccessDenied", denied.message)
    }
}

impl Denied {
    /// The error of JSON services.
    pub(crate) fn exception(self) -> ApiError {
        ApiError::forbidden("AccessDeniedException", self.message)
    }
}
