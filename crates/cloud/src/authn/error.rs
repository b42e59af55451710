//! Why a sender is not known, in the words of each service.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use crate::api_error::ApiError;
use crate::clock::{basic_iso8601, iso8601};
use crate::config::Region;
use crate::service::{Protocol, Service};

/// How far a client's clock may be off.
pub(super) const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// Why the sender of a request is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AuthError {
    /// The request is not signed, and the service answers nobody in particular.
    Unsigned,
    /// The header cannot be read.
    Malformed(String),
    /// The parameters of a presigned request cannot be read.
    QueryMalformed(String),
    /// The older signature is no base64 of twenty bytes.
    MalformedSignatureV2,
    /// A refusal that only S3 knows, with its text.
    Forbidden(String),
    /// Signed in two ways at once.
    SeveralMechanisms,
    /// Signed in a way that nobody takes.
    UnsupportedAlgorithm,
    /// Signed for another region.
    WrongRegion {
        given: String,
        expected: Region,
        presigned: bool,
    },
    /// The key does not exist or is inactive.
    UnknownKey(String),
    /// The session token is missing, or not one of this state and key.
    BadToken,
    /// The session is over.
    ExpiredToken,
    /// The request was signed too long ago, or too far ahead.
    Skewed {
        signed_at: Timestamp,
        now: Timestamp,
    },
    /// The presigned request is over.
    Expired {
        lasting: Option<i64>,
        expired_at: Timestamp,
        now: Timestamp,
    },
    /// The presigned request has not begun.
    NotYetValid { now: Timestamp },
    /// Headers that must be signed are not.
    NotSigned(Vec<String>),
    /// A header named as signed is not there.
    SignedHeaderMissing(String),
    /// S3 needs to be told what the body is.
    ContentSha256Missing,
    /// What it is told about the body is none of the forms.
    ContentSha256Invalid,
    /// A signature of elliptic curves.
    Asymmetric,
    /// The signature is not that of this request by this key.
    Mismatch {
        access_key_id: String,
        string_to_sign: String,
        signature: String,
    },
}

impl AuthError {
    /// The error that a client of the service sees.
    pub(super) fn into_api_error(self, service: Service) -> ApiError {
        match service.protocol() {
            Protocol::RestXml => self.s3(),
            Protocol::Query => self.other(&QUERY),
            Protocol::RestJson | Protocol::Json11 | Protocol::Json10 => self.other(&JSON),
        }
    }

    fn s3(self) -> ApiError {
        match self {
            Self::Unsigned => ApiError::forbidden("AccessDenied", "Access Denied"),
            Self::Malformed(what) => ApiError::bad_request(
                "AuthorizationHeaderMalformed",
                format!("The authorization header is malformed; {what}"),
            ),
            Self::QueryMalformed(what) => {
                ApiError::bad_request("AuthorizationQueryParametersError", what)
            }
            Self::MalformedSignatureV2 => ApiError::forbidden("SignatureDoesNotMatch", S3_MISMATCH),
            Self::Forbidden(what) => ApiError::forbidden("AccessDenied", what),
            Self::SeveralMechanisms => ApiError::bad_request(
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature \
                 query string parameter or the Authorization header should be specified",
            ),
            Self::UnsupportedAlgorithm => ApiError::bad_request(
                "InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
            ),
            Self::WrongRegion {
                given,
                expected,
                presigned,
            } => wrong_region(&given, expected.as_str(), presigned),
            Self::UnknownKey(id) => ApiError::forbidden(
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
            )
            .with("AWSAccessKeyId", id),
            Self::BadToken => ApiError::bad_request(
                "InvalidToken",
                "The provided token is malformed or otherwise invalid.",
            ),
            Self::ExpiredToken => {
                ApiError::bad_request("ExpiredToken", "The provided token has expired.")
            }
            Self::Skewed { signed_at, now } => ApiError::forbidden(
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            )
            .with("RequestTime", basic_iso8601(signed_at))
            .with("ServerTime", iso8601(now))
            .with("MaxAllowedSkewMilliseconds", SKEW.as_millis().to_string()),
            Self::Expired {
                lasting,
                expired_at,
                now,
            } => {
                let error = ApiError::forbidden("AccessDenied", "Request has expired");
                let error = match lasting {
                    Some(seconds) => error.with("X-Amz-Expires", seconds.to_string()),
                    None => error,
                };
                error
                    .with("Expires", iso8601(expired_at))
                    .with("ServerTime", iso8601(now))
            }
            Self::NotYetValid { now } => {
                ApiError::forbidden("AccessDenied", "Request is not yet valid")
                    .with("ServerTime", iso8601(now))
            }
            Self::NotSigned(headers) => ApiError::forbidden(
                "AccessDenied",
                "There were headers present in the request which were not signed",
            )
            .with("HeadersNotSigned", headers.join(", ")),
            Self::SignedHeaderMissing(_) => {
                ApiError::forbidden("SignatureDoesNotMatch", S3_MISMATCH)
            }
            Self::ContentSha256Missing => ApiError::bad_request(
                "InvalidRequest",
                "Missing required header for this request: x-amz-content-sha256",
            ),
            Self::ContentSha256Invalid => ApiError::bad_request(
                "InvalidArgument",
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
                 STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a \
                 valid sha256 value.",
            ),
            Self::Asymmetric => ApiError::new(
                StatusCode::NOT_IMPLEMENTED,
                "NotImplemented",
                "A header you provided implies functionality that is not implemented",
            ),
            Self::Mismatch {
                access_key_id,
                string_to_sign,
                signature,
            } => ApiError::forbidden("SignatureDoesNotMatch", S3_MISMATCH)
                .with("AWSAccessKeyId", access_key_id)
                .with("StringToSign", string_to_sign)
                .with("SignatureProvided", signature),
        }
    }

