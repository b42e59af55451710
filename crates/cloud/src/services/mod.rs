//! The services behind the gateway.
//!
//! Each takes an [`Authenticated`](crate::authn::Authenticated) request with its body and answers
//! with a response or an [`ApiError`](crate::api_error::ApiError), which the gateway spells in the
//! service's protocol. An operation runs on its [`Authorized`](crate::authz::Authorized) form only.

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::body::VerifiedBody;
use crate::response::Response;

/// One service behind the gateway.
pub(crate) trait Serve: Send + Sync + 'static {
    /// Answers one request.
    ///
    /// # Errors
    /// The error that the client gets.
    fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> impl Future<Output = Result<Response, ApiError>> + Send;
}
