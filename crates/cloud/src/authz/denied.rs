//! Denials.

use crate::api_error::ApiError;
use crate::service::{Protocol, Service};

/// A denial, with the text that AWS gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denied {
    service: Service,
    message: String,
}

impl Denied {
    pub(super) fn new(service: Service, message: String) -> Self {
        Self { service, message }
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        let code = match denied.service.protocol() {
            Protocol::Query | Protocol::RestXml => "AccessDenied",
            Protocol::RestJson | Protocol::Json11 | Protocol::Json10 => "AccessDeniedException",
        };
        Self::forbidden(code, denied.message)
    }
}
