//! What a launch's commands do to the world.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lambda::Context;
use protocol::keys;
use protocol::payload::{Launch, Payload};
use protocol::progress::Progress;
use protocol::props::SerializedInputProps;
use protocol::state::{Lease, Plan, Request};
use renderer::Renderer;
use store::{Conditional, ETag};
use tokio::sync::mpsc::UnboundedSender;

use super::event::{Command, Documents, End, Observation, Revision, Stored, WriteOutcome};
use super::{assemble, evaluate, stream, survey};
use crate::cancel;
use crate::documents::{DocumentError, RenderDocuments, Versioned};
use crate::fault::{self, Point};
use crate::invocation::Function;
use crate::invoke;

/// Between two attempts at what failed for a moment, beyond the attempts of the store itself.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// Everything that commands need.
pub(super) struct Hands {
    pub(super) function: Arc<Function>,
    pub(super) context: Context,
    pub(super) documents: RenderDocuments,
    payload: Launch,
    renderer: Mutex<Option<Renderer>>,
    epoch: AtomicU64,
    /// Whether the keys of another service are stored.
    keys_apart: AtomicBool,
}

/// A command that cannot be carried out, now or later. The invocation ends.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandsError {
    /// A document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A launch that could not hand over.
    #[error(transparent)]
    Invoke(#[from] invoke::InvokeError),
}

impl HandsError {
    /// Whether the function's role may not do what the command needs.
    pub(super) fn is_denied(&self) -> bool {
        match self {
            Self::Document(error) => error.is_denied(),
            Self::Invoke(error) => matches!(error, invoke::InvokeError::Denied(_)),
        }
    }
}

impl Hands {
    pub(super) fn new(
        function: Arc<Function>,
        context: &Context,
        payload: &Launch,
        renderer: Renderer,
    ) -> Self {
        let documents = function.documents(context, &payload.bucket_name, &payload.render_id);
        Self {
            function,
            context: context.clone(),
            documents,
            payload: payload.clone(),
            renderer: Mutex::new(Some(renderer)),
            epoch: AtomicU64::new(0),
            keys_apart: AtomicBool::new(false),
        }
    }

    /// Carries out a command, and tells what became of it.
    pub(super) async fn carry_out(
        self: Arc<Self>,
        command: Command,
        tell: UnboundedSender<Observation>,
    ) -> Result<(), HandsError> {
        let observation = match command {
            Command::ReadDocuments => {
                Observation::Documents(Box::new(persist(|| self.read_documents()).await?))
            }
            Command::TakeLease { lease, previous } => self.take_lease(lease, previous).await?,
            Command::Evaluate(request) => Box::pin(self.evaluate(*request)).await,
            Command::WritePlan(plan) => self.write_plan(*plan).await?,
            Command::Survey(attempts) => survey::all(&self.documents, &attempts).await,
            Command::Check(attempts) => survey::of(&self.documents, &attempts).await,
            Command::WriteProgress {
                sequence,
                document,
                previous,
            } => self.write_progress(sequence, *document, previous).await?,
            Command::Invoke { attempt, payload } => {
                let merges = !payload.merge.is_empty();
                let payload = Payload::Renderer(*payload);
                let ended = stream::render(&self, &attempt, payload, &tell).await;
                fault::point(Point::WhileMerging, merges && self.is_first());
                ended
            }
            Command::Assemble(plan) => {
                Observation::Assembled(Box::pin(assemble::assemble(&self, &plan, &tell)).await)
            }
            Command::AwaitWish => {
                cancel::wished(&self.documents).await;
                Observation::Cancelled
            }
            Command::Clean(props) => self.clean(&props).await,
            Command::HandOver { lease, previous } => self.hand_over(lease, previous).await?,
            Command::End(_) => return Ok(()),
        };
        // A driver that has ended needs no answer.
        let _ended = tell.send(observation);
        Ok(())
    }

    /// Whether no launch has led this render before.
    pub(super) fn is_first(&self) -> bool {
        self.epoch.load(Ordering::Relaxed) == 1
    }

    async fn read_documents(&self) -> Result<Documents, DocumentError> {
        let documents = &self.documents;
        let (request, lease, progress, plan) = tokio::try_join!(
            documents.request(),
            documents.lease(),
            documents.progress(),
            documents.plan(),
        )?;
        if let Some(request) = &request {
            self.keys_apart.store(request.keys_apart, Ordering::Relaxed);
        }
        Ok(Documents {
            request,
            lease: lease.map(stored),
            progress: progress.map(stored),
            plan,
        })
    }

    async fn take_lease(
        &self,
        lease: Lease,
        previous: Option<Revision>,
    ) -> Result<Observation, HandsError> {
        self.epoch.store(lease.epoch, Ordering::Relaxed);
        let (key, previous) = (self.documents.keys.lease(), previous.map(etag));
        let written =
            persist(|| self.documents.write_after(&key, previous.as_ref(), &lease)).await?;
        Ok(Observation::Lease(match written {
            Conditional::Written(etag) => Some(revision(&etag)),
            Conditional::Refused => None,
        }))
    }

