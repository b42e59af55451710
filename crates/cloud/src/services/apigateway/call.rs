//! What every call of the control plane has.

use http::StatusCode;
use iam::calls::Slot;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ApiGateway;
use super::api::Api;
use super::fault::{bad_request, no_such_api};
use super::table;
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars, Permit};
use crate::body::VerifiedBody;
use crate::response::{Response, document, empty};
use crate::state::ChangeError;

const MAX_BODY: usize = 1024 * 1024;

/// A call: the path that its decision is about, and its effect.
pub(super) trait Call: Operation + Sized + Sync {
    /// The path without the version, such as `/apis/ID/routes`.
    fn path(&self) -> String;

    /// Carries it out.
    fn run(
        gateway: &ApiGateway,
        call: Authorized<Self>,
    ) -> impl Future<Output = Result<Response, ApiError>> + Send;
}

/// Decides on a call and carries it out.
pub(super) async fn carry_out<C: Call>(
    gateway: &ApiGateway,
    request: &Authenticated,
    call: C,
) -> Result<Response, ApiError> {
    let particulars = Particulars::new().name(Slot::ApiPath, call.path());
    let authorized = gateway.authorizer.decide(request, call, &particulars)?;
    C::run(gateway, authorized).await
}

/// Reads the members of a call `C` from its body.
pub(super) async fn read_json<C: Operation, T: DeserializeOwned>(
    request: &Authenticated,
    body: VerifiedBody,
) -> Result<T, ApiError> {
    request.trail().operation(C::NAME, C::READ_ONLY);
    let too_large = || bad_request("the body is too large");
    let bytes = body.collect(MAX_BODY, too_large).await?;
    serde_json::from_slice(&bytes).map_err(|error| bad_request(error.to_string()))
}

/// An API that must be there.
pub(super) fn existing(gateway: &ApiGateway, permit: &Permit, id: &str) -> Result<Api, ApiError> {
    let region = permit.request().region().as_str();
    table::api(&gateway.state, region, id)?.ok_or_else(|| no_such_api(gateway.account, id))
}

/// Changes an API, which must be there; what the change makes.
pub(super) async fn change_api<T: Send + 'static>(
    gateway: &ApiGateway,
    permit: &Permit,
    id: &str,
    mut change_it: impl FnMut(&mut Api) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let region = permit.request().region().to_string();
    let absent = no_such_api(gateway.account, id);
    let id = id.to_owned();
    let change = gateway.state.change(permit, move |change| {
        let Some(mut api) = table::api_in(change, &region, &id)? else {
            return Err(ChangeError::Refused(absent.clone()));
        };
        let made = change_it(&mut api).map_err(ChangeError::Refused)?;
        table::put_api(change, &api)?;
        Ok(made)
    });
    Ok(change.await?)
}

/// A JSON answer.
pub(super) fn answer(status: StatusCode, body: &impl Serialize) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(body).map_err(|error| ApiError::internal(&error))?;
    Ok(document(status, "application/json", body))
}

/// A list of everything there is.
pub(super) fn list<T: Serialize>(items: &[T]) -> Result<Response, ApiError> {
    answer(StatusCode::OK, &serde_json::json!({ "items": items }))
}

/// An answer that says nothing but that it is done.
pub(super) fn no_content() -> Response {
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// A short id as API Gateway gives them.
pub(super) fn short_id(length: usize) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let letter = || char::from(LETTERS[rand::random_range(0..LETTERS.len())]);
    (0..length).map(|_| letter()).collect()
}
