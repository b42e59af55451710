//! Reads that may be denied.

use std::fmt;

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};

use crate::call::CallFailed;

/// The account could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("could not read {what}: {message}")]
pub struct ReadError {
    what: String,
    message: String,
}

impl From<ReadError> for CallFailed {
    fn from(ReadError { what, message }: ReadError) -> Self {
        Self::because(format!("read {what}"), &message)
    }
}

/// What could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What, in words.
    pub what: String,
    /// Why not.
    pub why: String,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

/// What is left unknown while an account is read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) unread: Vec<Unread>,
}

impl Reading {
    /// The answer of a read; nothing, and a note, where it is denied or what is asked about is gone.
    pub(super) fn readable<T, E>(
        &mut self,
        what: &str,
        answer: Result<T, SdkError<E>>,
    ) -> Result<Option<T>, ReadError>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let error = match answer {
            Ok(value) => return Ok(Some(value)),
            Err(error) => error,
        };
        let told = error.as_service_error().map(ProvideErrorMetadata::meta);
        let message = told.and_then(|meta| meta.message()).map(str::to_owned);
        match told.and_then(|meta| meta.code()) {
            Some("AccessDenied" | "AccessDeniedException" | "NoSuchEntity") => {
                self.unknown(what, message.unwrap_or_default());
                Ok(None)
            }
            _ => Err(ReadError {
                what: what.to_owned(),
                message: message.unwrap_or_else(|| store::in_a_line(&error)),
            }),
        }
    }

    pub(super) fn unknown(&mut self, what: &str, why: impl Into<String>) {
        self.unread.push(Unread {
            what: what.to_owned(),
            why: why.into(),
        });
    }
}
