//! SendMessage and SendMessageBatch.

use serde::{Deserialize, Serialize};

use super::Sqs;
use super::batch::{BatchOutput, FailedEntry, check_ids};
use super::call::{Call, on_queue};
use super::fault::{bad_batch, invalid, too_long};
use super::message::{Attributes, Message, check, digest_of_attributes, digest_of_body};
use super::queue::{LARGEST_MESSAGE, Queue, no_fifo};
use super::queues::change_queue;
use super::table;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars, Permit};
use crate::config::Region;

/// The longest delay of a message, in seconds.
const LONGEST_DELAY: u32 = 900;

/// What a sender gives.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    #[serde(default)]
    message_body: String,
    delay_seconds: Option<u32>,
    #[serde(default)]
    message_attributes: Attributes,
    #[serde(default)]
    message_system_attributes: Attributes,
    message_deduplication_id: Option<String>,
}

/// A message that was taken in.
#[derive(Debug, Serialize)]
pub(super) struct Accepted {
    #[serde(rename = "MessageId")]
    id: String,
    #[serde(rename = "MD5OfMessageBody")]
    body: String,
    #[serde(
        rename = "MD5OfMessageAttributes",
        skip_serializing_if = "Option::is_none"
    )]
    attributes: Option<String>,
    #[serde(
        rename = "MD5OfMessageSystemAttributes",
        skip_serializing_if = "Option::is_none"
    )]
    system_attributes: Option<String>,
}

impl Sent {
    /// The message, and its size in bytes.
    fn message(&self, queue: &Queue, sender: &str, now: i64) -> Result<(Message, usize), ApiError> {
        if self.message_deduplication_id.is_some() {
            return Err(no_fifo());
        }
        let size = check(&self.message_body, &self.message_attributes)?;
        check(&self.message_body, &self.message_system_attributes)?;
        let limit = queue.settings.maximum_message_size;
        if size > limit as usize {
            return Err(too_long(limit));
        }
        let delay = self.delay_seconds.unwrap_or(queue.settings.delay);
        if delay > LONGEST_DELAY {
            return Err(invalid(format!(
                "Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be \
                 >= 0 and <= {LONGEST_DELAY}."
            )));
        }
        let trace = self.message_system_attributes.get("AWSTraceHeader");
        let message = Message {
            id: uuid::Uuid::new_v4().to_string(),
            body: self.message_body.clone(),
            attributes: self.message_attributes.clone(),
            trace: trace.and_then(|trace| trace.string_value.clone()),
            sender: sender.to_owned(),
            sent_at: now,
            visible_at: now + i64::from(delay) * 1000,
            received: 0,
            first_received_at: None,
            token: 0,
            given_up_by: None,
        };
        Ok((message, size))
    }

    fn accepted(&self, message: &Message) -> Accepted {
        Accepted {
            id: message.id.clone(),
            body: digest_of_body(&message.body),
            attributes: digest_of_attributes(&message.attributes),
            system_attributes: digest_of_attributes(&self.message_system_attributes),
        }
    }
}

/// One message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessage {
    queue_url: String,
    #[serde(flatten)]
    sent: Sent,
}

impl Operation for SendMessage {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "SendMessage";
    const READ_ONLY: bool = false;
}

impl Call for SendMessage {
    type Output = Accepted;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Accepted, ApiError> {
        let (call, permit) = call.into_parts();
        let queue = sqs
            .store
            .existing(permit.request().region(), &call.queue_url)?;
        let sender = permit.caller().user_id();
        let (message, _) = call.sent.message(&queue, &sender, sqs.store.now())?;
        let accepted = call.sent.accepted(&message);
        take_in(sqs, &permit, &call.queue_url, vec![message]).await?;
        Ok(accepted)
    }
}

/// Up to ten messages.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessageBatch {
    queue_url: String,
    entries: Vec<SentEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SentEntry {
    id: String,
    #[serde(flatten)]
    sent: Sent,
}

/// An entry that was taken in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AcceptedEntry {
    id: String,
    #[serde(flatten)]
    accepted: Accepted,
}

impl Operation for SendMessageBatch {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "SendMessageBatch";
    const READ_ONLY: bool = false;
}

impl Call for SendMessageBatch {
    type Output = BatchOutput<AcceptedEntry>;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Self::Output, ApiError> {
        let (call, permit) = call.into_parts();
        check_ids(call.entries.iter().map(|entry| entry.id.as_str()))?;
        let queue = sqs
            .store
            .existing(permit.request().region(), &call.queue_url)?;
        let (sender, now) = (permit.caller().user_id(), sqs.store.now());
        let (mut successful, mut failed, mut messages) = (Vec::new(), Vec::new(), Vec::new());
        let mut total = 0;
        for SentEntry { id, sent } in call.entries {
            match sent.message(&queue, &sender, now) {
                Ok((message, size)) => {
                    total += size;
                    successful.push(AcceptedEntry {
                        id,
                        accepted: sent.accepted(&message),
                    });
                    messages.push(message);
                }
                Err(error) => failed.push(FailedEntry::new(id, error)),
            }
        }
        if total > LARGEST_MESSAGE as usize {
            return Err(bad_batch(
                "BatchRequestTooLong",
                format!(
                    "Batch requests cannot be longer than {LARGEST_MESSAGE} bytes. You have sent \
                     {total} bytes."
                ),
            ));
        }
        take_in(sqs, &permit, &call.queue_url, messages).await?;
        Ok(BatchOutput { successful, failed })
    }
}

/// Takes messages in; they are durable when this returns.
async fn take_in(
    sqs: &Sqs,
    permit: &Permit,
    url: &str,
    messages: Vec<Message>,
) -> Result<(), ApiError> {
    if messages.is_empty() {
        return Ok(());
    }
    change_queue(sqs, permit, url, move |change, queue| {
        for message in &messages {
            table::add(change, &queue, message)?;
        }
        Ok(())
    })
    .await?;
    sqs.store.arrivals().notify_waiters();
    Ok(())
}
