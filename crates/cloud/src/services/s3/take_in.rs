//! The body of an upload on its way to a file.

use futures_util::StreamExt as _;
use s3s::dto::StreamingBlob;

use super::exchange::Exchange;
use super::fault;
use super::integrity::Integrity;
use crate::api_error::ApiError;
use crate::storage::{Algorithm, Content, LARGEST_UPLOAD};

/// Reads a body of the declared length into a file, checking every claim about it.
///
/// # Errors
/// No length is declared, or too great a one: before a byte is read. A claim that does not hold: after the last one,
/// and nothing is left of the bytes.
pub(super) async fn body(
    exchange: &Exchange,
    body: Option<StreamingBlob>,
    declared_length: Option<i64>,
    default: Algorithm,
) -> Result<Content, ApiError> {
    let length = declared_length
        .and_then(|length| u64::try_from(length).ok())
        .ok_or_else(fault::missing_length)?;
    if length > LARGEST_UPLOAD {
        return Err(fault::too_large(Some(length)));
    }
    let integrity = Integrity::of(exchange.request().head(), default)?;
    let mut ingest = exchange
        .store()
        .ingest(integrity.algorithm)
        .await
        .map_err(fault::ingest)?;
    if let Some(mut body) = body {
        while let Some(piece) = body.next().await {
            // What the verifier found is in the exchange already, in its own words.
            let piece = piece.map_err(|error| match exchange.failure() {
                Some(failure) => failure.clone(),
                None => fault::internal(error.as_ref()),
            })?;
            ingest.write(piece).await.map_err(fault::ingest)?;
        }
    }
    let claims = integrity.claims(Some(length), exchange.receipt())?;
    ingest.finish(&claims).await.map_err(fault::ingest)
}
