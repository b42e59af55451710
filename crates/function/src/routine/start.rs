//! `start`: accepts a render, and invokes the launch that leads it.

use lambda::Context;
use protocol::RenderId;
use protocol::error_info::ErrorInfo;
use protocol::names::{self, HASH_LENGTH};
use protocol::payload::{Launch, Start, StartResponse};
use protocol::progress::Progress;
use protocol::settings::OutName;
use protocol::state::Request;
use protocol::version::{self, VersionMismatch};

use crate::bucket::{BucketError, render_bucket};
use crate::clock::now_unix_ms;
use crate::documents::DocumentError;
use crate::invocation::Function;
use crate::invoke::{self, InvokeError};
use crate::launch::failure::notice;
use crate::output;
use crate::request::{self, RequestError};
use crate::site::{ResolveError, resolve};

/// A render that is not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The client is of another version.
    #[error(transparent)]
    Version(#[from] VersionMismatch),
    /// The function does not do what is asked.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// There is no bucket for it.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// The serve URL leads to no site.
    #[error(transparent)]
    Site(#[from] ResolveError),
    /// Its documents cannot be written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The launch cannot be invoked.
    #[error(transparent)]
    Invoke(#[from] InvokeError),
    /// The id cannot be part of a key, which no random id is.
    #[error(transparent)]
    Id(#[from] names::RenderIdError),
}

/// Accepts a render: once this returns, the render goes on whoever watches it.
///
/// # Errors
/// [`StartError`]
pub(crate) async fn start(
    function: &Function,
    context: &Context,
    mut start: Start,
) -> Result<StartResponse, StartError> {
    let environment = &function.environment;
    version::check(
        "renderMediaOnLambda()",
        &environment.version(),
        start.version.as_ref(),
    )?;
    request::check(&start)?;
    let bucket_name = render_bucket(function, start.bucket_name.as_deref()).await?;
    let bucket = function.bucket(context, &bucket_name);
    let site = resolve(&start.serve_url, &bucket, environment).await?;
    let render_id = RenderId::new(start.delete_after, &names::hash(random()))?;
    let documents = function.documents(context, &bucket_name, &render_id);
    let now = now_unix_ms();
    let launch = Launch {
        bucket_name: bucket_name.clone(),
        render_id: render_id.clone(),
        chromium_options: start.chromium_options.clone(),
        log_level: start.log_level,
    };
    let keys = output::take_keys(start.out_name.as_mut());
    let request = Request {
        render_id: render_id.clone(),
        bucket_name: bucket_name.clone(),
        site,
        started_at_unix_ms: now,
        keys_apart: keys.is_some(),
        start,
    };
    let mut progress = Progress::initial(now, context.deadline_unix_ms);
    progress.cancellation_enabled = Some(request.start.enable_cancellation);
    progress.errors.extend(notices(function, &request));
    let (request_key, progress_key) = (documents.keys.request(), documents.keys.progress());
    if let Some(keys) = &keys {
        documents.write(&documents.keys.output_keys(), keys).await?;
    }
    tokio::try_join!(
        documents.write(&request_key, &request),
        documents.write(&progress_key, &progress),
    )?;
    invoke::launch(
        function.clients.lambda(),
        &environment.function_name,
        launch,
    )
    .await?;
    // By the id the lines of this invocation are found with the render's others.
    tracing::info!("renderId={render_id} is launched");
    Ok(StartResponse {
        bucket_name,
        render_id,
    })
}

/// What the client should know and that stops nothing.
fn notices(function: &Function, request: &Request) -> impl Iterator<Item = ErrorInfo> {
    let start = &request.start;
    let public_outputs = function.environment.public_outputs;
    let bucket = match &start.out_name {
        Some(OutName::Object { bucket_name, .. }) => bucket_name.as_str(),
        Some(OutName::Name(_)) | None => request.bucket_name.as_str(),
    };
    let private = output::is_not_public(start.privacy, public_outputs, bucket);
    let key = output::taken_for_a_key(start.out_name.as_ref());
    private
        .map(str::to_owned)
        .into_iter()
        .chain(key)
        .map(notice)
}

pub(super) fn random() -> [u64; HASH_LENGTH] {
    std::array::from_fn(|_| rand::random())
}
