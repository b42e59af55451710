//! From a queue to a function, and back when it fails.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::event::{Message, done, event};
use super::mapping::Mapping;
use crate::config::Region;
use crate::identity::TemporaryCredentials;
use crate::sandbox::{Delivery, Event, Origin, Outcome, Rejected, Unprovided};
use crate::services::QueueStore;
use crate::services::lambda::as_role::{AsRole, CallError};
use crate::services::lambda::execution::Executions;
use crate::services::lambda::table;
use crate::state::{State, StateError};

/// Invocations of one mapping at once, where it says nothing.
const CONCURRENCY: u32 = 5;

/// Messages of one call of SQS.
const MOST_AT_ONCE: u32 = 10;

/// How long a call waits for messages.
const WAIT_SECONDS: u64 = 20;

/// The least and the most that a poller waits after it could not poll.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Credentials with less time left are replaced.
const RENEWED: SignedDuration = SignedDuration::from_mins(15);

/// Polls one mapping.
#[derive(Debug)]
pub(super) struct Poller {
    pub(super) mapping: Mapping,
    pub(super) state: State,
    pub(super) executions: Executions,
    pub(super) queues: QueueStore,
}

/// Why there are no messages.
#[derive(Debug, thiserror::Error)]
enum PollError {
    #[error("the function is gone")]
    NoFunction,
    #[error("the execution role cannot be assumed")]
    NoRole(#[from] Unprovided),
    #[error("the queue refuses")]
    Refused(#[from] CallError),
    #[error("the queue's answer cannot be read")]
    Unreadable(#[from] serde_json::Error),
    #[error(transparent)]
    State(#[from] StateError),
    #[error("no environment is to be had")]
    Rejected(Rejected),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Received {
    #[serde(default)]
    messages: Vec<Message>,
}

/// The execution role, while its credentials last.
struct Role {
    credentials: TemporaryCredentials,
    client: Arc<AsRole>,
}

impl Poller {
    /// Polls until `stop`.
    pub(super) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let most = self.mapping.settings.concurrency.unwrap_or(CONCURRENCY);
        let slots = Arc::new(Semaphore::new(most as usize));
        let (mut role, mut pause) = (None, BACKOFF.0);
        loop {
            let round = self.round(&slots, &mut role);
            match stop.run_until_cancelled(round).await {
                None => return,
                Some(Ok(())) => pause = BACKOFF.0,
                Some(Err(error)) => {
                    // The event history has the denial, if it was one.
                    tracing::debug!(
                        source = self.mapping.source_arn,
                        error = &error as &(dyn std::error::Error + 'static),
                        "a queue is not polled"
                    );
                    role = None;
                    if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                        return;
                    }
                    pause = (pause * 2).min(BACKOFF.1);
                }
            }
        }
    }

    /// Takes one batch and hands it over; waits for messages if there are none.
    async fn round(
        self: &Arc<Self>,
        slots: &Arc<Semaphore>,
        role: &mut Option<Role>,
    ) -> Result<(), PollError> {
        // INVARIANT: nobody closes the slots.
        let Ok(slot) = Arc::clone(slots).acquire_owned().await else {
            return Ok(());
        };
        let client = self.role(role)?;
        let messages = self.gather(&client).await?;
        if !messages.is_empty() {
            let deliveries = &self.executions.parts().deliveries;
            let poller = Arc::clone(self);
            deliveries.spawn(async move { poller.hand_over(messages, &client, slot).await });
        }
        Ok(())
    }

    /// A client with credentials of the function's role as it is now.
    fn role(&self, kept: &mut Option<Role>) -> Result<Arc<AsRole>, PollError> {
        let clock = &self.executions.parts().clock;
        let lasts = |role: &Role| clock.now() + RENEWED < role.credentials.expires_at;
        if let Some(role) = kept.as_ref().filter(|role| lasts(role)) {
            return Ok(Arc::clone(&role.client));
        }
        let function = table::function(&self.state, &self.mapping.function)?;
        let function = function.ok_or(PollError::NoFunction)?;
        let credentials = self.executions.assume(&function)?;
        let region = self
            .mapping
            .region
            .parse()
            .unwrap_or_else(|_| Region::default());
        let client = Arc::new(AsRole::new(
            &self.executions.parts().endpoint,
            region,
            credentials.clone(),
            Arc::clone(clock),
        ));
        *kept = Some(Role {
            credentials,
            client: Arc::clone(&client),
        });
        Ok(client)
    }

    /// The messages of a batch: until it is full, or its time is over, or it is too large.
    async fn gather(&self, client: &AsRole) -> Result<Vec<Message>, PollError> {
        let settings = &self.mapping.settings;
        let mut messages = self
            .receive(client, settings.batch_size, WAIT_SECONDS)
            .await?;
        let until = Instant::now() + Duration::from_secs(settings.window_seconds.into());
        while !messages.is_empty() && messages.len() < settings.batch_size as usize {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            // A call waits whole seconds.
            let wait = left.as_secs().clamp(1, WAIT_SECONDS);
            let missing = settings.batch_size - u32::try_from(messages.len()).unwrap_or(u32::MAX);
            messages.extend(self.receive(client, missing, wait).await?);
        }
        Ok(messages)
    }

    async fn receive(
        &self,
        client: &AsRole,
        most: u32,
        wait_seconds: u64,
    ) -> Result<Vec<Message>, PollError> {
        let input = json!({
            "QueueUrl": self.url(),
            "MaxNumberOfMessages": most.min(MOST_AT_ONCE),
            "WaitTimeSeconds": wait_seconds,
            "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        });
        let answer = client
            .call("sqs", "AmazonSQS.ReceiveMessage", &input)
            .await?;
        let received: Received = serde_json::from_value(answer)?;
        Ok(received.messages)
    }

    /// Gives a batch to the function, and deletes what that is done with.
    async fn hand_over(&self, messages: Vec<Message>, client: &AsRole, slot: OwnedSemaphorePermit) {
        let outcome = async {
            let answer = self.invoke(&messages).await?;
            let Some(answer) = answer else {
                return Ok(());
            };
            let reports = self.mapping.settings.reports_failures;
            for part in done(&messages, reports, &answer).chunks(MOST_AT_ONCE as usize) {
                self.delete(client, part).await?;
            }
            Ok::<_, PollError>(())
        };
        if let Err(error) = outcome.await {
            // What is not deleted comes back.
            tracing::warn!(
                source = self.mapping.source_arn,
                error = &error as &(dyn std::error::Error + 'static),
                "messages go back to their queue"
            );
        }
        drop(slot);
    }

    /// The function's answer; nothing if it failed.
    async fn invoke(&self, messages: &[Message]) -> Result<Option<Vec<u8>>, PollError> {
        let function = table::function(&self.state, &self.mapping.function)?;
        let function = function.ok_or(PollError::NoFunction)?;
        let event = Event {
            request_id: Uuid::new_v4().to_string(),
            payload: event(messages, &self.mapping.source_arn).to_string().into(),
            function_arn: self.mapping.function_arn.clone(),
            client_context: None,
        };
        let invoked = self
            .executions
            .invoke(function, event, Delivery::Buffered, Origin::Outside);
        let mut reading = invoked.await.map_err(PollError::Rejected)?;
        let mut answer = Vec::new();
        while let Some(piece) = reading.pieces.recv().await {
            answer.extend_from_slice(&piece);
        }
        match reading.done.await.map(|finished| finished.outcome) {
            Ok(Outcome::Succeeded) => Ok(Some(answer)),
            Ok(Outcome::Unprovided(unprovided)) => Err(unprovided.into()),
            // The function failed, or its environment went away with the cloud.
            Ok(Outcome::Failed(_)) | Err(_) => Ok(None),
        }
    }

    async fn delete(&self, client: &AsRole, messages: &[&Message]) -> Result<(), PollError> {
        let entries: Vec<_> = messages
            .iter()
            .enumerate()
            .map(|(index, message)| {
                json!({ "Id": index.to_string(), "ReceiptHandle": message.receipt_handle })
            })
            .collect();
        let input = json!({ "QueueUrl": self.url(), "Entries": entries });
        client
            .call("sqs", "AmazonSQS.DeleteMessageBatch", &input)
            .await?;
        Ok(())
    }

    fn url(&self) -> String {
        let name = self.mapping.source_arn.rsplit(':').next();
        self.queues.url(name.unwrap_or_default())
    }
}
