//! The function's side of the Lambda Runtime API.
//!
//! A bootstrap makes a [`RuntimeApi`] from its environment, prepares what every invocation shares,
//! and hands a handler to [`run`]:
//!
//! ```no_run
//! use lambda::{ErrorType, FunctionError, Invocation, Response, RuntimeApi};
//!
//! async fn handle(invocation: Invocation) -> Result<Response, FunctionError> {
//!     if invocation.payload.is_empty() {
//!         return Err(FunctionError::new(ErrorType::Function("EmptyPayload"), "the payload is empty"));
//!     }
//!     Ok(Response::stream(async move |writer| {
//!         for piece in invocation.payload.chunks(1024) {
//!             writer.write(piece.to_vec()).await?;
//!         }
//!         Ok(())
//!     }))
//! }
//!
//! # async fn bootstrap() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = RuntimeApi::from_env()?;
//! lambda::run(&runtime, handle).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Streamed responses carry the handler's bytes and nothing else: no prelude of an HTTP
//! integration precedes them, and a failure after the first byte travels as HTTP trailers, so that
//! a reader never mistakes an error for data.
//!
//! One environment serves one invocation at a time, so there is no concurrency here beyond a
//! handler and the transfer of its own response.

mod context;
mod function_error;
mod response;
mod runtime_api;
mod service;

pub use context::{Context, Invocation, InvocationError};
pub use function_error::{ErrorType, FunctionError};
pub use response::{Response, ResponseClosed, ResponseWriter};
pub use runtime_api::{ApiError, EnvironmentError, RuntimeApi};
pub use service::{run, run_until};
