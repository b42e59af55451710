//! A call of AWS that failed, in the words of AWS.

use std::borrow::Cow;
use std::fmt::Display;

use aws_sdk_s3::error::{BuildError, ProvideErrorMetadata, SdkError};
use store::Trouble;

/// AWS refused or failed a call.
#[derive(Debug, thiserror::Error)]
#[error("could not {step}: {message}")]
pub struct CallFailed {
    step: Cow<'static, str>,
    code: Option<String>,
    message: String,
    trouble: Option<Trouble>,
}

impl CallFailed {
    /// Of a call that was made for `step`, a verb phrase.
    pub(crate) fn of<E>(step: impl Into<Cow<'static, str>>) -> impl FnOnce(SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let step = step.into();
        move |error| {
            let told = error
                .as_service_error()
                .and_then(|error| error.meta().message());
            Self {
                step,
                code: code(&error).map(str::to_owned),
                message: match told {
                    Some(told) => told.to_owned(),
                    None => store::in_a_line(&error),
                },
                trouble: Some(Trouble::of(&error)),
            }
        }
    }

    /// Of anything else that stood in the way of `step`: a request that was not built, a file, a wait that ended.
    pub(crate) fn because(
        step: impl Into<Cow<'static, str>>,
        why: &(impl Display + ?Sized),
    ) -> Self {
        Self {
            step: step.into(),
            code: None,
            message: why.to_string(),
            trouble: None,
        }
    }

    /// Of a request that lacked what AWS's model requires.
    pub(crate) fn unbuilt(step: &'static str) -> impl FnOnce(BuildError) -> Self {
        move |error| Self::because(step, &error)
    }

    /// The error's code, as AWS names it.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// What kind of trouble the call met, where it was made.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    /// Whether AWS says that the caller may not do this.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.code().is_some_and(is_denial)
    }
}

/// The code of an error that the service itself answered with.
pub(crate) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error
        .as_service_error()
        .and_then(|error| error.meta().code())
}

/// Whether AWS says that the caller may not do this.
pub(crate) fn is_denied<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    code(error).is_some_and(is_denial)
}

/// The codes by which services refuse whom policies refuse.
pub(crate) fn is_denial(code: &str) -> bool {
    matches!(
        code,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation"
    )
}
