//! Lambda's errors, with its texts.

use http::StatusCode;

use crate::api_error::ApiError;
use crate::sandbox::{Rejected, Unprovided};

/// The error of a parameter that cannot be.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad_request("InvalidParameterValueException", message)
}

/// The error of a member that breaks a constraint of the model.
pub(super) fn validation(value: &str, member: &str, constraint: &str) -> ApiError {
    ApiError::bad_request(
        "ValidationException",
        format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy \
             constraint: {constraint}"
        ),
    )
}

/// The error of a function, or version of one, that is not there.
pub(super) fn no_such_function(arn: &str) -> ApiError {
    ApiError::not_found(
        "ResourceNotFoundException",
        format!("Function not found: {arn}"),
    )
}

/// The error of a layer version that is not there.
pub(super) fn no_such_layer(arn: &str) -> ApiError {
    ApiError::not_found(
        "ResourceNotFoundException",
        format!("Layer version {arn} does not exist."),
    )
}

/// The error of a role that Lambda may not assume, or that does not exist.
pub(super) fn role_not_assumable() -> ApiError {
    invalid(Unprovided::Role.to_string())
}

/// The error of a revision that is not the current one.
pub(super) fn stale_revision() -> ApiError {
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        "PreconditionFailedException",
        "The RevisionId provided does not match the latest RevisionId. Call the \
         GetFunction/GetAlias API to retrieve the latest RevisionId",
    )
}

/// The error of a body that is no JSON of this call.
pub(super) fn unreadable(error: &serde_json::Error) -> ApiError {
    ApiError::bad_request(
        "InvalidRequestContentException",
        format!("Could not parse request body into json: {error}"),
    )
}

/// The error of a request that is larger than its call takes.
pub(super) fn too_large(limit: usize, operation: &str) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestTooLargeException",
        format!("Request must be smaller than {limit} bytes for the {operation} operation"),
    )
}

impl From<Rejected> for ApiError {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Throttled => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequestsException",
                "Rate Exceeded.",
            )
            .with("Reason", "ConcurrentInvocationLimitExceeded")
            .with_header("retry-after", "1"),
            Rejected::Closed => service_fault(),
        }
    }
}

impl From<Unprovided> for ApiError {
    fn from(unprovided: Unprovided) -> Self {
        match unprovided {
            Unprovided::Role => role_not_assumable(),
            Unprovided::Cloud(cause) => {
                tracing::error!(cause, "no environment could be provided");
                service_fault()
            }
        }
    }
}

/// A fault of the service: the environment went away without an answer.
pub(super) fn service_fault() -> ApiError {
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "ServiceException",
        "The service encountered an internal error. Please try again later.",
    )
}