    async fn evaluate(&self, request: Request) -> Observation {
        let waiting = self
            .renderer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let renderer = match waiting {
            Some(renderer) => Ok(renderer),
            None => {
                self.function
                    .bench
                    .take(&request.start.chromium_options)
                    .await
            }
        };
        let plan = evaluate::evaluate(self, &request, renderer).await;
        fault::point(Point::BeforePlan, self.is_first());
        Observation::Evaluated(plan.map(Box::new))
    }

    async fn write_plan(&self, plan: Plan) -> Result<Observation, HandsError> {
        let key = self.documents.keys.plan();
        loop {
            if let Conditional::Written(_) =
                persist(|| self.documents.write_once(&key, &plan)).await?
            {
                return Ok(Observation::Planned {
                    plan: Box::new(plan),
                    found: false,
                });
            }
            // A plan that vanished between the two calls is written again.
            if let Some(plan) = persist(|| self.documents.plan()).await? {
                return Ok(Observation::Planned {
                    plan: Box::new(plan),
                    found: true,
                });
            }
        }
    }

    async fn write_progress(
        &self,
        sequence: u64,
        document: Progress,
        previous: Option<Revision>,
    ) -> Result<Observation, HandsError> {
        let key = self.documents.keys.progress();
        let previous = previous.map(etag);
        let outcome = match self
            .documents
            .write_after(&key, previous.as_ref(), &document)
            .await
        {
            Ok(Conditional::Written(etag)) => WriteOutcome::Written(revision(&etag)),
            Ok(Conditional::Refused) => WriteOutcome::Refused,
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "the progress is not written");
                WriteOutcome::Failed
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Observation::Progress { sequence, outcome })
    }

    /// Deletes what only an unfinished render needs. What cannot be deleted is left to the bucket's lifecycle rules.
    async fn clean(&self, props: &SerializedInputProps) -> Observation {
        let bucket = &self.documents.bucket;
        let listed = match Box::pin(bucket.list(&self.documents.keys.chunks())).await {
            Ok(listed) => listed,
            Err(error) => {
                tracing::warn!(%error, "the chunks stay");
                Vec::new()
            }
        };
        let mut doomed: Vec<String> = listed.into_iter().map(|object| object.key).collect();
        if let SerializedInputProps::BucketUrl { hash, .. } = props {
            doomed.push(keys::input_props(hash));
        }
        if !doomed.is_empty() {
            match Box::pin(bucket.delete_many(doomed)).await {
                Ok(failures) => {
                    for failure in failures {
                        tracing::warn!(%failure, "an object stays");
                    }
                }
                Err(error) => tracing::warn!(%error, "the chunks stay"),
            }
        }
        Observation::Cleaned
    }

    /// Deletes the keys of another service once nothing is sent there any more.
    pub(super) async fn forget_keys(&self, end: End) {
        let is_over = match end {
            End::Complete | End::Failed | End::Cancelled | End::AlreadyOver => true,
            End::AnotherLeads | End::UnknownRender | End::HandedOver => false,
        };
        if !is_over || !self.keys_apart.load(Ordering::Relaxed) {
            return;
        }
        let key = self.documents.keys.output_keys();
        if let Err(error) = Box::pin(self.documents.bucket.delete(&key)).await {
            tracing::warn!(%error, "the keys of the output's service stay");
        }
    }

    async fn hand_over(
        &self,
        mut lease: Lease,
        previous: Revision,
    ) -> Result<Observation, HandsError> {
        lease.released = true;
        let key = self.documents.keys.lease();
        let previous = etag(previous);
        // Refused means that another launch leads already: the one invoked below then ends without effect.
        persist(|| self.documents.write_after(&key, Some(&previous), &lease)).await?;
        let environment = &self.function.environment;
        loop {
            let launch = self.payload.clone();
            let client = self.function.clients.lambda();
            match invoke::launch(client, &environment.function_name, launch).await {
                Ok(()) => return Ok(Observation::HandedOver),
                Err(invoke::InvokeError::Throttled(reason)) => {
                    tracing::warn!(reason, "handing over is tried again");
                    tokio::time::sleep(RETRY_EVERY).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Tries again what failed for a moment, for as long as the invocation lasts.
async fn persist<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, DocumentError>
where
    F: Future<Output = Result<T, DocumentError>>,
{
    loop {
        match attempt().await {
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "tried again");
                tokio::time::sleep(RETRY_EVERY).await;
            }
            settled => return settled,
        }
    }
}

fn stored<T>(versioned: Versioned<T>) -> Stored<T> {
    Stored {
        revision: revision(&versioned.etag),
        document: versioned.document,
    }
}

fn revision(etag: &ETag) -> Revision {
    Revision(etag.as_str().to_owned())
}

fn etag(revision: Revision) -> ETag {
    ETag::new(revision.0)
}
