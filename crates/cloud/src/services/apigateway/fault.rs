//! API Gateway's errors, with its texts.

use iam::AccountId;

use crate::api_error::ApiError;

/// A request that cannot be.
pub(super) fn bad_request(message: impl Into<String>) -> ApiError {
    ApiError::bad_request("BadRequestException", message)
}

/// An API that is not there.
pub(super) fn no_such_api(account: AccountId, id: &str) -> ApiError {
    not_found(format!("Invalid API identifier specified {account}:{id}"))
}

/// A part of an API that is not there.
pub(super) fn no_such(part: &str, id: &str) -> ApiError {
    not_found(format!("Unable to find {part} by ID {id} within the API"))
}

/// Something that is there already.
pub(super) fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::conflict("ConflictException", message)
}

fn not_found(message: String) -> ApiError {
    ApiError::not_found("NotFoundException", message)
}
