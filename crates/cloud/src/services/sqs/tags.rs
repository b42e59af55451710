//! TagQueue, UntagQueue, ListQueueTags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Sqs;
use super::call::{Call, Nothing, on_queue};
use super::queues::change_queue;
use super::table;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::config::Region;

/// Tags that a queue gets.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagQueue {
    queue_url: String,
    tags: BTreeMap<String, String>,
}

impl Operation for TagQueue {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "TagQueue";
    const READ_ONLY: bool = false;
}

impl Call for TagQueue {
    type Output = Nothing;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        let particulars = on_queue(sqs, region, &self.queue_url)?;
        let particulars = particulars.keys("aws:TagKeys", self.tags.keys());
        Ok(self
            .tags
            .iter()
            .fold(particulars, |particulars, (key, value)| {
                particulars.key(&format!("aws:RequestTag/{key}"), value)
            }))
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        let (call, permit) = call.into_parts();
        let tags = call.tags;
        change_queue(sqs, &permit, &call.queue_url, move |change, mut queue| {
            queue.tags.extend(tags.clone());
            Ok(table::put_queue(change, &queue)?)
        })
        .await?;
        Ok(Nothing {})
    }
}

/// Tags that a queue loses.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagQueue {
    queue_url: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagQueue {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "UntagQueue";
    const READ_ONLY: bool = false;
}

impl Call for UntagQueue {
    type Output = Nothing;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        Ok(on_queue(sqs, region, &self.queue_url)?.keys("aws:TagKeys", &self.tag_keys))
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        let (call, permit) = call.into_parts();
        let keys = call.tag_keys;
        change_queue(sqs, &permit, &call.queue_url, move |change, mut queue| {
            queue.tags.retain(|key, _| !keys.contains(key));
            Ok(table::put_queue(change, &queue)?)
        })
        .await?;
        Ok(Nothing {})
    }
}

/// The tags of a queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListQueueTags {
    queue_url: String,
}

/// Tags by key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagsOutput {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
}

impl Operation for ListQueueTags {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "ListQueueTags";
    const READ_ONLY: bool = true;
}

impl Call for ListQueueTags {
    type Output = TagsOutput;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<TagsOutput, ApiError> {
        let region = call.permit().request().region();
        let queue = sqs.store.existing(region, &call.queue_url)?;
        Ok(TagsOutput { tags: queue.tags })
    }
}
