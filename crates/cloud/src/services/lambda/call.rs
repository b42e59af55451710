//! One call from its head to its answer.

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Lambda;
use super::fault::{too_large, unreadable};
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::body::VerifiedBody;
use crate::response::Response;

/// The largest body of calls that bring no code.
const MAX_BODY: usize = 6 * 1024 * 1024;

/// A call: what its decisions depend on, and its effect.
pub(super) trait Call: Operation + Sized {
    /// What the decisions depend on.
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError>;

    /// Carries it out.
    fn run(
        lambda: &Lambda,
        call: Authorized<Self>,
    ) -> impl Future<Output = Result<Response, ApiError>> + Send;
}

/// Decides on a call and carries it out.
pub(super) async fn carry_out<C: Call>(
    lambda: &Lambda,
    request: &Authenticated,
    call: C,
) -> Result<Response, ApiError> {
    let authorized = authorize(lambda, request, call)?;
    C::run(lambda, authorized).await
}

/// Decides on a call.
pub(super) fn authorize<C: Call>(
    lambda: &Lambda,
    request: &Authenticated,
    call: C,
) -> Result<Authorized<C>, ApiError> {
    request.trail().operation(C::NAME, C::READ_ONLY);
    let particulars = call.particulars(lambda)?;
    Ok(lambda.authorizer().decide(request, call, &particulars)?)
}

/// Reads the body of a call `C`, for a call on whose members decisions depend.
pub(super) async fn read_body<C: Operation>(
    request: &Authenticated,
    body: VerifiedBody,
    limit: usize,
) -> Result<Bytes, ApiError> {
    request.trail().operation(C::NAME, C::READ_ONLY);
    body.collect(limit, || too_large(limit, C::NAME)).await
}

/// Reads the members of a call `C` from its body; an empty one has none.
pub(super) async fn read_json<C: Operation, T: DeserializeOwned>(
    request: &Authenticated,
    body: VerifiedBody,
) -> Result<T, ApiError> {
    let bytes = read_body::<C>(request, body, MAX_BODY).await?;
    parse(&bytes)
}

/// Members in JSON.
pub(super) fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ApiError> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| unreadable(&error))
}
