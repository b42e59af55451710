//! CloudWatch Logs: groups, streams and their events.

mod call;
mod groups;
mod name;
mod pattern;
mod put_events;
mod read_events;
mod store;
mod streams;
mod table;

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::call::Call;
use self::groups::{CreateLogGroup, DeleteLogGroup, DescribeLogGroups, PutRetentionPolicy};
use self::put_events::PutLogEvents;
use self::read_events::{FilterLogEvents, GetLogEvents};
pub(crate) use self::store::LogStore;
use self::streams::{CreateLogStream, DescribeLogStreams};
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::body::VerifiedBody;
use crate::response::Response;
use crate::services::{Serve, json};

/// How often expired events are removed.
const SWEEPING: Duration = Duration::from_secs(60 * 60);

/// A batch of a mebibyte in JSON, whose escapes can make it several times as long.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// CloudWatch Logs.
#[derive(Debug)]
pub(crate) struct Logs {
    store: LogStore,
    authorizer: Authorizer,
}

impl Logs {
    pub(crate) fn new(store: LogStore, authorizer: Authorizer) -> Self {
        Self { store, authorizer }
    }

    /// Removes events beyond their retention, now and then every hour, until `closing`.
    pub(crate) fn sweep_regularly(&self, tasks: &TaskTracker, closing: CancellationToken) {
        let store = self.store.clone();
        tasks.spawn(async move {
            let mut ticks = tokio::time::interval(SWEEPING);
            while closing.run_until_cancelled(ticks.tick()).await.is_some() {
                if let Err(error) = store.sweep().await {
                    tracing::error!(%error, "expired logs could not be removed");
                }
            }
        });
    }

    async fn carry_out<C: Call>(
        &self,
        request: &Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        request.trail().operation(C::NAME, C::READ_ONLY);
        let call: C = json::input(body, MAX_BODY).await?;
        let particulars = call.particulars();
        let authorized = self.authorizer.decide(request, call, &particulars)?;
        json::output(&C::carry_out(&self.store, authorized).await?)
    }
}

impl Serve for Logs {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let request = &request;
        match json::operation(request)? {
            "CreateLogGroup" => self.carry_out::<CreateLogGroup>(request, body).await,
            "DeleteLogGroup" => self.carry_out::<DeleteLogGroup>(request, body).await,
            "PutRetentionPolicy" => self.carry_out::<PutRetentionPolicy>(request, body).await,
            "DescribeLogGroups" => self.carry_out::<DescribeLogGroups>(request, body).await,
            "CreateLogStream" => self.carry_out::<CreateLogStream>(request, body).await,
            "DescribeLogStreams" => self.carry_out::<DescribeLogStreams>(request, body).await,
            "PutLogEvents" => self.carry_out::<PutLogEvents>(request, body).await,
            "GetLogEvents" => self.carry_out::<GetLogEvents>(request, body).await,
            "FilterLogEvents" => self.carry_out::<FilterLogEvents>(request, body).await,
            other => Err(json::unknown_operation(other)),
        }
    }
}
