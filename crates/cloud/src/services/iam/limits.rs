//! The quotas of this account, and how passing them is told.

use iam::limits::{LimitExceeded, Limits};

use crate::api_error::ApiError;

/// What a new account has.
pub(crate) const LIMITS: Limits = Limits::DEFAULT;

/// `LimitExceeded`
pub(super) fn limit_exceeded(message: impl Into<String>) -> ApiError {
    ApiError::conflict("LimitExceeded", message)
}

impl From<LimitExceeded> for ApiError {
    fn from(exceeded: LimitExceeded) -> Self {
        limit_exceeded(exceeded.to_string())
    }
}