    /// Query and JSON services say the same under different codes.
    fn other(self, codes: &Codes) -> ApiError {
        let (code, message) = match self {
            Self::Unsigned => (
                codes.missing,
                "Request is missing Authentication Token".to_owned(),
            ),
            Self::Malformed(what) | Self::QueryMalformed(what) | Self::Forbidden(what) => (
                codes.incomplete,
                format!("Authorization header is incomplete or malformed: {what}"),
            ),
            Self::SeveralMechanisms => (
                codes.incomplete,
                "The request is signed more than once".to_owned(),
            ),
            Self::UnsupportedAlgorithm | Self::MalformedSignatureV2 | Self::Asymmetric => (
                codes.incomplete,
                "Unsupported AWS 'algorithm': use AWS4-HMAC-SHA256".to_owned(),
            ),
            Self::WrongRegion { .. } => (
                codes.mismatch,
                "Credential should be scoped to a valid region. ".to_owned(),
            ),
            Self::UnknownKey(_) | Self::BadToken => (
                codes.unknown_key,
                "The security token included in the request is invalid.".to_owned(),
            ),
            Self::ExpiredToken => (
                codes.expired,
                "The security token included in the request is expired".to_owned(),
            ),
            Self::Skewed { signed_at, now } => (codes.mismatch, skewed(signed_at, now)),
            Self::Expired {
                expired_at, now, ..
            } => (codes.mismatch, skewed(expired_at, now)),
            Self::NotYetValid { now } => (
                codes.mismatch,
                format!(
                    "Signature not yet current: it is still later than {}",
                    basic_iso8601(now)
                ),
            ),
            Self::NotSigned(headers) => (
                codes.mismatch,
                format!(
                    "'{}' must be a 'SignedHeader' in the AWS 'Credential'.",
                    headers.join("', '")
                ),
            ),
            Self::SignedHeaderMissing(_)
            | Self::ContentSha256Missing
            | Self::ContentSha256Invalid
            | Self::Mismatch { .. } => (codes.mismatch, MISMATCH.to_owned()),
        };
        ApiError::forbidden(code, message)
    }
}

/// How a family of services calls the errors.
struct Codes {
    missing: &'static str,
    incomplete: &'static str,
    unknown_key: &'static str,
    expired: &'static str,
    mismatch: &'static str,
}

const QUERY: Codes = Codes {
    missing: "MissingAuthenticationToken",
    incomplete: "IncompleteSignature",
    unknown_key: "InvalidClientTokenId",
    expired: "ExpiredToken",
    mismatch: "SignatureDoesNotMatch",
};

const JSON: Codes = Codes {
    missing: "MissingAuthenticationTokenException",
    incomplete: "IncompleteSignatureException",
    unknown_key: "UnrecognizedClientException",
    expired: "ExpiredTokenException",
    mismatch: "InvalidSignatureException",
};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check \
                        your AWS Secret Access Key and signing method. Consult the service documentation for \
                        details.";

const S3_MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
                           Check your key and signing method.";

/// S3's refusal of a signature that is scoped to the wrong region.
pub(crate) fn wrong_region(given: &str, expected: &str, presigned: bool) -> ApiError {
    let (code, subject) = if presigned {
        (
            "AuthorizationQueryParametersError",
            "Error parsing the X-Amz-Credential parameter",
        )
    } else {
        (
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed",
        )
    };
    ApiError::bad_request(
        code,
        format!("{subject}; the region '{given}' is wrong; expecting '{expected}'"),
    )
    .with("Region", expected)
}

fn skewed(signed_at: Timestamp, now: Timestamp) -> String {
    let (signed, present) = (basic_iso8601(signed_at), basic_iso8601(now));
    if signed_at < now {
        let earliest = basic_iso8601(now - SKEW);
        format!("Signature expired: {signed} is now earlier than {earliest} ({present} - 15 min.)")
    } else {
        let latest = basic_iso8601(now + SKEW);
        format!(
            "Signature not yet current: {signed} is still later than {latest} ({present} + 15 min.)"
        )
    }
}
