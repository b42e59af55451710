//! Between the gateway and s3s: what s3s is given, and what becomes of its answer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, RANGE, TRANSFER_ENCODING,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body::{Body, Frame, SizeHint};
use s3s::HttpResponse;
use serde::Deserialize;

use super::exchange::Exchange;
use super::fault;
use crate::api_error::ApiError;
use crate::body::VerifiedBody;
use crate::incoming::Head;
use crate::response::{BoxError, Response, streamed};
use crate::storage::Digests;

/// Headers that concern the signature or the wire's framing, both of which are done with.
const SPENT_HEADERS: [HeaderName; 7] = [
    AUTHORIZATION,
    TRANSFER_ENCODING,
    EXPECT,
    HeaderName::from_static("x-amz-content-sha256"),
    HeaderName::from_static("x-amz-decoded-content-length"),
    HeaderName::from_static("x-amz-security-token"),
    HeaderName::from_static("x-amz-trailer"),
];

/// Query parameters of signatures, version 4 and 2.
const SPENT_PARAMETERS: [&str; 10] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "AWSAccessKeyId",
    "Signature",
    "Expires",
];

/// The request as s3s gets it: unsigned, without framing, with its exchange beside it.
///
/// # Errors
/// A form upload, whose policy would have to be verified from the body.
pub(super) fn request(
    exchange: &Exchange,
    body: VerifiedBody,
) -> Result<s3s::HttpRequest, ApiError> {
    let head = exchange.request().head();
    let form = head
        .header(CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    if head.method == Method::POST && form {
        return Err(ApiError::not_implemented("PostObject"));
    }
    let declared_length = body.declared_length();
    let body = Observed {
        body,
        exchange: exchange.clone(),
        digests: None,
    };
    let mut request = http::Request::new(s3s::Body::http_body_unsync(body));
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = unsigned_target(head)?;
    *request.headers_mut() = unsigned_headers(head, declared_length);
    request.extensions_mut().insert(exchange.clone());
    Ok(request)
}

fn unsigned_target(head: &Head) -> Result<Uri, ApiError> {
    let kept = head.raw_query().split('&').filter(|pair| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        !pair.is_empty() && !SPENT_PARAMETERS.contains(&name)
    });
    let query = kept.collect::<Vec<_>>().join("&");
    let target = match query.as_str() {
        "" => head.raw_path().to_owned(),
        query => format!("{}?{query}", head.raw_path()),
    };
    target
        .parse()
        .map_err(|_| ApiError::bad_request("InvalidURI", "Couldn't parse the specified URI."))
}

fn unsigned_headers(head: &Head, declared_length: Option<u64>) -> HeaderMap {
    let mut headers = head.headers.clone();
    for name in SPENT_HEADERS {
        headers.remove(name);
    }
    match declared_length {
        Some(length) => headers.insert(CONTENT_LENGTH, length.into()),
        None => headers.remove(CONTENT_LENGTH),
    };
    if let Some(encoding) = head.header(CONTENT_ENCODING.as_str()) {
        let kept = encoding
            .split(',')
            .map(str::trim)
            .filter(|coding| *coding != "aws-chunked");
        match HeaderValue::from_str(&kept.collect::<Vec<_>>().join(",")) {
            Ok(kept) if !kept.is_empty() => headers.insert(CONTENT_ENCODING, kept),
            _ => headers.remove(CONTENT_ENCODING),
        };
    }
    // S3 ignores a range that it cannot read and answers with the whole object; s3s would refuse it.
    if head
        .header(RANGE.as_str())
        .is_some_and(|range| s3s::dto::Range::parse(range).is_err())
    {
        headers.remove(RANGE);
    }
    headers
}

/// What s3s answered, or the error that was left in the exchange, or s3s's own.
///
/// # Errors
/// The error that the client gets.
pub(super) async fn response(
    exchange: &Exchange,
    answer: HttpResponse,
) -> Result<Response, ApiError> {
    if let Some(error) = exchange.failure() {
        return Err(error.clone());
    }
    if answer.status().is_client_error() || answer.status().is_server_error() {
        return Err(own_error(exchange, answer).await);
    }
    let (parts, body) = answer.into_parts();
    Ok(Response::from_parts(parts, streamed(body)))
}

/// The error that s3s found by itself, such as a document that it could not parse.
async fn own_error(exchange: &Exchange, answer: HttpResponse) -> ApiError {
    const LIMIT: usize = 64 << 10;
    let status = answer.status();
    let mut body = answer.into_body();
    let document = match body.store_all_limited(LIMIT).await {
        Ok(document) => document,
        Err(error) => return fault::internal(error.as_ref()),
    };
    match quick_xml::de::from_reader::<_, OwnError>(document.as_ref()) {
        Ok(own) => ApiError::new(status, own.code, own.message)
            .with("Resource", exchange.request().head().raw_path()),
        Err(error) => fault::internal(&error),
    }
}

/// The error document of s3s.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OwnError {
    code: String,
    #[serde(default)]
    message: String,
}

/// The body as s3s reads it. Its errors go to the exchange as well: s3s would make something else of them.
///
/// A document fails at its end unless its checksums hold. Uploads are checked where they are stored.
struct Observed {
    body: VerifiedBody,
    exchange: Exchange,
    digests: Option<Digests>,
}

impl Observed {
    fn see(&mut self, frame: &Frame<Bytes>) {
        let Some(integrity) = self.exchange.document() else {
            return;
        };
        if let Some(data) = frame.data_ref() {
            self.digests
                .get_or_insert_with(|| Digests::new(integrity.algorithm))
                .update(data);
        }
    }

    fn end(&mut self) -> Result<(), ApiError> {
        let (Some(integrity), Some(digests)) = (self.exchange.document(), self.digests.take())
        else {
            return Ok(());
        };
        let claims = integrity.claims(None, self.exchange.receipt())?;
        digests.check(&claims).map_err(fault::ingest)
    }
}

impl Body for Observed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let failed = match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
            Some(Ok(frame)) => {
                self.see(&frame);
                return Poll::Ready(Some(Ok(frame)));
            }
            Some(Err(error)) => error,
            None => match self.end() {
                Ok(()) => return Poll::Ready(None),
                Err(error) => error,
            },
        };
        Poll::Ready(Some(Err(BoxError::from(self.exchange.fail(failed)))))
    }

    // Never at its end before a poll said so: only that poll verifies it.
    fn is_end_stream(&self) -> bool {
        false
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
