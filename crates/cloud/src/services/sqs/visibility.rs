//! ChangeMessageVisibility and ChangeMessageVisibilityBatch.

use serde::Deserialize;

use super::Sqs;
use super::batch::{BatchOutput, DoneEntry, FailedEntry, check_ids};
use super::call::{Call, Nothing, on_queue};
use super::fault::{invalid, not_in_flight};
use super::messages::hide;
use super::queues::change_queue;
use super::receipt::Receipt;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars, Permit};
use crate::config::Region;

const LONGEST: u32 = 43_200;

/// Makes a message that was received invisible for as long as is asked, from now on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeMessageVisibility {
    queue_url: String,
    #[serde(flatten)]
    wanted: Wanted,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    receipt_handle: String,
    visibility_timeout: u32,
}

impl Operation for ChangeMessageVisibility {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "ChangeMessageVisibility";
    const READ_ONLY: bool = false;
}

impl Call for ChangeMessageVisibility {
    type Output = Nothing;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        let (call, permit) = call.into_parts();
        call.wanted.carry_out(sqs, &permit, &call.queue_url).await?;
        Ok(Nothing {})
    }
}

/// The same for up to ten messages.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeMessageVisibilityBatch {
    queue_url: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: String,
    #[serde(flatten)]
    wanted: Wanted,
}

impl Operation for ChangeMessageVisibilityBatch {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "ChangeMessageVisibilityBatch";
    const READ_ONLY: bool = false;
}

impl Call for ChangeMessageVisibilityBatch {
    type Output = BatchOutput<DoneEntry>;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Self::Output, ApiError> {
        let (call, permit) = call.into_parts();
        check_ids(call.entries.iter().map(|entry| entry.id.as_str()))?;
        sqs.store
            .existing(permit.request().region(), &call.queue_url)?;
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for Entry { id, wanted } in call.entries {
            match wanted.carry_out(sqs, &permit, &call.queue_url).await {
                Ok(()) => successful.push(DoneEntry { id }),
                Err(error) => failed.push(FailedEntry::new(id, error)),
            }
        }
        Ok(BatchOutput { successful, failed })
    }
}

impl Wanted {
    async fn carry_out(&self, sqs: &Sqs, permit: &Permit, url: &str) -> Result<(), ApiError> {
        let timeout = self.visibility_timeout;
        if timeout > LONGEST {
            return Err(invalid(format!(
                "Value {timeout} for parameter VisibilityTimeout is invalid. Reason: Must be \
                 between 0 and {LONGEST}, if provided."
            )));
        }
        let queue = sqs.store.existing(permit.request().region(), url)?;
        let receipt = Receipt::read(&self.receipt_handle, &queue.id)?;
        let now = sqs.store.now();
        let was_in_flight = change_queue(sqs, permit, url, move |change, queue| {
            let invisible_ms = i64::from(timeout) * 1000;
            Ok(hide(change, &queue, &receipt, now, invisible_ms)?)
        })
        .await?;
        if !was_in_flight {
            return Err(not_in_flight(&self.receipt_handle));
        }
        // It may be visible earlier than those who wait think.
        sqs.store.arrivals().notify_waiters();
        Ok(())
    }
}
