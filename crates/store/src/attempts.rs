//! Calls that are tried again, told as they happen.
//!
//! The SDK repeats what was throttled, what a server failed at, and what no answer came to: after a pause that doubles
//! and is random in part, four times at most. What is told here is at level `info`; the SDK itself tells nobody.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::told::causes;

/// The largest error document that is looked into, in bytes.
const LARGEST: u64 = 64 * 1024;

/// Calls whose failed attempt is remembered at once; more are told without their pause.
const REMEMBERED: usize = 256;

/// Words in the codes by which services say that they are asked too often.
const THROTTLED: [&str; 4] = [
    "Throttl",
    "TooManyRequests",
    "RequestLimitExceeded",
    "SlowDown",
];

/// `client`, telling what is tried again.
pub(crate) fn telling(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Telling {
        inner: client,
        failed: Failed::default(),
    })
}

/// The ids of calls that failed and may be tried again, with when they failed.
#[derive(Debug, Clone, Default)]
struct Failed(Arc<Mutex<VecDeque<(String, Instant)>>>);

#[derive(Debug)]
struct Telling<T> {
    inner: T,
    failed: Failed,
}

impl HttpClient for Telling<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Telling {
            inner: self.inner.http_connector(settings, components),
            failed: self.failed.clone(),
        })
    }
}

impl HttpConnector for Telling<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if !tracing::enabled!(tracing::Level::INFO) {
            return self.inner.call(request);
        }
        let Some(attempt) = Attempt::of(&request) else {
            return self.inner.call(request);
        };
        if attempt.number > 1 {
            match self.failed.taken(&attempt.call) {
                Some(since) => {
                    let pause = since.elapsed().as_millis();
                    tracing::info!("{attempt}, after {pause} ms");
                }
                None => tracing::info!("{attempt}"),
            }
        }
        let failed = self.failed.clone();
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let (answer, trouble) = match answer.await {
                Ok(response) => looked_into(response).await?,
                Err(error) => {
                    let trouble = Trouble::NoAnswer(causes(&error));
                    (Err(error), Some(trouble))
                }
            };
            if let Some(trouble) = trouble {
                tracing::info!("{attempt} {trouble}");
                failed.note(attempt.call);
            }
            answer
        })
    }
}

/// One attempt of a call.
#[derive(Debug)]
struct Attempt {
    /// The same for all attempts of one call.
    call: String,
    service: String,
    number: u32,
    most: u32,
}

impl Attempt {
    /// What the SDK says of itself in the headers of its requests; `None` for those of others.
    fn of(request: &HttpRequest) -> Option<Self> {
        let headers = request.headers();
        let said = headers.get("amz-sdk-request")?;
        let number = |name: &str| {
            let mut parts = said
                .split(';')
                .filter_map(|part| part.trim().split_once('='));
            parts.find(|(its, _)| *its == name)?.1.parse().ok()
        };
        let agent = headers.get("user-agent").unwrap_or_default();
        let service = agent.split("api/").nth(1)?.split('/').next()?;
        Some(Self {
            call: headers.get("amz-sdk-invocation-id")?.to_owned(),
            service: service.to_owned(),
            number: number("attempt")?,
            most: number("max").unwrap_or_default(),
        })
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: attempt {} of {}",
            self.service, self.number, self.most
        )
    }
}

/// What a call may be tried again for.
#[derive(Debug, PartialEq, Eq)]
enum Trouble {
    Throttled(u16),
    Server(u16),
    NoAnswer(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Throttled(status) => write!(f, "was throttled ({status})"),
            Self::Server(status) => write!(f, "met a failure of the server ({status})"),
            Self::NoAnswer(reason) => write!(f, "got no answer ({reason})"),
        }
    }
}

type Answer = Result<HttpResponse, ConnectorError>;

/// The answer as it came, and the trouble that it tells of. Older services say in the document alone that they throttle.
async fn looked_into(
    mut response: HttpResponse,
) -> Result<(Answer, Option<Trouble>), ConnectorError> {
    let status = response.status().as_u16();
    let header = |name| response.headers().get(name).unwrap_or_default();
    let is_said = throttles(header("x-amzn-errortype"));
    let length = header("content-length").parse::<u64>();
    let is_small = length.is_ok_and(|length| length <= LARGEST);
    let trouble = match status {
        429 => Some(Trouble::Throttled(status)),
        400..=599 if is_said => Some(Trouble::Throttled(status)),
        400 | 503 if is_small => {
            let body = ByteStream::new(response.take_body()).collect().await;
            let bytes = body.map_err(|error| ConnectorError::io(error.into()))?;
            let bytes = bytes.into_bytes();
            let throttles = throttles(&String::from_utf8_lossy(&bytes));
            *response.body_mut() = SdkBody::from(bytes);
            match status {
                _ if throttles => Some(Trouble::Throttled(status)),
                503 => Some(Trouble::Server(status)),
                _ => None,
            }
        }
        500..=599 => Some(Trouble::Server(status)),
        _ => None,
    };
    Ok((Ok(response), trouble))
}

pub(crate) fn throttles(text: &str) -> bool {
    THROTTLED.iter().any(|word| text.contains(word))
}

impl Failed {
    fn note(&self, call: String) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() == REMEMBERED {
            failed.pop_front();
        }
        failed.push_back((call, Instant::now()));
    }

    fn taken(&self, call: &str) -> Option<Instant> {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = failed.iter().position(|(its, _)| its == call)?;
        failed.remove(at).map(|(_, since)| since)
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;

    use super::{Attempt, Trouble, looked_into};

    #[test]
    fn an_attempt_is_read_from_the_headers_of_the_sdk() {
        let mut request = HttpRequest::empty();
        assert!(Attempt::of(&request).is_none());
        for (name, value) in [
            ("amz-sdk-request", "ttl=20260101T000000Z; attempt=2; max=4"),
            ("amz-sdk-invocation-id", "id"),
            (
                "user-agent",
                "aws-sdk-rust/1.3.8 api/lambda/1.100.0 os/linux",
            ),
        ] {
            request.headers_mut().insert(name, value);
        }
        let attempt = Attempt::of(&request).unwrap();
        assert_eq!(attempt.to_string(), "lambda: attempt 2 of 4");
    }

    #[tokio::test]
    async fn throttling_is_told_from_other_answers_and_the_document_stays() {
        async fn check(
            status: u16,
            kind: &'static str,
            body: &'static str,
            expected: Option<Trouble>,
        ) {
            let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            let length = body.len().to_string();
            response.headers_mut().insert("content-length", length);
            response.headers_mut().insert("x-amzn-errortype", kind);
            let (answer, trouble) = looked_into(response).await.unwrap();
            assert_eq!(trouble, expected, "{status} {kind} {body}");
            assert_eq!(answer.unwrap().body().bytes(), Some(body.as_bytes()));
        }
        let throttled = |status| Some(Trouble::Throttled(status));
        check(429, "TooManyRequestsException", "{}", throttled(429)).await;
        check(400, "ThrottlingException", "{}", throttled(400)).await;
        check(
            400,
            "",
            "<Error><Code>Throttling</Code></Error>",
            throttled(400),
        )
        .await;
        check(
            503,
            "",
            "<Error><Code>SlowDown</Code></Error>",
            throttled(503),
        )
        .await;
        check(503, "", "", Some(Trouble::Server(503))).await;
        check(500, "", "<Error/>", Some(Trouble::Server(500))).await;
        check(400, "ValidationException", "{}", None).await;
        check(200, "", "Throttling is a word", None).await;
    }
}
