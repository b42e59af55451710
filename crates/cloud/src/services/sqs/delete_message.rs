//! DeleteMessage and DeleteMessageBatch.

use serde::Deserialize;

use super::Sqs;
use super::batch::{BatchOutput, DoneEntry, FailedEntry, check_ids};
use super::call::{Call, Nothing, on_queue};
use super::messages::delete;
use super::queues::change_queue;
use super::receipt::Receipt;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::config::Region;

/// Removes a message that was received.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteMessage {
    queue_url: String,
    receipt_handle: String,
}

impl Operation for DeleteMessage {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "DeleteMessage";
    const READ_ONLY: bool = false;
}

impl Call for DeleteMessage {
    type Output = Nothing;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        let (call, permit) = call.into_parts();
        let queue = sqs
            .store
            .existing(permit.request().region(), &call.queue_url)?;
        let receipt = Receipt::read(&call.receipt_handle, &queue.id)?;
        change_queue(sqs, &permit, &call.queue_url, move |change, queue| {
            Ok(delete(change, &queue, &receipt)?)
        })
        .await?;
        Ok(Nothing {})
    }
}

/// Removes up to ten messages.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteMessageBatch {
    queue_url: String,
    entries: Vec<DeletedEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeletedEntry {
    id: String,
    receipt_handle: String,
}

impl Operation for DeleteMessageBatch {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "DeleteMessageBatch";
    const READ_ONLY: bool = false;
}

impl Call for DeleteMessageBatch {
    type Output = BatchOutput<DoneEntry>;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Self::Output, ApiError> {
        let (call, permit) = call.into_parts();
        check_ids(call.entries.iter().map(|entry| entry.id.as_str()))?;
        let queue = sqs
            .store
            .existing(permit.request().region(), &call.queue_url)?;
        let (mut successful, mut failed, mut receipts) = (Vec::new(), Vec::new(), Vec::new());
        for DeletedEntry { id, receipt_handle } in call.entries {
            match Receipt::read(&receipt_handle, &queue.id) {
                Ok(receipt) => {
                    receipts.push(receipt);
                    successful.push(DoneEntry { id });
                }
                Err(error) => failed.push(FailedEntry::new(id, error)),
            }
        }
        change_queue(sqs, &permit, &call.queue_url, move |change, queue| {
            for receipt in &receipts {
                delete(change, &queue, receipt)?;
            }
            Ok(())
        })
        .await?;
        Ok(BatchOutput { successful, failed })
    }
}
