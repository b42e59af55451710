//! GetQueueAttributes and SetQueueAttributes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Sqs;
use super::call::{Call, Nothing, on_queue};
use super::fault::unknown_attribute;
use super::queues::change_queue;
use super::table;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::config::Region;
use crate::state::ChangeError;

/// Attributes that queues have only now and then.
const OCCASIONAL: [&str; 5] = [
    "Policy",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
];

/// Attributes of a queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueAttributes {
    queue_url: String,
    #[serde(default)]
    attribute_names: Vec<String>,
}

/// Attributes by name; without any of them nothing is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AttributesOutput {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
}

impl Operation for GetQueueAttributes {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "GetQueueAttributes";
    const READ_ONLY: bool = true;
}

impl Call for GetQueueAttributes {
    type Output = AttributesOutput;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<AttributesOutput, ApiError> {
        let region = call.permit().request().region();
        let queue = sqs.store.existing(region, &call.queue_url)?;
        let mut attributes = queue.shown(&sqs.identities.directory());
        attributes.insert("QueueArn", queue.arn(sqs.store.account()));
        let counts = table::counts(&sqs.store.state().read()?, &queue, sqs.store.now())?;
        for (name, count) in [
            ("ApproximateNumberOfMessages", counts.visible),
            ("ApproximateNumberOfMessagesNotVisible", counts.in_flight),
            ("ApproximateNumberOfMessagesDelayed", counts.delayed),
        ] {
            attributes.insert(name, count.to_string());
        }
        let asked = &call.attribute_names;
        if !asked.iter().any(|name| name == "All") {
            let unknown = asked.iter().find(|name| {
                let name = name.as_str();
                !attributes.contains_key(name) && !OCCASIONAL.contains(&name)
            });
            if let Some(name) = unknown {
                return Err(unknown_attribute(name));
            }
            attributes.retain(|name, _| asked.iter().any(|asked| asked == name));
        }
        Ok(AttributesOutput { attributes })
    }
}

/// Attributes that a queue gets; the others stay.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetQueueAttributes {
    queue_url: String,
    attributes: BTreeMap<String, String>,
}

impl Operation for SetQueueAttributes {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "SetQueueAttributes";
    const READ_ONLY: bool = false;
}

impl Call for SetQueueAttributes {
    type Output = Nothing;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        let (call, permit) = call.into_parts();
        let directory = sqs.identities.directory();
        let now = sqs.store.clock().now();
        let attributes = call.attributes;
        change_queue(sqs, &permit, &call.queue_url, move |change, mut queue| {
            let set = queue.set(&attributes, &directory);
            set.map_err(ChangeError::Refused)?;
            queue.modified_at = now;
            Ok(table::put_queue(change, &queue)?)
        })
        .await?;
        Ok(Nothing {})
    }
}
