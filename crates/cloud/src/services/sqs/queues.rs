//! GetQueueUrl, ListQueues, ListDeadLetterSourceQueues, DeleteQueue, PurgeQueue.

use serde::{Deserialize, Serialize};

use super::Sqs;
use super::call::{Call, Nothing, on_queue, on_queue_named};
use super::create_queue::QueueUrl;
use super::fault::{invalid, no_such_queue};
use super::queue::Queue;
use super::table;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars, Permit};
use crate::config::Region;
use crate::state::{Change, ChangeError, StateError};

/// The largest page of queues.
const MAX_PAGE: usize = 1000;

/// Where a queue is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueUrl {
    queue_name: String,
    #[serde(rename = "QueueOwnerAWSAccountId")]
    owner: Option<String>,
}

impl Operation for GetQueueUrl {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "GetQueueUrl";
    const READ_ONLY: bool = true;
}

impl Call for GetQueueUrl {
    type Output = QueueUrl;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue_named(sqs, region, &self.queue_name)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<QueueUrl, ApiError> {
        let account = sqs.store.account();
        let region = call.permit().request().region();
        let ours = call
            .owner
            .as_deref()
            .is_none_or(|owner| owner == account.as_str());
        let queue = sqs.store.queue(region, &call.queue_name)?;
        let queue = queue.filter(|_| ours).ok_or_else(no_such_queue)?;
        Ok(QueueUrl {
            queue_url: sqs.store.url(&queue.name),
        })
    }
}

/// The queues of a region.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListQueues {
    #[serde(default)]
    queue_name_prefix: String,
    #[serde(flatten)]
    page: Page,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    max_results: Option<usize>,
    /// The name of the last queue of the page before.
    next_token: Option<String>,
}

impl Page {
    /// The URLs of the page, and the token of the next one if there is more.
    fn of(
        &self,
        sqs: &Sqs,
        mut queues: Vec<Queue>,
    ) -> Result<(Vec<String>, Option<String>), ApiError> {
        let limit = match self.max_results {
            None => MAX_PAGE,
            Some(asked) if (1..=MAX_PAGE).contains(&asked) => asked,
            Some(asked) => {
                return Err(invalid(format!(
                    "Value {asked} for parameter MaxResults is invalid. Reason: must be between 1 \
                     and {MAX_PAGE}."
                )));
            }
        };
        if let Some(after) = &self.next_token {
            queues.retain(|queue| queue.name > *after);
        }
        let more = queues.len() > limit;
        queues.truncate(limit);
        // Without a limit there are no pages.
        let next = queues.last().filter(|_| more && self.max_results.is_some());
        let next = next.map(|queue| queue.name.clone());
        let urls = queues.iter().map(|queue| sqs.store.url(&queue.name));
        Ok((urls.collect(), next))
    }
}

/// A page of URLs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueUrls {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    queue_urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for ListQueues {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "ListQueues";
    const READ_ONLY: bool = true;
}

impl Call for ListQueues {
    type Output = QueueUrls;

    fn particulars(&self, _sqs: &Sqs, _region: &Region) -> Result<Particulars, ApiError> {
        Ok(Particulars::new())
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<QueueUrls, ApiError> {
        let mut queues = queues_of(sqs, call.permit())?;
        queues.retain(|queue| queue.name.starts_with(&call.queue_name_prefix));
        let (queue_urls, next_token) = call.page.of(sqs, queues)?;
        Ok(QueueUrls {
            queue_urls,
            next_token,
        })
    }
}

/// The queues whose messages go to this one when they were received too often.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListDeadLetterSourceQueues {
    queue_url: String,
    #[serde(flatten)]
    page: Page,
}

/// A page of URLs, under the name that this call alone spells so.
#[derive(Debug, Serialize)]
pub(super) struct SourceUrls {
    #[serde(rename = "queueUrls")]
    queue_urls: Vec<String>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for ListDeadLetterSourceQueues {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "ListDeadLetterSourceQueues";
    const READ_ONLY: bool = true;
}

impl Call for ListDeadLetterSourceQueues {
    type Output = SourceUrls;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<SourceUrls, ApiError> {
        let region = call.permit().request().region();
        let target = sqs.store.existing(region, &call.queue_url)?;
        let arn = target.arn(sqs.store.account());
        let mut sources = queues_of(sqs, call.permit())?;
        sources.retain(|queue| {
            let redrive = queue.settings.redrive.as_ref();
            redrive.is_some_and(|redrive| redrive.dead_letter_target_arn == arn)
        });
        let (queue_urls, next_token) = call.page.of(sqs, sources)?;
        Ok(SourceUrls {
            queue_urls,
            next_token,
        })
    }
}

fn queues_of(sqs: &Sqs, permit: &Permit) -> Result<Vec<Queue>, StateError> {
    let region = permit.request().region();
    table::queues(&sqs.store.state().read()?, region.as_str())
}

/// Removes a queue with its messages.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteQueue {
    queue_url: String,
}

impl Operation for DeleteQueue {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "DeleteQueue";
    const READ_ONLY: bool = false;
}

impl Call for DeleteQueue {
    type Output = Nothing;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        change_queue(sqs, call.permit(), &call.queue_url, |change, queue| {
            Ok(table::remove_queue(change, &queue)?)
        })
        .await?;
        // Who waits for its messages learns that there are none any more.
        sqs.store.arrivals().notify_waiters();
        Ok(Nothing {})
    }
}

/// Removes the messages of a queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PurgeQueue {
    queue_url: String,
}

impl Operation for PurgeQueue {
    const SERVICE: &'static str = "sqs";
    const NAME: &'static str = "PurgeQueue";
    const READ_ONLY: bool = false;
}

impl Call for PurgeQueue {
    type Output = Nothing;

    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError> {
        on_queue(sqs, region, &self.queue_url)
    }

    async fn carry_out(sqs: &Sqs, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        change_queue(sqs, call.permit(), &call.queue_url, |change, queue| {
            Ok(table::empty(change, &queue)?)
        })
        .await?;
        Ok(Nothing {})
    }
}

/// Changes something about the queue at a URL, which must be there.
pub(super) async fn change_queue<T: Send + 'static>(
    sqs: &Sqs,
    permit: &Permit,
    url: &str,
    mut change_it: impl FnMut(&mut Change<'_>, Queue) -> Result<T, ChangeError<ApiError>>
    + Send
    + 'static,
) -> Result<T, ApiError> {
    let found = sqs.store.existing(permit.request().region(), url)?;
    let change = sqs.store.state().change(permit, move |change| {
        match table::queue_in(change, &found.region, &found.name)? {
            Some(queue) => change_it(change, queue),
            None => Err(ChangeError::Refused(no_such_queue())),
        }
    });
    Ok(change.await?)
}
