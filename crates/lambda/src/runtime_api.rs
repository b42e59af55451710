//! The calls of the Runtime API, one method each.

use std::env::VarError;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TRAILER, TRANSFER_ENCODING};
use http::uri::Authority;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;

use crate::response::{ERROR_BODY, ERROR_TYPE, ResponseBody};
use crate::{Context, FunctionError, Invocation, InvocationError};

/// Names host and port of the Runtime API in a function's environment. Emulators add a scheme and a path.
const ENDPOINT: &str = "AWS_LAMBDA_RUNTIME_API";
const RESPONSE_MODE: HeaderName = HeaderName::from_static("lambda-runtime-function-response-mode");

type Body = Either<Full<Bytes>, ResponseBody>;

/// A client of the Runtime API of one execution environment.
#[derive(Debug, Clone)]
pub struct RuntimeApi {
    client: Client<HttpConnector, Body>,
    // INVARIANT: a URI of http, without a slash at its end and without a query.
    base: String,
}

impl RuntimeApi {
    /// The API that the environment names.
    ///
    /// # Errors
    /// [`EnvironmentError`] outside of an execution environment.
    pub fn from_env() -> Result<Self, EnvironmentError> {
        match std::env::var(ENDPOINT) {
            Ok(value) => match base(&value) {
                Some(base) => Ok(Self::at(base)),
                None => Err(EnvironmentError::Malformed(value)),
            },
            Err(VarError::NotPresent) => Err(EnvironmentError::Missing),
            Err(VarError::NotUnicode(text)) => Err(EnvironmentError::Malformed(
                text.to_string_lossy().into_owned(),
            )),
        }
    }

    /// The API at `authority`, a host and mostly a port.
    pub fn new(authority: &Authority) -> Self {
        Self::at(format!("http://{authority}"))
    }

    fn at(base: String) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            base,
        }
    }

    /// Waits for the next invocation, for ever: a frozen environment wakes up in this call.
    ///
    /// # Errors
    /// [`ApiError::Transport`] when the service is gone, [`ApiError::Invocation`] when its answer
    /// is none.
    pub async fn next(&self) -> Result<Invocation, ApiError> {
        let request = self.request(Method::GET, "runtime/invocation/next", Bytes::new());
        let response = self.send(request).await?;
        let context = Context::from_headers(response.headers())?;
        let payload = read(response.into_body()).await?;
        Ok(Invocation { payload, context })
    }

    /// Answers an invocation with `bytes`.
    ///
    /// # Errors
    /// [`ApiError::Refused`] when the id is not the current one or `bytes` exceeds the limit.
    pub async fn respond(&self, request_id: &str, bytes: Bytes) -> Result<(), ApiError> {
        let path = format!("runtime/invocation/{request_id}/response");
        self.post(self.request(Method::POST, &path, bytes)).await
    }

    /// Answers an invocation with what `body` yields, sent as it comes.
    pub(crate) async fn respond_streaming(
        &self,
        request_id: &str,
        body: ResponseBody,
    ) -> Result<(), ApiError> {
        let path = format!("runtime/invocation/{request_id}/response");
        let mut request = self.request(Method::POST, &path, Bytes::new());
        *request.body_mut() = Either::Right(body);
        let declared = format!("{ERROR_TYPE}, {ERROR_BODY}");
        request.headers_mut().extend([
            (RESPONSE_MODE, HeaderValue::from_static("streaming")),
            (TRANSFER_ENCODING, HeaderValue::from_static("chunked")),
            (
                CONTENT_TYPE,
                HeaderValue::from_static("application/octet-stream"),
            ),
            (
                TRAILER,
                HeaderValue::try_from(declared).expect("two header names"),
            ),
        ]);
        self.post(request).await
    }

    /// Ends an invocation with an error.
    ///
    /// # Errors
    /// [`ApiError::Refused`] when the id is not the current one.
    pub async fn fail(&self, request_id: &str, error: &FunctionError) -> Result<(), ApiError> {
        let path = format!("runtime/invocation/{request_id}/error");
        self.report(&path, error).await
    }

    /// Says that no invocation can be taken. The process is expected to exit afterwards.
    ///
    /// # Errors
    /// [`ApiError::Refused`] when an invocation has been taken before.
    pub async fn fail_init(&self, error: &FunctionError) -> Result<(), ApiError> {
        self.report("runtime/init/error", error).await
    }

    async fn report(&self, path: &str, error: &FunctionError) -> Result<(), ApiError> {
        let mut request = self.request(Method::POST, path, error.to_json().into());
        let error_type = HeaderValue::try_from(error.error_type().to_string());
        request.headers_mut().extend([
            (ERROR_TYPE, error_type.expect("an error type is ASCII")),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        ]);
        self.post(request).await
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Request<Body> {
        let mut request = Request::new(Either::Left(Full::new(body)));
        let uri = format!("{}/2018-06-01/{path}", self.base);
        *request.method_mut() = method;
        *request.uri_mut() = uri.parse().expect("a checked base and a checked id");
        request
    }

    /// Sends a request whose answer says nothing but that it was taken.
    async fn post(&self, request: Request<Body>) -> Result<(), ApiError> {
        let response = self.send(request).await?;
        // The connection is reused only when the answer has been read to its end.
        read(response.into_body()).await?;
        Ok(())
    }

    async fn send(&self, request: Request<Body>) -> Result<http::Response<Incoming>, ApiError> {
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| ApiError::Transport(Box::new(error)))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = read(response.into_body()).await?;
        let Refusal {
            error_type,
            error_message,
        } = serde_json::from_slice(&body).unwrap_or_default();
        Err(ApiError::Refused {
            status,
            error_type,
            message: error_message,
        })
    }
}

