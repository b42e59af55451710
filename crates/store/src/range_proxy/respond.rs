//! The proxy's answers.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::header::{
    ACCEPT_RANGES, ALLOW, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, RANGE,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Incoming;

use super::remote::{Remote, RemoteError};
use super::{Source, Sources};
use crate::object::ContentRange;
use crate::{Bucket, ByteRange, ErrorKind, Kept, StoreError};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, BoxError>;

/// Answers GET and HEAD of a token; there is nothing else.
pub(super) async fn respond(
    sources: &Sources,
    remote: &Remote,
    request: Request<Incoming>,
) -> Result<Response<Body>, BoxError> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "GET and HEAD alone");
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, allowed);
        return Ok(response);
    }
    let token = request.uri().path().trim_start_matches('/');
    let Some(source) = sources.find(token) else {
        return Ok(refusal(StatusCode::NOT_FOUND, "there is no such source"));
    };
    let range = request.headers().get(RANGE);
    let range = range.and_then(|value| ByteRange::parse(value.to_str().ok()?));
    let method = request.method();
    Ok(match source {
        Source::Object { bucket, key, whole } => {
            let kept = (!whole).then_some(&sources.kept);
            let answered = object(method, &bucket, &key, range, kept).await;
            answered.unwrap_or_else(|error| sources.refuse(object_status(&error), &error))
        }
        Source::Remote(url) => remote_file(method, remote, &url, range)
            .await
            .unwrap_or_else(|error| sources.refuse(remote_status(&error), &error)),
    })
}

/// An object, or a range of it: as a reader goes on where something is `kept`, else in one request.
async fn object(
    method: &Method,
    bucket: &Bucket,
    key: &str,
    range: Option<ByteRange>,
    kept: Option<&Arc<Kept>>,
) -> Result<Response<Body>, StoreError> {
    if *method == Method::HEAD {
        let head = bucket.head(key).await?;
        let mut response = answer(
            None,
            Some(head.size),
            stream::empty::<Result<_, BoxError>>(),
        );
        describe(
            &mut response,
            head.content_type.as_deref(),
            Some(head.etag.as_str()),
        );
        return Ok(response);
    }
    let (head, first, length, bytes) = match (range, kept) {
        (Some(range), Some(kept)) => {
            let object = bucket.get_range_sparingly(key, range, kept).await?;
            let head = object.head().clone();
            (
                head,
                object.first(),
                object.length(),
                object.into_stream().boxed(),
            )
        }
        (range, _) => {
            let object = match range {
                Some(range) => bucket.get_range(key, range).await?,
                None => bucket.get(key).await?,
            };
            let head = object.head().clone();
            (
                head,
                object.first(),
                object.length(),
                object.into_stream().boxed(),
            )
        }
    };
    let part = range.map(|_| ContentRange {
        first,
        last: first + length - 1,
        size: head.size,
    });
    let mut response = answer(part, Some(length), bytes);
    describe(
        &mut response,
        head.content_type.as_deref(),
        Some(head.etag.as_str()),
    );
    Ok(response)
}

async fn remote_file(
    method: &Method,
    remote: &Remote,
    url: &url::Url,
    range: Option<ByteRange>,
) -> Result<Response<Body>, RemoteError> {
    let file = remote.open(method, url, range).await?;
    let mut response = answer(file.range, file.length, file.body);
    if let Some(content_type) = file.content_type {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    Ok(response)
}

/// 206 with its range, or 200 for the whole.
fn answer<S, E>(part: Option<ContentRange>, length: Option<u64>, bytes: S) -> Response<Body>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<BoxError>,
{
    let frames = bytes.map_ok(Frame::data).map_err(|error| {
        let error = error.into();
        tracing::warn!(error = &*error, "a transfer through the range proxy broke");
        error
    });
    let mut response = Response::new(StreamBody::new(frames.boxed()).boxed_unsync());
    let headers = response.headers_mut();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    if let Some(ContentRange { first, last, size }) = part {
        let range = format!("bytes {first}-{last}/{size}");
        let range = HeaderValue::try_from(range).expect("digits are visible ASCII");
        headers.insert(CONTENT_RANGE, range);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

/// Adds what is stored beside the bytes, as far as it can be a header.
fn describe(response: &mut Response<Body>, content_type: Option<&str>, etag: Option<&str>) {
    for (name, value) in [(CONTENT_TYPE, content_type), (ETAG, etag)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
}

fn object_status(error: &StoreError) -> StatusCode {
    match error.kind() {
        ErrorKind::Missing | ErrorKind::MissingBucket => StatusCode::NOT_FOUND,
        ErrorKind::Denied(_) => StatusCode::FORBIDDEN,
        ErrorKind::Range => StatusCode::RANGE_NOT_SATISFIABLE,
        ErrorKind::Throttled => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_GATEWAY,
    }
}

fn remote_status(error: &RemoteError) -> StatusCode {
    match error {
        RemoteError::Status { status, .. } if status.is_client_error() => *status,
        RemoteError::NotPublic(_)
        | RemoteError::Scheme(_)
        | RemoteError::NotHttps(_)
        | RemoteError::Userinfo(_)
        | RemoteError::NotAUrl(_) => StatusCode::FORBIDDEN,
        RemoteError::Silent(_) => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::BAD_GATEWAY,
    }
}

impl Sources {
    /// The reader is a program that shows its own text at best, so the log says why, and the proxy's owner may ask.
    fn refuse(
        &self,
        status: StatusCode,
        error: &(dyn std::error::Error + 'static),
    ) -> Response<Body> {
        tracing::warn!(error, "the range proxy refuses");
        let text = error.to_string();
        let response = refusal(status, &text);
        self.refused(text);
        response
    }
}

fn refusal(status: StatusCode, text: &str) -> Response<Body> {
    let body = Full::new(Bytes::from(text.to_owned()));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}
