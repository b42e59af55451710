//! The JSON 1.1 protocol: `POST /` with the call in `X-Amz-Target`.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::body::VerifiedBody;
use crate::response::{Response, document};

/// The name of the call that a request asks for.
///
/// # Errors
/// `UnknownOperationException` if its target is of another service, or it is no call of this protocol.
pub(crate) fn operation(request: &Authenticated) -> Result<&str, ApiError> {
    let head = request.head();
    let mut targets = head.headers.get_all("x-amz-target").iter();
    let target = match (targets.next(), targets.next()) {
        (Some(target), None) => target.to_str().unwrap_or_default(),
        _ => "",
    };
    let asked = request.service();
    match target.rsplit_once('.') {
        Some((service, operation))
            if asked.is_targeted_by(service)
                && head.method == Method::POST
                && head.raw_path() == "/" =>
        {
            Ok(operation)
        }
        _ => Err(unknown_operation(target)),
    }
}

/// The refusal of a call that the service does not have, or this cloud does not.
pub(crate) fn unknown_operation(operation: &str) -> ApiError {
    ApiError::bad_request(
        "UnknownOperationException",
        format!("this cloud has no {operation}"),
    )
}

/// Reads the input of a call.
///
/// # Errors
/// `SerializationException` if the body is no such JSON, or the error of the body.
pub(crate) async fn input<T: DeserializeOwned>(
    body: VerifiedBody,
    most: usize,
) -> Result<T, ApiError> {
    let too_large = || ApiError::bad_request("SerializationException", "the body is too large");
    let bytes: Bytes = body.collect(most, too_large).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| ApiError::bad_request("SerializationException", error.to_string()))
}

/// Writes the output of a call.
pub(crate) fn output<T: Serialize>(output: &T) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(output).map_err(|error| ApiError::internal(&error))?;
    Ok(document(StatusCode::OK, "application/x-amz-json-1.1", body))
}
