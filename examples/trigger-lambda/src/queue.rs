//! Messages of the queue: a job each.

use client::Client;
use serde_json::{Value, json};

use crate::event::{Batch, Message};
use crate::job::Job;

/// Starts a render for each message; the ids of those that must come back.
///
/// A message that is no job comes back too, until its queue gives it up to the dead-letter queue:
/// deleting it would lose it without a trace. Queues deliver at least once, so a job may be rendered
/// twice.
pub(crate) async fn answer(client: &Client, batch: &Batch) -> Value {
    let mut failures = Vec::new();
    for message in &batch.records {
        if let Err(error) = start(client, message).await {
            tracing::error!(id = message.message_id, error, "no render");
            failures.push(json!({ "itemIdentifier": message.message_id }));
        }
    }
    json!({ "batchItemFailures": failures })
}

async fn start(client: &Client, message: &Message) -> Result<(), Box<dyn std::error::Error>> {
    let job = Job::read(message.body.as_bytes())?;
    let render = client.start(&job).await?;
    tracing::info!(id = message.message_id, render = %render.id(), "started");
    Ok(())
}
