//! Failures as the service and the caller of a function see them.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::ResponseClosed;

/// The kind of a failure: `Function.X` for what the function's code found wrong, `Runtime.X` for
/// what the code around it did.
///
/// The service accepts no other form and would replace it by `Function.Unknown`. The name is one
/// word of ASCII letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorType {
    /// The handler failed.
    Function(&'static str),
    /// The bootstrap failed, mostly before the first invocation.
    Runtime(&'static str),
}

impl fmt::Display for ErrorType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(name) => write!(formatter, "Function.{name}"),
            Self::Runtime(name) => write!(formatter, "Runtime.{name}"),
        }
    }
}

impl Serialize for ErrorType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The failure of an invocation or of the initialisation.
///
/// It becomes the payload that the caller gets beside `X-Amz-Function-Error`, so its text must
/// hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{error_type}: {message}")]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    #[serde(rename = "errorMessage")]
    message: String,
    error_type: ErrorType,
    stack_trace: Vec<String>,
}

impl FunctionError {
    /// A failure with an empty stack.
    pub fn new(error_type: ErrorType, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            error_type,
            stack_trace: Vec::new(),
        }
    }

    /// A failure whose message is `error` and whose stack is the chain of its sources.
    pub fn from_error(error_type: ErrorType, error: &(dyn std::error::Error + 'static)) -> Self {
        let sources = std::iter::successors(error.source(), |source| source.source());
        Self::new(error_type, error.to_string()).with_stack(sources.map(ToString::to_string))
    }

    /// The same failure with these lines as its stack, innermost first.
    #[must_use]
    pub fn with_stack(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.stack_trace = lines.into_iter().collect();
        self
    }

    /// The kind of the failure.
    pub fn error_type(&self) -> ErrorType {
        self.error_type
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The document that the Runtime API takes, `{errorMessage, errorType, stackTrace}`.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings always serialise")
    }
}

impl From<ResponseClosed> for FunctionError {
    fn from(error: ResponseClosed) -> Self {
        Self::from_error(ErrorType::Function("ResponseClosed"), &error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the outer")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("the inner")]
    struct Inner;

    #[test]
    fn a_failure_carries_its_sources_as_stack() {
        let error = FunctionError::from_error(ErrorType::Runtime("Start"), &Outer(Inner));
        assert_eq!(
            String::from_utf8(error.to_json()).expect("UTF-8"),
            r#"{"errorMessage":"the outer","errorType":"Runtime.Start","stackTrace":["the inner"]}"#
        );
    }
}
