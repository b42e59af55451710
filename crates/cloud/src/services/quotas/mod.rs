//! Service Quotas, for Lambda's concurrent executions.
//!
//! The applied value is this cloud's own limit on environments. Requests to raise
//! it are kept and shown, and stay pending: the limit is what the cloud was opened with.

mod calls;
mod quota;
mod table;

use std::convert::Infallible;
use std::sync::Arc;

use iam::AccountId;
use serde_json::Value;

use self::calls::{
    Call, GetAwsDefaultServiceQuota, GetServiceQuota,
    ListRequestedServiceQuotaChangeHistoryByQuota, ListServiceQuotas, RequestServiceQuotaIncrease,
};
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::body::VerifiedBody;
use crate::clock::Clock;
use crate::config::Region;
use crate::response::Response;
use crate::services::{Serve, json};
use crate::state::{ChangeError, State, StateError};

const MAX_BODY: usize = 64 * 1024;

/// Service Quotas of this account and region.
#[derive(Debug)]
pub(crate) struct Quotas {
    state: State,
    clock: Arc<dyn Clock>,
    account: AccountId,
    region: Region,
    authorizer: Authorizer,
    /// Environments that may be at work at once.
    concurrent_executions: f64,
}

impl Quotas {
    /// The quotas of a cloud with this limit on environments.
    pub(crate) async fn open(
        state: State,
        clock: Arc<dyn Clock>,
        account: AccountId,
        region: Region,
        authorizer: Authorizer,
        limit: usize,
    ) -> Result<Self, StateError> {
        let made = state.maintain(|change| Ok(table::make(change)?)).await;
        made.map_err(|error: ChangeError<Infallible>| match error {
            ChangeError::Refused(never) => match never {},
            ChangeError::State(error) => error,
        })?;
        Ok(Self {
            state,
            clock,
            account,
            region,
            authorizer,
            concurrent_executions: u32::try_from(limit).unwrap_or(u32::MAX).into(),
        })
    }

    async fn carry_out<C: Call>(
        &self,
        request: &Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        request.trail().operation(C::NAME, C::READ_ONLY);
        let call: C = json::input(body, MAX_BODY).await?;
        let particulars = call.particulars(self)?;
        let authorized = self.authorizer.decide(request, call, &particulars)?;
        let output: Value = C::carry_out(self, authorized).await?;
        json::output(&output)
    }
}

impl Serve for Quotas {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let request = &request;
        match json::operation(request)? {
            "GetServiceQuota" => self.carry_out::<GetServiceQuota>(request, body).await,
            "GetAWSDefaultServiceQuota" => {
                self.carry_out::<GetAwsDefaultServiceQuota>(request, body)
                    .await
            }
            "ListServiceQuotas" => self.carry_out::<ListServiceQuotas>(request, body).await,
            "RequestServiceQuotaIncrease" => {
                self.carry_out::<RequestServiceQuotaIncrease>(request, body)
                    .await
            }
            "ListRequestedServiceQuotaChangeHistoryByQuota" => {
                self.carry_out::<ListRequestedServiceQuotaChangeHistoryByQuota>(request, body)
                    .await
            }
            other => Err(json::unknown_operation(other)),
        }
    }
}
