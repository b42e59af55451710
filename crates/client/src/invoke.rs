//! Calls of the render function that answer with one document.

use std::time::Duration;

use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use protocol::payload::{Payload, Response, Routine};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::in_a_line;

use crate::Client;

/// Attempts of a call that is throttled, the first included.
const ATTEMPTS: u32 = 8;
/// Wait before the second attempt; doubled before each further one, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait before an attempt.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A call of the render function failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// The identity may not invoke it. The text is AWS's own.
    #[error("{0}")]
    Denied(String),
    /// There is no such function.
    #[error("there is no function `{0}`")]
    NoFunction(String),
    /// The credentials have expired.
    #[error("the credentials have expired")]
    Expired,
    /// The account's limit of concurrent executions is used up, after several attempts.
    #[error("the limit of concurrent executions is used up")]
    Throttled,
    /// No answer came.
    #[error("function `{function}` cannot be reached: {reason}")]
    Unreachable {
        /// The function.
        function: String,
        /// What the SDK says.
        reason: String,
    },
    /// AWS answered with another error.
    #[error("function `{function}` cannot be invoked: {reason}")]
    Rejected {
        /// The function.
        function: String,
        /// What AWS says.
        reason: String,
    },
    /// The invocation died or its code failed: killed, timed out, out of memory, a panic.
    #[error("`{}` of function `{function}` ended with {kind}: {message}", .routine.as_str())]
    Crashed {
        /// The function.
        function: String,
        /// What it was asked to do.
        routine: Routine,
        /// Lambda's error type, such as `Sandbox.Timedout`.
        kind: String,
        /// Lambda's text.
        message: String,
    },
    /// An invocation of the clip cutter died.
    #[error("function `{function}` ended with {kind}: {message}")]
    CutterCrashed {
        /// The function.
        function: String,
        /// Lambda's error type, such as `Sandbox.Timedout`.
        kind: String,
        /// Lambda's text.
        message: String,
    },
    /// The function says why it did not do it.
    #[error("{message}")]
    Refused {
        /// What went wrong, for users.
        message: String,
        /// The chain of causes, or the page's own stack.
        stack: String,
    },
    /// The answer is no document of this routine.
    #[error("the answer of `{}` cannot be read", .routine.as_str())]
    Malformed {
        /// What was asked for.
        routine: Routine,
        /// What is wrong with the answer.
        #[source]
        source: serde_json::Error,
    },
}

impl Client {
    /// Invokes the function and reads its answer.
    ///
    /// A throttled call was not run, and is repeated with back-off. Everything else is not: a call
    /// whose answer was lost may have been run.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        payload: &Payload,
    ) -> Result<T, InvokeError> {
        let routine = payload.routine();
        let bytes = self.invoke(payload).await?;
        let malformed = |source| InvokeError::Malformed { routine, source };
        match serde_json::from_slice(&bytes).map_err(malformed)? {
            Response::Success(answer) => Ok(answer),
            Response::Error(error) => Err(InvokeError::Refused {
                message: error.message,
                stack: error.stack,
            }),
        }
    }

    /// Invokes the function and reads an answer that has no form for errors: where the function
    /// fails, the invocation does.
    pub(crate) async fn call_plain<T: DeserializeOwned>(
        &self,
        payload: &Payload,
    ) -> Result<T, InvokeError> {
        let routine = payload.routine();
        let bytes = self.invoke(payload).await?;
        let malformed = |source| InvokeError::Malformed { routine, source };
        serde_json::from_slice(&bytes).map_err(malformed)
    }

    async fn invoke(&self, payload: &Payload) -> Result<Vec<u8>, InvokeError> {
        let body = serde_json::to_vec(payload).expect("payloads always serialise");
        let mut wait = FIRST_WAIT;
        for _ in 1..ATTEMPTS {
            match self.invoke_once(payload.routine(), body.clone()).await {
                Err(InvokeError::Throttled) => tokio::time::sleep(wait).await,
                Err(InvokeError::Expired) if self.held.is_some() => self.renew().await,
                other => return other,
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        self.invoke_once(payload.routine(), body).await
    }

    /// Gets new credentials where somebody here can.
    pub(crate) async fn renew(&self) {
        if let Some(held) = &self.held {
            tracing::info!("the credentials have expired: getting new ones");
            held.forget().await;
        }
    }

    async fn invoke_once(&self, routine: Routine, body: Vec<u8>) -> Result<Vec<u8>, InvokeError> {
        let function = self.installation.function.to_string();
        let no_retries =
            aws_sdk_lambda::config::Builder::new().retry_config(RetryConfig::disabled());
        let answer = self
            .lambda
            .invoke()
            .function_name(&function)
            .payload(Blob::new(body))
            .customize()
            .config_override(no_retries)
            .send()
            .await
            .map_err(|error| failure(&function, &error))?;
        payload_of(answer, routine, function)
    }
}

fn payload_of(
    answer: InvokeOutput,
    routine: Routine,
    function: String,
) -> Result<Vec<u8>, InvokeError> {
    let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
    let Some(error) = answer.function_error else {
        return Ok(payload);
    };
    let Crash {
        error_type,
        error_message,
    } = serde_json::from_slice(&payload).unwrap_or_default();
    Err(InvokeError::Crashed {
        function,
        routine,
        kind: error_type.unwrap_or(error),
        message: error_message.unwrap_or_default(),
    })
}

/// The payload of an invocation that Lambda calls an error.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Crash {
    pub(crate) error_type: Option<String>,
    pub(crate) error_message: Option<String>,
}

pub(crate) fn failure<E>(function: &str, error: &SdkError<E>) -> InvokeError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let reason = || in_a_line(error);
    let function = function.to_owned();
    let Some(answered) = error.as_service_error() else {
        let reason = reason();
        return InvokeError::Unreachable { function, reason };
    };
    let message = answered.message().unwrap_or_default().to_owned();
    match answered.code().unwrap_or_default() {
        "AccessDeniedException" | "AccessDenied" => InvokeError::Denied(message),
        "ResourceNotFoundException" => InvokeError::NoFunction(function),
        "ExpiredTokenException" | "ExpiredToken" => InvokeError::Expired,
        "TooManyRequestsException" | "ThrottlingException" => InvokeError::Throttled,
        _ => InvokeError::Rejected {
            function,
            reason: if message.is_empty() {
                reason()
            } else {
                message
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_told_by_its_payload() {
        let answer = InvokeOutput::builder()
            .function_error("Unhandled")
            .payload(Blob::new(
                r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 3.00 seconds"}"#,
            ))
            .build();
        let error = payload_of(answer, Routine::Start, "f".into()).expect_err("a crash");
        assert_eq!(
            error.to_string(),
            "`start` of function `f` ended with Sandbox.Timedout: RequestId: 1 Error: Task timed out after 3.00 seconds"
        );
    }

    #[test]
    fn a_crash_without_a_payload_keeps_its_kind() {
        let answer = InvokeOutput::builder().function_error("Unhandled").build();
        let error = payload_of(answer, Routine::Status, "f".into()).expect_err("a crash");
        assert!(matches!(error, InvokeError::Crashed { kind, .. } if kind == "Unhandled"));
    }
}
