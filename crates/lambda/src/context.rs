//! One invocation as the Runtime API hands it out.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderMap;
use tokio::time::Instant;

/// An event and what the service says about it.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The event, byte for byte as the caller sent it.
    pub payload: Bytes,
    /// Who is invoked, and until when.
    pub context: Context,
}

/// What the service says about an invocation.
#[derive(Debug, Clone)]
pub struct Context {
    /// The id that the caller, the log lines and the service share.
    ///
    /// An asynchronous event keeps its id over all its attempts.
    pub request_id: String,
    /// When the environment is killed.
    pub deadline: Instant,
    /// [`deadline`](Self::deadline) on the wall clock, as the service gave it.
    pub deadline_unix_ms: u64,
    /// The ARN that was invoked, with its qualifier where the caller gave one.
    pub invoked_function_arn: String,
    /// The X-Ray header of this invocation, where there is one.
    pub trace_id: Option<String>,
    /// The base64 client context that a caller of `Invoke` may attach.
    pub client_context: Option<String>,
}

impl Context {
    /// The account that owns the function, where the ARN names one.
    pub fn account_id(&self) -> Option<&str> {
        self.arn_field(4)
    }

    /// The region that the function runs in, where the ARN names one.
    pub fn region(&self) -> Option<&str> {
        self.arn_field(3)
    }

    /// Time until [`deadline`](Self::deadline), zero when it has passed.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Field `index` of `arn:partition:service:region:account:…`, `None` where empty.
    fn arn_field(&self, index: usize) -> Option<&str> {
        self.invoked_function_arn
            .split(':')
            .nth(index)
            .filter(|field| !field.is_empty())
    }

    /// Reads the headers of an answer of `next`.
    ///
    /// The deadline is a moment of the wall clock: it is translated once, here, so that later
    /// steps of the clock do not move it.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Self, InvocationError> {
        let deadline_unix_ms = required(headers, "lambda-runtime-deadline-ms")?
            .parse::<u64>()
            .map_err(|_| InvocationError::Malformed("lambda-runtime-deadline-ms"))?;
        Ok(Self {
            request_id: request_id(headers)?.to_owned(),
            deadline: Instant::now() + until(deadline_unix_ms, SystemTime::now()),
            deadline_unix_ms,
            invoked_function_arn: required(headers, "lambda-runtime-invoked-function-arn")?
                .to_owned(),
            trace_id: optional(headers, "lambda-runtime-trace-id")?.map(str::to_owned),
            client_context: optional(headers, "lambda-runtime-client-context")?.map(str::to_owned),
        })
    }
}

/// An answer of `next` that is no invocation.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvocationError {
    /// A header that every invocation carries is absent.
    #[error("the invocation lacks the header `{0}`")]
    Missing(&'static str),
    /// A header is there, but not in the form that the Runtime API documents.
    #[error("the invocation's header `{0}` is malformed")]
    Malformed(&'static str),
}

/// The request id, which becomes a segment of later paths as it is.
fn request_id(headers: &HeaderMap) -> Result<&str, InvocationError> {
    const NAME: &str = "lambda-runtime-aws-request-id";
    let id = required(headers, NAME)?;
    if id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        Ok(id)
    } else {
        Err(InvocationError::Malformed(NAME))
    }
}

fn required<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, InvocationError> {
    optional(headers, name)?.ok_or(InvocationError::Missing(name))
}

/// The header's text; empty counts as absent, as the service omits empty ones.
fn optional<'a>(
    headers: &'a HeaderMap,
    name: &'static str,
) -> Result<Option<&'a str>, InvocationError> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let text = value
        .to_str()
        .map_err(|_| InvocationError::Malformed(name))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Time from `now` to a moment of the wall clock, zero when it has passed.
fn until(unix_ms: u64, now: SystemTime) -> Duration {
    // A clock before 1970 makes `now` unusable; the deadline is then as far away as it claims.
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(unix_ms).saturating_sub(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    value.parse().expect("a header value"),
                )
            })
            .collect()
    }

    const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:render";

    #[tokio::test(start_paused = true)]
    async fn a_context_names_account_and_region() {
        let context = Context::from_headers(&headers(&[
            ("lambda-runtime-aws-request-id", "id-1"),
            ("lambda-runtime-deadline-ms", "1"),
            ("lambda-runtime-invoked-function-arn", ARN),
            ("lambda-runtime-trace-id", ""),
        ]))
        .expect("a context");
        assert_eq!(context.account_id(), Some("123456789012"));
        assert_eq!(context.region(), Some("eu-central-1"));
        assert_eq!(context.trace_id, None);
        assert_eq!(context.remaining(), Duration::ZERO);
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        let check = |pairs: &[(&'static str, &str)], expected: InvocationError| {
            assert_eq!(Context::from_headers(&headers(pairs)).err(), Some(expected));
        };
        check(&[], InvocationError::Missing("lambda-runtime-deadline-ms"));
        check(
            &[("lambda-runtime-deadline-ms", "soon")],
            InvocationError::Malformed("lambda-runtime-deadline-ms"),
        );
        check(
            &[("lambda-runtime-deadline-ms", "5")],
            InvocationError::Missing("lambda-runtime-aws-request-id"),
        );
        check(
            &[
                ("lambda-runtime-deadline-ms", "5"),
                ("lambda-runtime-aws-request-id", "../next"),
            ],
            InvocationError::Malformed("lambda-runtime-aws-request-id"),
        );
    }

    #[test]
    fn a_deadline_is_relative_to_the_clock() {
        let now = UNIX_EPOCH + Duration::from_millis(10_000);
        assert_eq!(until(12_500, now), Duration::from_millis(2_500));
        assert_eq!(until(9_999, now), Duration::ZERO);
    }
}
