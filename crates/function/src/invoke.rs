//! Invoking this function itself.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use protocol::payload::{Launch, Payload};
use store::in_a_line;

/// A launch could not be invoked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvokeError {
    /// The function's concurrency is used up.
    #[error("the function's concurrency is used up: {0}")]
    Throttled(String),
    /// The function's role may not invoke it.
    #[error("the launch could not be invoked: {0}")]
    Denied(String),
    /// Anything else.
    #[error("the launch could not be invoked: {0}")]
    Failed(String),
}

/// Invokes `launch` asynchronously: the service keeps the event and delivers it, again where the invocation dies.
///
/// # Errors
/// [`InvokeError`]
pub(crate) async fn launch(
    client: &Client,
    function: &str,
    launch: Launch,
) -> Result<(), InvokeError> {
    let payload = serde_json::to_vec(&Payload::Launch(launch))
        .map_err(|error| InvokeError::Failed(error.to_string()))?;
    let call = client
        .invoke()
        .function_name(function)
        .invocation_type(InvocationType::Event)
        .payload(Blob::new(payload));
    match Box::pin(call.send()).await {
        Ok(_) => Ok(()),
        Err(error) if is_throttled(&error) => Err(InvokeError::Throttled(in_a_line(&error))),
        Err(error) if is_denied(&error) => Err(InvokeError::Denied(in_a_line(&error))),
        Err(error) => Err(InvokeError::Failed(in_a_line(&error))),
    }
}

/// Whether the function's role may not do this.
fn is_denied<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code);
    matches!(
        code,
        Some("AccessDeniedException" | "UnauthorizedOperation")
    )
}

/// Whether the function's concurrency is used up.
pub(crate) fn is_throttled<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code);
    matches!(
        code,
        Some(
            "TooManyRequestsException"
                | "ThrottlingException"
                | "ConcurrentInvocationLimitExceeded"
        )
    )
}
