//! Responses: their body and the headers that every one of them carries.

use std::convert::Infallible;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response as HttpResponse, StatusCode};
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};

/// What went wrong while a body was read or written.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a response: whole, or a stream.
pub(crate) type ResponseBody = UnsyncBoxBody<Bytes, BoxError>;

/// A response on its way to the client.
pub(crate) type Response = HttpResponse<ResponseBody>;

/// A body of bytes that are all there.
pub(crate) fn full(bytes: impl Into<Bytes>) -> ResponseBody {
    Full::new(bytes.into())
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}

/// A body without a byte.
pub(crate) fn empty() -> ResponseBody {
    Empty::new()
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}

/// A body that is produced while it is sent.
pub(crate) fn streamed<B>(body: B) -> ResponseBody
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    body.map_err(Into::into).boxed_unsync()
}

/// A response with a whole body of one content type.
pub(crate) fn document(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response {
    let mut response = HttpResponse::new(full(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Sets a header whose value is text; text that no header can carry is left out and logged.
pub(crate) fn set_header(response: &mut Response, name: &'static str, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        Err(error) => tracing::warn!(name, %error, "header left out"),
    }
}
