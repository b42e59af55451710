//! The errors that the Runtime API answers with.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::invocation::MAX_BUFFERED_BYTES;

/// A call that the Runtime API refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misstep {
    /// The event is not the one at work.
    #[error("Invalid request ID")]
    InvalidRequestId,
    /// The call is not allowed now.
    #[error("Transition is not allowed")]
    InvalidStateTransition,
    /// The response is too large.
    #[error("Exceeded maximum allowed payload size ({MAX_BUFFERED_BYTES} bytes).")]
    RequestEntityTooLarge,
    /// The body ended before it was complete.
    #[error("Failed to read the whole request body")]
    TruncatedBody,
    /// The environment is ending.
    #[error("The environment is ending")]
    Gone,
}

impl IntoResponse for Misstep {
    fn into_response(self) -> Response {
        let (status, kind) = match self {
            Self::InvalidRequestId => (StatusCode::BAD_REQUEST, "InvalidRequestID"),
            Self::InvalidStateTransition => (StatusCode::FORBIDDEN, "InvalidStateTransition"),
            Self::RequestEntityTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge"),
            Self::TruncatedBody => (StatusCode::BAD_REQUEST, "TruncatedBody"),
            Self::Gone => (StatusCode::GONE, "EnvironmentGone"),
        };
        let body = json!({ "errorMessage": self.to_string(), "errorType": kind });
        (status, Json(body)).into_response()
    }
}
