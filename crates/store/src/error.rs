//! Failures of calls to S3, by what a caller can do about them.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::Bucket;
use crate::told::causes;

/// A call to S3 failed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(Box<Failure>);

#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{subject}` in bucket `{bucket}`: {kind}")]
struct Failure {
    action: &'static str,
    subject: String,
    bucket: String,
    kind: ErrorKind,
    #[source]
    source: Option<Cause>,
}

/// What is under a failure, in words: the errors of the SDK hold what was sent and answered.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Cause(String);

impl Cause {
    fn of(error: &(dyn Error + 'static)) -> Self {
        Self(causes(error))
    }
}

/// Why a call to S3 failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The identity may not do this. The text is AWS's own, empty for requests without a body.
    #[error("access denied{}{}", if .0.is_empty() { "" } else { ": " }, .0)]
    Denied(String),
    /// The credentials have expired.
    #[error("the credentials have expired")]
    Expired,
    /// The credentials are unknown or do not sign what was sent.
    #[error("the credentials are refused: {0}")]
    Credentials(String),
    /// There is no such object.
    ///
    /// Without `s3:ListBucket`, S3 answers [`Denied`](Self::Denied) instead.
    #[error("there is no such object")]
    Missing,
    /// There is no such bucket.
    #[error("there is no such bucket")]
    MissingBucket,
    /// The bucket is in another region than the one that was asked.
    #[error("the bucket is in {0}")]
    OtherRegion(String),
    /// The range starts behind the object's end.
    #[error("the range is outside of the object")]
    Range,
    /// The object is no longer, or already, what the condition asks for.
    #[error("the condition does not hold")]
    Precondition,
    /// Another write of the same key was under way.
    #[error("another write of the same key is under way")]
    Conflict,
    /// S3 asks to slow down, after all attempts of the SDK.
    #[error("S3 asks to slow down")]
    Throttled,
    /// No answer came, after all attempts of the SDK.
    #[error("no answer")]
    Unreachable,
    /// The answer contradicts itself, the request or its checksum.
    #[error("the answer is inconsistent: {0}")]
    Inconsistent(String),
    /// The object is larger than the caller takes.
    #[error("the object has more than {limit} bytes")]
    TooLarge {
        /// What the caller takes.
        limit: u64,
    },
    /// S3 answered with another error.
    #[error("{code}: {message}")]
    Other {
        /// S3's error code.
        code: String,
        /// S3's text.
        message: String,
    },
}

impl StoreError {
    /// Why the call failed.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The key, prefix or upload that the call was about.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Whether the object or its bucket is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Missing | ErrorKind::MissingBucket)
    }

    /// Whether the identity may not do this.
    pub fn is_denied(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Denied(_))
    }

    /// Whether the same call may succeed later, with the same credentials.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Throttled | ErrorKind::Unreachable | ErrorKind::Conflict
        )
    }
}

impl Bucket {
    /// What became of `action` on `subject`, from the SDK's account of it.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it ends here, and is passed on by nobody"
    )]
    pub(crate) fn failure<E>(
        &self,
        action: &'static str,
        subject: &str,
        error: SdkError<E, HttpResponse>,
    ) -> StoreError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let mut failure = self.failure_of(action, subject, classify(&error));
        // What AWS answered with is in the kind.
        failure.0.source = error
            .as_service_error()
            .is_none()
            .then(|| Cause::of(&error));
        failure
    }

    pub(crate) fn failure_of(
        &self,
        action: &'static str,
        subject: &str,
        kind: ErrorKind,
    ) -> StoreError {
        StoreError(Box::new(Failure {
            action,
            subject: subject.to_owned(),
            bucket: self.name.clone(),
            kind,
            source: None,
        }))
    }

    /// A transfer that broke, or whose checksum does not match.
    pub(crate) fn broken_transfer(
        &self,
        action: &'static str,
        subject: &str,
        kind: ErrorKind,
        source: impl Error + Send + Sync + 'static,
    ) -> StoreError {
        let mut failure = self.failure_of(action, subject, kind);
        failure.0.source = Some(Cause::of(&source));
        failure
    }
}

