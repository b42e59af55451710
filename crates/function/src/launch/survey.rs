//! Which parts exist, and which renderers live.

use futures_util::future::try_join_all;
use protocol::state::{Manifest, RecordedAttempt};

use super::event::{FoundPart, Observation, Sign, StoreFailure};
use crate::documents::{DocumentError, RenderDocuments};
use crate::log_lines;

/// Documents that are read at once.
const AT_ONCE: usize = 16;

/// All parts that exist, and the signs of life of these attempts.
pub(super) async fn all(documents: &RenderDocuments, attempts: &[RecordedAttempt]) -> Observation {
    let found = async {
        let manifests = manifests(documents).await?;
        Ok((
            manifests.iter().map(part).collect(),
            signs(documents, attempts).await?,
        ))
    };
    observation(found.await)
}

/// What became of these attempts.
pub(super) async fn of(documents: &RenderDocuments, attempts: &[RecordedAttempt]) -> Observation {
    let keys = attempts
        .iter()
        .map(|attempt| documents.keys.manifest(attempt.chunk, attempt.part));
    let found = async {
        let manifests = read(documents, keys.collect()).await?;
        Ok((
            manifests.iter().map(part).collect(),
            signs(documents, attempts).await?,
        ))
    };
    observation(found.await)
}

fn observation(found: Result<(Vec<FoundPart>, Vec<Sign>), DocumentError>) -> Observation {
    match found {
        Ok((parts, signs)) => Observation::Survey { parts, signs },
        Err(error) => Observation::StoreFailed(StoreFailure {
            reason: log_lines::chain(&error),
            denied: error.is_denied(),
        }),
    }
}

/// All manifests, by chunk and part.
///
/// # Errors
/// [`DocumentError`]
pub(super) async fn manifests(documents: &RenderDocuments) -> Result<Vec<Manifest>, DocumentError> {
    let listed = Box::pin(documents.bucket.list(&documents.keys.chunks())).await?;
    let keys = listed.into_iter().map(|object| object.key);
    let of_manifests = keys.filter(|key| documents.keys.parse_manifest(key).is_some());
    let mut manifests = read(documents, of_manifests.collect()).await?;
    manifests.sort_by_key(|manifest| (manifest.chunk, manifest.part));
    Ok(manifests)
}

async fn read(
    documents: &RenderDocuments,
    keys: Vec<String>,
) -> Result<Vec<Manifest>, DocumentError> {
    let mut found = Vec::new();
    for keys in keys.chunks(AT_ONCE) {
        found.extend(try_join_all(keys.iter().map(|key| documents.manifest(key))).await?);
    }
    Ok(found.into_iter().flatten().collect())
}

async fn signs(
    documents: &RenderDocuments,
    attempts: &[RecordedAttempt],
) -> Result<Vec<Sign>, DocumentError> {
    let mut found = Vec::new();
    for attempts in attempts.chunks(AT_ONCE) {
        found.extend(try_join_all(attempts.iter().map(|attempt| sign(documents, attempt))).await?);
    }
    Ok(found.into_iter().flatten().collect())
}

async fn sign(
    documents: &RenderDocuments,
    attempt: &RecordedAttempt,
) -> Result<Option<Sign>, DocumentError> {
    let key = documents.keys.heartbeat(attempt.chunk, attempt.attempt);
    let heartbeat = documents.heartbeat(&key).await?;
    Ok(heartbeat.map(|heartbeat| Sign {
        chunk: attempt.chunk,
        attempt: attempt.attempt,
        at_unix_ms: heartbeat.at_unix_ms,
        frames_rendered: heartbeat.frames_rendered,
    }))
}

fn part(manifest: &Manifest) -> FoundPart {
    FoundPart {
        chunk: manifest.chunk,
        part: manifest.part,
        frames: manifest.frames,
        bytes: manifest.video.size,
        started_at_unix_ms: manifest.started_at_unix_ms,
        rendered_at_unix_ms: manifest.rendered_at_unix_ms,
    }
}
