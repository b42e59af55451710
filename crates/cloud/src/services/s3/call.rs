//! What an operation of S3 is.

use std::sync::Arc;

use s3s::{S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::exchange::Exchange;
use super::head::CallHead;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};

/// An operation: named by the head of its request, decided upon, then carried out.
pub(super) trait Call: Operation + Sized + Sync + 'static {
    /// The request as s3s reads it.
    type Input: Send;
    /// The answer as s3s writes it.
    type Output: Send;

    /// The call that the head of a request names.
    ///
    /// # Errors
    /// What the head alone shows to be wrong.
    fn of(head: &CallHead<'_>) -> Result<Self, ApiError>;

    /// Carries the call out. Names come from `call`, which is what was decided upon.
    fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, ApiError>> + Send;
}

/// The authorized call as it rides in the extensions of s3s's request.
///
/// Extensions want values that can be cloned; nobody clones this one.
pub(super) type Granted<C> = Arc<Authorized<C>>;

/// Takes the grant out of a request and carries the call out. Without a grant nothing happens.
pub(super) async fn perform<C: Call>(
    mut request: S3Request<C::Input>,
) -> S3Result<S3Response<C::Output>> {
    let exchange = request.extensions.remove::<Exchange>();
    let grant = request
        .extensions
        .remove::<Granted<C>>()
        .and_then(Arc::into_inner);
    let (Some(exchange), Some(call)) = (exchange, grant) else {
        tracing::error!(call = C::NAME, "refused: nothing decided upon this call");
        return Err(S3Error::new(S3ErrorCode::AccessDenied));
    };
    match Box::pin(C::run(&exchange, call, request.input)).await {
        Ok(output) => Ok(S3Response::new(output)),
        Err(error) => Err(exchange.fail(error)),
    }
}
