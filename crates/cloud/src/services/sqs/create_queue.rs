//! CreateQueue.

use std::collections::BTreeMap;

use iam::calls::When;
use serde::{Deserialize, Serialize};

use super::Sqs;
use super::call::{Call, on_queue_named};
use super::fault::queue_exists;
use super::queue::{Queue, Settings, check_name};
use super::table;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::config::Region;
use crate::state::ChangeError;

/// A queue to be. One that is there already, with the attributes that are asked for, is the answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateQueue {
    queue_name: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default, rename = "tags")]
    tags: BTreeMap<String, String>,
}

/// Where a queue is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueUrl {
    pub(super) queue_url: String,
}

impl Operation for CreateQueue {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "CreateQueue";
    const READ_ONLY: bool = false;
}

impl Call for CreateQueue {
    type Output = QueueUrl;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        check_name(&self.queue_name)?;
        let particulars = on_queue_named(sqs, region, &self.queue_name)?
            .when(When::Tags, !self.tags.is_empty())
            .keys("aws:TagKeys", self.tags.keys());
        Ok(self
            .tags
            .iter()
            .fold(particulars, |particulars, (key, value)| {
                particulars.key(&format!("aws:RequestTag/{key}"), value)
            }))
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<QueueUrl, ApiError> {
        let (call, permit) = call.into_parts();
        let url = sqs.store.url(&call.queue_name);
        let directory = sqs.identities.directory();
        let now = sqs.store.clock().now();
        let mut wanted = Queue {
            region: permit.request().region().to_string(),
            name: call.queue_name,
            id: uuid::Uuid::new_v4().simple().to_string(),
            created_at: now,
            modified_at: now,
            settings: Settings::default(),
            policy: None,
            tags: call.tags,
        };
        wanted.set(&call.attributes, &directory)?;
        let attributes = call.attributes;
        let change = sqs.store.state().change(&permit, move |change| {
            let Some(there) = table::queue_in(change, &wanted.region, &wanted.name)? else {
                return Ok(table::put_queue(change, &wanted)?);
            };
            let (have, want) = (there.shown(&directory), wanted.shown(&directory));
            let differs = attributes
                .keys()
                .find(|name| have.get(name.as_str()) != want.get(name.as_str()));
            match differs {
                Some(name) => Err(ChangeError::Refused(queue_exists(name))),
                None => Ok(()),
            }
        });
        change.await?;
        Ok(QueueUrl { queue_url: url })
    }
}
