//! `status`: how far a render is. A render whose launch is gone gets a new one.

use std::time::Duration;

use lambda::Context;
use protocol::payload::{Launch, Status};
use protocol::progress::{MediaType, Progress};
use protocol::status::{RenderProgress, StatusContext, StillHasNoProgress, status as progress_of};
use protocol::version::{self, VersionMismatch};

use crate::clock::now_unix_ms;
use crate::documents::{DocumentError, RenderDocuments};
use crate::invocation::Function;
use crate::invoke::{self, InvokeError};
use crate::launch::{is_stalled, last_words};
use crate::log_lines;

/// Reads of a document that `start` may be about to write.
const ATTEMPTS: u32 = 3;
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A status cannot be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StatusError {
    /// The client is of another version.
    #[error(transparent)]
    Version(#[from] VersionMismatch),
    /// There is no such render.
    #[error("No render with ID `{render_id}` found in bucket `{bucket}`")]
    Unknown { render_id: String, bucket: String },
    /// The document cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// An image has no progress.
    #[error(transparent)]
    Still(#[from] StillHasNoProgress),
}

/// How far a render is.
///
/// # Errors
/// [`StatusError`]
pub(crate) async fn status(
    function: &Function,
    context: &Context,
    payload: &Status,
) -> Result<RenderProgress, StatusError> {
    let environment = &function.environment;
    version::check(
        "getRenderProgress()",
        &environment.version(),
        payload.version.as_ref(),
    )?;
    let documents = function.documents(context, &payload.bucket_name, &payload.render_id);
    let mut progress = find(&documents, payload).await?;
    let now_unix_ms = now_unix_ms();
    let metadata = progress.render_metadata.as_ref();
    let is_still = metadata.is_some_and(|m| m.media_type == MediaType::Still);
    if !is_still && is_stalled(&progress, now_unix_ms) {
        let launch = Launch::new(payload.bucket_name.clone(), payload.render_id.clone());
        let client = function.clients.lambda();
        // The next status tries again; what there is to tell does not depend on it.
        match invoke::launch(client, &environment.function_name, launch).await {
            Ok(()) => tracing::info!(render_id = %payload.render_id, "the render is continued"),
            Err(error @ InvokeError::Denied(_)) => {
                last_words::say(&documents, &log_lines::chain(&error)).await?;
                progress = find(&documents, payload).await?;
            }
            Err(error) => tracing::warn!(%error, "the render is stalled"),
        }
    }
    let context = StatusContext {
        render_id: &payload.render_id,
        bucket: &payload.bucket_name,
        region: &environment.region,
        now_unix_ms,
        size: environment.size(),
    };
    Ok(progress_of(&progress, context)?)
}

async fn find(documents: &RenderDocuments, payload: &Status) -> Result<Progress, StatusError> {
    for attempt in 1..=ATTEMPTS {
        if let Some(progress) = documents.progress().await? {
            return Ok(progress.document);
        }
        if attempt < ATTEMPTS {
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }
    Err(StatusError::Unknown {
        render_id: payload.render_id.to_string(),
        bucket: payload.bucket_name.to_string(),
    })
}
