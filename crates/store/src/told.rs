//! What the SDK says about a failed call, in words.
//!
//! The SDK's own texts for that, `Debug` and `DisplayErrorContext`, hold the request and the answer as they were sent:
//! tokens and secret keys too. Nothing of this project shows them; everything goes through here.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::attempts;

/// What kind of failure a call met, as far as it tells a caller what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// AWS answered with an error of its own that none of the others tells.
    Refused,
    /// There is no such key, or its secret is another.
    Key,
    /// The credentials have expired.
    Expired,
    /// AWS asks to come later.
    Throttled,
    /// What answered, with this status, gave no error of AWS's: a proxy, a sign-in page, another server.
    Stranger(u16),
    /// No answer came.
    Unanswered,
    /// No request was sent, for want of credentials or of what it must hold.
    Unsent,
    /// An answer came that cannot be read.
    Unreadable,
}

impl Trouble {
    /// The trouble of a call.
    pub fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ServiceError(answered) => {
                let status = answered.raw().status().as_u16();
                answered.err().code().map_or_else(
                    || match status {
                        429 => Self::Throttled,
                        status => Self::Stranger(status),
                    },
                    of_code,
                )
            }
            SdkError::ResponseError(answered) => match answered.raw().status().as_u16() {
                200..=299 => Self::Unreadable,
                status => Self::Stranger(status),
            },
            SdkError::ConstructionFailure(_) => Self::Unsent,
            SdkError::DispatchFailure(failure) if !failure.is_io() && !failure.is_timeout() => {
                Self::Unsent
            }
            _ => Self::Unanswered,
        }
    }
}

fn of_code(code: &str) -> Trouble {
    match code {
        "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "AuthFailure" => Trouble::Key,
        "ExpiredToken" | "ExpiredTokenException" => Trouble::Expired,
        code if attempts::throttles(code) => Trouble::Throttled,
        _ => Trouble::Refused,
    }
}

/// AWS's code and text; where AWS did not answer, the causes.
pub fn in_a_line<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let SdkError::ServiceError(answered) = error else {
        return causes(error);
    };
    match (answered.err().code(), answered.err().message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => {
            let status = answered.raw().status().as_u16();
            format!("the answer has status {status} and no error code of AWS's")
        }
    }
}

/// What the SDK says of every failure, which tells nobody anything.
const NOISE: [&str; 14] = [
    "failed to construct request",
    "request has timed out",
    "dispatch failure",
    "response error",
    "service error",
    "unhandled error",
    "user error",
    "io error",
    "other",
    "an error occurred while loading credentials",
    "the credential provider was not enabled",
    "unexpected credentials error",
    "client error (Connect)",
    "client error (SendRequest)",
];

/// The causes of an error in one line, outermost first: each in its own words, once, and without what says nothing.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut last = String::new();
    for cause in std::iter::successors(Some(error), |error| (*error).source()) {
        let text = cause.to_string();
        let is_said = said.last().is_some_and(|before| before.ends_with(&text));
        if !is_said && !NOISE.contains(&text.as_str()) {
            said.push(text.clone());
        }
        last = text;
    }
    if said.is_empty() {
        return last;
    }
    said.join(": ")
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::operation::get_object::GetObjectError;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    const SECRET: &str = "SecretAccessKey=hush";

    fn answered(status: u16) -> HttpResponse {
        HttpResponse::new(status.try_into().unwrap(), SdkBody::from(SECRET))
    }

    fn error(code: Option<&str>) -> GetObjectError {
        let mut meta = ErrorMetadata::builder();
        if let Some(code) = code {
            meta = meta.code(code).message("why");
        }
        GetObjectError::generic(meta.build())
    }

    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the cases are values of their own"
    )]
    fn check(error: SdkError<GetObjectError, HttpResponse>, trouble: Trouble, text: &str) {
        assert_eq!(Trouble::of(&error), trouble);
        assert_eq!(in_a_line(&error), text);
        assert!(!causes(&error).contains("hush"), "{}", causes(&error));
    }

    #[test]
    fn nothing_of_an_answer_is_told_but_its_error() {
        let of = |code, status| SdkError::service_error(error(code), answered(status));
        check(of(Some("Odd"), 400), Trouble::Refused, "Odd: why");
        check(
            of(Some("Throttling"), 400),
            Trouble::Throttled,
            "Throttling: why",
        );
        check(
            of(Some("InvalidClientTokenId"), 403),
            Trouble::Key,
            "InvalidClientTokenId: why",
        );
        check(
            of(None, 502),
            Trouble::Stranger(502),
            "the answer has status 502 and no error code of AWS's",
        );
        let broken = SdkError::response_error("the date is none", answered(200));
        check(broken, Trouble::Unreadable, "the date is none");
    }

    #[test]
    fn causes_are_told_without_what_says_nothing() {
        let refused = std::io::Error::other("connection refused");
        let error = SdkError::dispatch_failure(ConnectorError::io(refused.into()));
        check(error, Trouble::Unanswered, "connection refused");
        let outer = std::io::Error::other("client error (Connect)");
        let outer = SdkError::dispatch_failure(ConnectorError::io(outer.into()));
        check(outer, Trouble::Unanswered, "client error (Connect)");
        let late = SdkError::timeout_error(std::io::Error::other("nothing came"));
        check(late, Trouble::Unanswered, "nothing came");
    }
}
