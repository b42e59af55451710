//! What every call of SQS has.

use http::Method;
use iam::calls::{Slot, Template};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Sqs;
use super::queue::name_in_url;
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars, ResourceSide};
use crate::config::Region;
use crate::services::json;

/// A call: its members on the wire, what its decision depends on, and its effect.
pub(super) trait Call: Operation + DeserializeOwned + Sync + 'static {
    /// What it answers.
    type Output: Serialize;

    /// What the decision depends on.
    ///
    /// # Errors
    /// That the queue is named as none can be.
    fn particulars(&self, sqs: &Sqs, region: &Region) -> Result<Particulars, ApiError>;

    /// Carries it out.
    fn carry_out(
        sqs: &Sqs,
        call: Authorized<Self>,
    ) -> impl Future<Output = Result<Self::Output, ApiError>> + Send;
}

/// What a decision depends on that is about the queue at a URL: its name, and its own policy.
pub(super) fn on_queue(sqs: &Sqs, region: &Region, url: &str) -> Result<Particulars, ApiError> {
    on_queue_named(sqs, region, name_in_url(url)?)
}

/// What a decision depends on that is about a queue.
pub(super) fn on_queue_named(
    sqs: &Sqs,
    region: &Region,
    name: &str,
) -> Result<Particulars, ApiError> {
    let side = ResourceSide {
        policy: sqs
            .store
            .queue(region, name)?
            .and_then(|queue| queue.policy()),
        ..ResourceSide::default()
    };
    Ok(Particulars::new()
        .name(Slot::Queue, name)
        .side([Template::Queue], &side))
}

/// The name of the call. Some clients send it to the queue's URL instead of the service's.
pub(super) fn operation(request: &Authenticated) -> Result<&str, ApiError> {
    let head = request.head();
    let target = head.header("x-amz-target").unwrap_or_default();
    let once = head.headers.get_all("x-amz-target").iter().count() == 1;
    match target.rsplit_once('.') {
        Some(("AmazonSQS", operation)) if once && head.method == Method::POST => Ok(operation),
        _ => Err(json::unknown_operation(target)),
    }
}

/// The output of calls that answer nothing.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Nothing {}