fn classify<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> ErrorKind {
    let SdkError::ServiceError(context) = error else {
        return match error {
            SdkError::DispatchFailure(failure) => failure
                .as_connector_error()
                .and_then(|error| credential_failure(error))
                .unwrap_or(ErrorKind::Unreachable),
            SdkError::ConstructionFailure(_) => {
                ErrorKind::Inconsistent("it cannot be asked for".to_owned())
            }
            _ => ErrorKind::Unreachable,
        };
    };
    let status = context.raw().status().as_u16();
    let region = context.raw().headers().get("x-amz-bucket-region");
    if let (301 | 307 | 400, Some(region)) = (status, region) {
        return ErrorKind::OtherRegion(region.to_owned());
    }
    let code = context.err().code().unwrap_or_default();
    let message = context.err().message().unwrap_or_default();
    kind(status, code, message)
}

/// Why no identity could be found for a request that was never sent.
fn credential_failure(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    std::iter::successors(Some(error), |error| (*error).source())
        .find(|error| error.is::<CredentialsError>())
        .map(|error| ErrorKind::Credentials(causes(error)))
}

/// Codes decide where there are any; answers to HEAD carry a status alone.
fn kind(status: u16, code: &str, message: &str) -> ErrorKind {
    match (code, status) {
        ("AccessDenied" | "AllAccessDisabled" | "AccountProblem", _) => {
            ErrorKind::Denied(message.to_owned())
        }
        ("ExpiredToken" | "ExpiredTokenException" | "RequestExpired", _) => ErrorKind::Expired,
        (
            "InvalidAccessKeyId"
            | "InvalidToken"
            | "SignatureDoesNotMatch"
            | "RequestTimeTooSkewed"
            | "InvalidClientTokenId",
            _,
        ) => ErrorKind::Credentials(message.to_owned()),
        ("NoSuchBucket", _) => ErrorKind::MissingBucket,
        ("NoSuchKey" | "NotFound", _) => ErrorKind::Missing,
        ("InvalidRange", _) | ("", 416) => ErrorKind::Range,
        ("PreconditionFailed", _) | ("", 412) => ErrorKind::Precondition,
        ("ConditionalRequestConflict" | "OperationAborted", _) => ErrorKind::Conflict,
        ("SlowDown" | "RequestLimitExceeded" | "Throttling" | "ThrottlingException", _)
        | ("", 429 | 503) => ErrorKind::Throttled,
        ("RequestTimeout" | "InternalError" | "ServiceUnavailable", _) | ("", 500 | 502 | 504) => {
            ErrorKind::Unreachable
        }
        ("", 403) => ErrorKind::Denied(String::new()),
        ("", 404) => ErrorKind::Missing,
        ("", status) => ErrorKind::Other {
            code: status.to_string(),
            message: message.to_owned(),
        },
        (code, _) => ErrorKind::Other {
            code: code.to_owned(),
            message: message.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_before_statuses() {
        let check = |status, code, expected: ErrorKind| {
            assert_eq!(kind(status, code, "why"), expected, "{status} {code}");
        };
        check(403, "AccessDenied", ErrorKind::Denied("why".into()));
        check(400, "ExpiredToken", ErrorKind::Expired);
        check(
            403,
            "SignatureDoesNotMatch",
            ErrorKind::Credentials("why".into()),
        );
        check(404, "NoSuchKey", ErrorKind::Missing);
        check(404, "NoSuchBucket", ErrorKind::MissingBucket);
        check(404, "", ErrorKind::Missing);
        check(403, "", ErrorKind::Denied(String::new()));
        check(412, "PreconditionFailed", ErrorKind::Precondition);
        check(409, "ConditionalRequestConflict", ErrorKind::Conflict);
        check(503, "SlowDown", ErrorKind::Throttled);
        check(503, "", ErrorKind::Throttled);
        check(500, "InternalError", ErrorKind::Unreachable);
        check(416, "InvalidRange", ErrorKind::Range);
        check(
            404,
            "NoSuchUpload",
            ErrorKind::Other {
                code: "NoSuchUpload".into(),
                message: "why".into(),
            },
        );
    }

    #[test]
    fn a_denial_without_text_ends_without_a_colon() {
        assert_eq!(
            ErrorKind::Denied(String::new()).to_string(),
            "access denied"
        );
        assert_eq!(
            ErrorKind::Denied("User: x".into()).to_string(),
            "access denied: User: x"
        );
    }
}
