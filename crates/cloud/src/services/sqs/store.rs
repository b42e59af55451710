//! The queues of the account. What happens to one wakes those who wait for its messages.

use std::convert::Infallible;
use std::sync::Arc;

use iam::AccountId;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::fault::no_such_queue;
use super::queue::{Queue, account_in_url, name_in_url};
use super::table;
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::config::Region;
use crate::state::{ChangeError, State, StateError};

/// The queues; a cheap handle.
#[derive(Debug, Clone)]
pub(crate) struct QueueStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: State,
    clock: Arc<dyn Clock>,
    account: AccountId,
    endpoint: String,
    arrivals: Notify,
    closing: CancellationToken,
}

impl QueueStore {
    /// The queues of a state. Whoever waits for messages stops waiting at `closing`.
    pub(crate) async fn open(
        state: State,
        clock: Arc<dyn Clock>,
        account: AccountId,
        endpoint: &str,
        closing: CancellationToken,
    ) -> Result<Self, StateError> {
        let made = state.maintain(|change| Ok(table::make(change)?)).await;
        made.map_err(|error: ChangeError<Infallible>| StateError::from(error))?;
        Ok(Self(Arc::new(Inner {
            state,
            clock,
            account,
            endpoint: endpoint.to_owned(),
            arrivals: Notify::new(),
            closing,
        })))
    }

    /// A queue.
    pub(crate) fn queue(&self, region: &Region, name: &str) -> Result<Option<Queue>, StateError> {
        table::queue(&self.0.state.read()?, region.as_str(), name)
    }

    /// The queue of an ARN, if it is one of this account.
    pub(crate) fn queue_by_arn(&self, arn: &str) -> Result<Option<Queue>, StateError> {
        match iam::Arn::parse(arn) {
            Ok(arn) if arn.service() == "sqs" && arn.account() == self.0.account.as_str() => {
                table::queue(&self.0.state.read()?, arn.region(), arn.resource())
            }
            _ => Ok(None),
        }
    }

    /// The queue at a URL, which must be there.
    pub(super) fn existing(&self, region: &Region, url: &str) -> Result<Queue, ApiError> {
        let of_this_account =
            account_in_url(url).is_none_or(|account| account == self.0.account.as_str());
        self.queue(region, name_in_url(url)?)?
            .filter(|_| of_this_account)
            .ok_or_else(no_such_queue)
    }

    /// The URL of a queue.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.0.endpoint, self.0.account)
    }

    pub(super) fn state(&self) -> &State {
        &self.0.state
    }

    pub(crate) fn account(&self) -> AccountId {
        self.0.account
    }

    /// Milliseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.0.clock.now().as_millisecond()
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Woken when messages may have become visible.
    pub(super) fn arrivals(&self) -> &Notify {
        &self.0.arrivals
    }

    pub(super) fn closing(&self) -> &CancellationToken {
        &self.0.closing
    }
}
