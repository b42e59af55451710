//! From an event to an answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lambda::{Context, ErrorType, FunctionError, Invocation, Response, ResponseWriter};
use protocol::payload::{Clip, ClipMessage, ClipProgress};
use store::{Bucket, RemoteRules};
use tokio::sync::watch;

use crate::environment::Environment;
use crate::error::ClipError;
use crate::job::{self, Advance};

/// What is left of an invocation when a clip is given up, so that the caller still learns why.
const RESERVE: Duration = Duration::from_secs(5);

/// How often a stream tells the progress.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// The handler of an environment's invocations.
#[derive(Debug)]
pub(crate) struct Handler {
    // A bucket of no name stands for the S3 client, so that only `store` knows S3's crate.
    any: Bucket,
}

impl Handler {
    pub(crate) fn new(environment: &Environment) -> Self {
        let client = store::s3_client(&environment.config());
        Self {
            any: Bucket::new(client, ""),
        }
    }

    /// Begins the clip that an event asks for. Failures are answers, not failures of the invocation.
    ///
    /// # Errors
    /// None that an event can bring about.
    pub(crate) fn handle(
        self: Arc<Self>,
        invocation: &Invocation,
    ) -> Result<Response, FunctionError> {
        let context = invocation.context.clone();
        let clip = serde_json::from_slice::<Clip>(&invocation.payload);
        let clip = clip.map_err(ClipError::Request);
        let streamed = matches!(&clip, Ok(clip) if clip.streamed);
        tracing::info!(requestId = context.request_id, streamed, ?clip, "a clip");
        Ok(Response::stream(async move |stream| {
            let (advance, progress) = watch::channel(Advance::default());
            let answer = Box::pin(self.answer(clip, &context, advance));
            let answer = if streamed {
                tell_while(&stream, progress, answer).await?
            } else {
                answer.await
            };
            say(&stream, &answer).await
        }))
    }

    async fn answer(
        &self,
        clip: Result<Clip, ClipError>,
        context: &Context,
        advance: watch::Sender<Advance>,
    ) -> ClipMessage {
        let bucket = |name: &str| Bucket::new(self.any.client().clone(), name);
        let deadline = Instant::now() + context.remaining().saturating_sub(RESERVE);
        let cut = match clip {
            Ok(clip) => {
                let rules = RemoteRules::public().https_alone();
                Box::pin(job::cut(&clip, bucket, rules, deadline, &advance)).await
            }
            Err(error) => Err(error),
        };
        match cut {
            Ok(response) => {
                tracing::info!(?response, "the clip is stored");
                ClipMessage::Success(response)
            }
            Err(error) => {
                let failure = error.failure();
                tracing::error!(code = %failure.code, "{}", failure.message);
                ClipMessage::Error(failure)
            }
        }
    }
}

/// Awaits `answer` and tells the progress meanwhile. A caller who no longer listens does not end the clip.
async fn tell_while(
    stream: &ResponseWriter,
    progress: watch::Receiver<Advance>,
    answer: impl Future<Output = ClipMessage>,
) -> Result<ClipMessage, FunctionError> {
    let mut answer = std::pin::pin!(answer);
    let mut ticks = tokio::time::interval(TELL_EVERY);
    let mut told = Advance::default();
    loop {
        tokio::select! {
            answer = &mut answer => return Ok(answer),
            _ = ticks.tick() => {
                let now = *progress.borrow();
                if let (true, Some(of)) = (now != told, now.of) {
                    told = now;
                    let seconds = now.made.as_secs_f64().min(of);
                    let message = ClipMessage::Progress(ClipProgress { seconds, of });
                    if let Err(error) = say(stream, &message).await {
                        tracing::debug!(%error, "nobody listens");
                    }
                }
            }
        }
    }
}

async fn say(stream: &ResponseWriter, message: &ClipMessage) -> Result<(), FunctionError> {
    let line = serde_json::to_vec(message)
        .map_err(|error| FunctionError::from_error(ErrorType::Function("Answer"), &error))?;
    stream.write([line, b"\n".to_vec()].concat()).await?;
    Ok(())
}
