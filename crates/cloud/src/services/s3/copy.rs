//! What the two copying operations share: the source, and its bytes on their way.

use std::ops::Range;

use futures_util::StreamExt as _;

use super::exchange::Exchange;
use super::head::ObjectName;
use super::precondition::ReadConditions;
use super::{fault, view};
use crate::api_error::ApiError;
use crate::storage::{Algorithm, Claims, Content, LARGEST_UPLOAD, OpenObject};

/// Opens the source of a copy, if the conditions on it hold.
pub(super) fn source(
    exchange: &Exchange,
    name: &ObjectName,
    conditions: &ReadConditions,
) -> Result<OpenObject, ApiError> {
    let open = view::find(exchange, name)?;
    conditions.check_source(open.object())?;
    Ok(open)
}

/// Copies a range of bytes into a new blob.
pub(super) async fn bytes(
    exchange: &Exchange,
    source: OpenObject,
    range: Range<u64>,
    algorithm: Algorithm,
) -> Result<Content, ApiError> {
    let length = range.end - range.start;
    if length > LARGEST_UPLOAD {
        return Err(fault::invalid_request(format!(
            "The specified copy source is larger than the maximum allowable size for a copy source: {LARGEST_UPLOAD}"
        )));
    }
    let mut ingest = exchange
        .store()
        .ingest(algorithm)
        .await
        .map_err(fault::ingest)?;
    let mut pieces = std::pin::pin!(source.read(range));
    while let Some(piece) = pieces.next().await {
        ingest
            .write(piece.map_err(|error| fault::internal(&error))?)
            .await
            .map_err(fault::ingest)?;
    }
    let claims = Claims {
        length: Some(length),
        ..Claims::default()
    };
    ingest.finish(&claims).await.map_err(fault::ingest)
}