/// The base of the API that a function's environment names.
fn base(value: &str) -> Option<String> {
    let rest = value.strip_prefix("http://").unwrap_or(value);
    if rest.contains("://") {
        return None;
    }
    let base = format!("http://{}", rest.trim_end_matches('/'));
    let uri: Uri = base.parse().ok()?;
    (uri.host().is_some_and(|host| !host.is_empty()) && uri.query().is_none()).then_some(base)
}

/// The body of a refused call.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Refusal {
    error_type: String,
    error_message: String,
}

async fn read(body: Incoming) -> Result<Bytes, ApiError> {
    let collected = body.collect().await;
    let collected = collected.map_err(|error| ApiError::Transport(Box::new(error)))?;
    Ok(collected.to_bytes())
}

/// A call of the Runtime API failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The service cannot be reached, or the connection broke.
    #[error("the Lambda Runtime API cannot be reached")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The service answered with an error of its own.
    #[error("the Lambda Runtime API answered {status} {error_type}: {message}")]
    Refused {
        /// HTTP status.
        status: StatusCode,
        /// `errorType` of the answer, empty where it has none.
        error_type: String,
        /// `errorMessage` of the answer, empty where it has none.
        message: String,
    },
    /// The answer of `next` is no invocation.
    #[error("the Lambda Runtime API handed out an invocation that cannot be read")]
    Invocation(#[from] InvocationError),
}

/// This process is not in an execution environment.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EnvironmentError {
    /// The variable is absent.
    #[error("`{ENDPOINT}` is not set: this program is started by AWS Lambda")]
    Missing,
    /// The variable holds something else.
    #[error("`{ENDPOINT}` is `{0}`, which is no host and port")]
    Malformed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_a_host_with_or_without_a_path() {
        for (value, expected) in [
            ("127.0.0.1:9001", Some("http://127.0.0.1:9001")),
            ("localhost", Some("http://localhost")),
            ("[::1]:9000/.rt", Some("http://[::1]:9000/.rt")),
            (
                "http://127.0.0.1:9000/.rt/",
                Some("http://127.0.0.1:9000/.rt"),
            ),
            ("https://127.0.0.1:9000", None),
            ("127.0.0.1:9000/?a=b", None),
            ("no port:", None),
            ("", None),
        ] {
            assert_eq!(base(value).as_deref(), expected, "{value}");
        }
    }
}
