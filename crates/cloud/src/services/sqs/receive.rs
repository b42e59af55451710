//! ReceiveMessage.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};

use super::Sqs;
use super::call::{Call, on_queue};
use super::fault::{invalid, no_such_queue};
use super::message::{Attributes, digest_of_attributes, digest_of_body};
use super::messages::{Given, Taken, take};
use super::queue::Queue;
use super::queues::change_queue;
use super::table;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars, Permit};
use crate::config::Region;

/// Messages that are visible, made invisible for a time; waits for some if there are none.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReceiveMessage {
    queue_url: String,
    max_number_of_messages: Option<u32>,
    visibility_timeout: Option<u32>,
    wait_time_seconds: Option<u32>,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

/// What was received; without messages nothing is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Received {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<ShownMessage>,
}

#[derive(Debug, Serialize)]
struct ShownMessage {
    #[serde(rename = "MessageId")]
    id: String,
    #[serde(rename = "ReceiptHandle")]
    handle: String,
    #[serde(rename = "MD5OfBody")]
    body_digest: String,
    #[serde(rename = "Body")]
    body: String,
    #[serde(rename = "Attributes", skip_serializing_if = "BTreeMap::is_empty")]
    system_attributes: BTreeMap<&'static str, String>,
    #[serde(
        rename = "MD5OfMessageAttributes",
        skip_serializing_if = "Option::is_none"
    )]
    attributes_digest: Option<String>,
    #[serde(
        rename = "MessageAttributes",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    attributes: Attributes,
}

impl Operation for ReceiveMessage {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "ReceiveMessage";
    const READ_ONLY: bool = false;
}

impl Call for ReceiveMessage {
    type Output = Received;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Received, ApiError> {
        let (call, permit) = call.into_parts();
        call.check()?;
        let taken = call.wait_for_messages(sqs, &permit).await?;
        let messages = taken.given.into_iter().map(|given| call.shown(given));
        Ok(Received {
            messages: messages.collect(),
        })
    }
}

impl ReceiveMessage {
    fn check(&self) -> Result<(), ApiError> {
        for (name, value, least, most) in [
            ("MaxNumberOfMessages", self.max_number_of_messages, 1, 10),
            ("VisibilityTimeout", self.visibility_timeout, 0, 43_200),
            ("WaitTimeSeconds", self.wait_time_seconds, 0, 20),
        ] {
            if let Some(value) = value
                && !(least..=most).contains(&value)
            {
                return Err(invalid(format!(
                    "Value {value} for parameter {name} is invalid. Reason: Must be between \
                     {least} and {most}, if provided."
                )));
            }
        }
        Ok(())
    }

    async fn wait_for_messages(&self, sqs: &Sqs, permit: &Permit) -> Result<Taken, ApiError> {
        let (store, region) = (&sqs.store, permit.request().region());
        let queue = store.existing(region, &self.queue_url)?;
        let wait = self.wait_time_seconds.unwrap_or(queue.settings.wait);
        let deadline = Instant::now() + Duration::from_secs(wait.into());
        loop {
            let mut arrival = pin!(store.arrivals().notified());
            // From here on no arrival is missed.
            arrival.as_mut().enable();
            let there = store.queue(region, &queue.name)?;
            if there.is_none_or(|there| there.id != queue.id) {
                return Err(no_such_queue());
            }
            let next = table::next_moment(&store.state().read()?, &queue)?;
            let pause = next.map(|at| at - store.now());
            if pause.is_some_and(|pause| pause <= 0) {
                let taken = self.take(sqs, permit, &queue).await?;
                if taken.moved {
                    store.arrivals().notify_waiters();
                }
                // Some may have been too old, or received too often.
                if !taken.given.is_empty() {
                    return Ok(taken);
                }
                if Instant::now() < deadline {
                    continue;
                }
            }
            if Instant::now() >= deadline {
                return Ok(Taken::default());
            }
            let pause = pause.and_then(|pause| u64::try_from(pause).ok());
            let until = pause.map_or(deadline, |pause| {
                deadline.min(Instant::now() + Duration::from_millis(pause))
            });
            tokio::select! {
                () = arrival => {}
                () = sleep_until(until) => {}
                () = store.closing().cancelled() => return Ok(Taken::default()),
            }
        }
    }

    async fn take(&self, sqs: &Sqs, permit: &Permit, queue: &Queue) -> Result<Taken, ApiError> {
        let (now, arn) = (sqs.store.now(), queue.arn(sqs.store.account()));
        let most = self.max_number_of_messages.unwrap_or(1) as usize;
        let timeout = self.visibility_timeout;
        change_queue(sqs, permit, &self.queue_url, move |change, queue| {
            let timeout = timeout.unwrap_or(queue.settings.visibility_timeout);
            let invisible_ms = i64::from(timeout) * 1000;
            Ok(take(change, &queue, &arn, now, most, invisible_ms)?)
        })
        .await
    }

    fn shown(&self, given: Given) -> ShownMessage {
        let Given { message, handle } = given;
        let mut attributes = message.attributes;
        attributes.retain(|name, _| self.wants_attribute(name));
        let first = message.first_received_at.unwrap_or(message.sent_at);
        let mut system = BTreeMap::from([
            ("SenderId", message.sender),
            ("SentTimestamp", message.sent_at.to_string()),
            ("ApproximateReceiveCount", message.received.to_string()),
            ("ApproximateFirstReceiveTimestamp", first.to_string()),
        ]);
        if let Some(trace) = message.trace {
            system.insert("AWSTraceHeader", trace);
        }
        if let Some(source) = message.given_up_by {
            system.insert("DeadLetterQueueSourceArn", source);
        }
        let asked = || {
            self.attribute_names
                .iter()
                .chain(&self.message_system_attribute_names)
        };
        system.retain(|name, _| asked().any(|asked| asked == "All" || asked == name));
        ShownMessage {
            id: message.id,
            handle,
            body_digest: digest_of_body(&message.body),
            body: message.body,
            system_attributes: system,
            attributes_digest: digest_of_attributes(&attributes),
            attributes,
        }
    }

    fn wants_attribute(&self, name: &str) -> bool {
        self.message_attribute_names.iter().any(|asked| {
            asked == "All"
                || asked == name
                || asked
                    .strip_suffix(".*")
                    .is_some_and(|prefix| name.starts_with(prefix))
        })
    }
}
