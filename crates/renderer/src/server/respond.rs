//! The answers that all routes give.

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use std::io;

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// With it, a page on the internet may read from this machine.
const ASKS_PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOWS_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// An answer whose headers are still to come. Pages of every origin may read it.
pub(crate) fn start(status: StatusCode) -> http::response::Builder {
    Response::builder()
        .status(status)
        .header(ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .header(CACHE_CONTROL, "no-cache, no-store, must-revalidate")
}

/// The answer with this body. Headers that are no headers cannot be sent, which is the server's fault.
pub(crate) fn finish(builder: http::response::Builder, body: Body) -> Response<Body> {
    builder.body(body).unwrap_or_else(|error| {
        tracing::warn!(%error, "an answer has headers that cannot be sent");
        let mut response = Response::new(nothing());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    finish(start(status).header(CONTENT_LENGTH, 0), nothing())
}

/// A failure as Remotion's components read it: its text is what the page throws.
pub(crate) fn failure(error: &dyn std::error::Error) -> Response<Body> {
    let mut text = format!("Error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    let body = serde_json::json!({ "error": text }).to_string();
    let builder = start(StatusCode::INTERNAL_SERVER_ERROR)
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, body.len());
    finish(
        builder,
        Full::from(body)
            .map_err(|never| match never {})
            .boxed_unsync(),
    )
}

/// The answer to a question whether a page may ask.
pub(crate) fn preflight<B>(request: &Request<B>) -> Response<Body> {
    let mut response = empty(StatusCode::OK);
    if request.headers().contains_key(ASKS_PRIVATE) {
        response
            .headers_mut()
            .insert(ALLOWS_PRIVATE, HeaderValue::from_static("true"));
    }
    response
}

pub(crate) fn nothing() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}
