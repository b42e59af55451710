//! How many functions may run at once, and asking for more.

use aws_config::SdkConfig;
use aws_sdk_servicequotas::Client;
use aws_sdk_servicequotas::types::RequestStatus;
use serde::Serialize;

use crate::call::{self, CallFailed};

const SERVICE: &str = "lambda";

/// Lambda's concurrent executions.
const CONCURRENCY: &str = "L-B99A9384";

/// What AWS raises a quota by at least in one request.
const STEP: f64 = 5_000.0;

/// The quota of concurrent executions in one region.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Concurrency {
    /// Functions that may run at once.
    pub now: f64,
    /// What AWS gives to every account in time; a new account may have less.
    pub default: f64,
    /// Requests for more that AWS has not decided.
    pub pending: Vec<IncreaseRequest>,
}

/// A request for more.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IncreaseRequest {
    /// What was asked for.
    pub desired: f64,
    /// As Service Quotas names it, for example `CASE_OPENED`.
    pub status: String,
    /// The number of the support case, where there is one.
    pub case: Option<String>,
}

/// An increase that was not asked for.
#[derive(Debug, thiserror::Error)]
pub enum IncreaseError {
    /// AWS has not decided on an earlier request.
    #[error("a request for {} is pending already", .0.desired)]
    Pending(IncreaseRequest),
    /// It would be none.
    #[error("the quota is {now} already, which is not less than {desired}")]
    NoIncrease {
        /// The quota.
        now: f64,
        /// What was to be asked for.
        desired: f64,
    },
    /// Only the organisation's management account may ask.
    #[error(
        "this account is a member of an organisation: its management account has to ask for the increase"
    )]
    MemberAccount,
    /// AWS refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
}

/// Reads the quota of the region of `config`.
///
/// # Errors
/// Where Service Quotas cannot be asked.
pub async fn concurrency(config: &SdkConfig) -> Result<Concurrency, CallFailed> {
    let quotas = Client::new(config);
    let now = quotas
        .get_service_quota()
        .service_code(SERVICE)
        .quota_code(CONCURRENCY);
    let default = quotas
        .get_aws_default_service_quota()
        .service_code(SERVICE)
        .quota_code(CONCURRENCY);
    let now = now.send().await.map_err(CallFailed::of("read the quota"))?;
    let default = default.send().await;
    let default = default.map_err(CallFailed::of("read the quota's default"))?;
    let value = |quota: Option<&aws_sdk_servicequotas::types::ServiceQuota>| {
        quota.and_then(|quota| quota.value()).unwrap_or_default()
    };
    Ok(Concurrency {
        now: value(now.quota()),
        default: value(default.quota()),
        pending: pending(&quotas).await?,
    })
}

async fn pending(quotas: &Client) -> Result<Vec<IncreaseRequest>, CallFailed> {
    let history = quotas
        .list_requested_service_quota_change_history_by_quota()
        .service_code(SERVICE)
        .quota_code(CONCURRENCY)
        .send()
        .await;
    let history = history.map_err(CallFailed::of("list the requests for a higher quota"))?;
    let open = history.requested_quotas().iter().filter(|request| {
        matches!(
            request.status(),
            Some(RequestStatus::Pending | RequestStatus::CaseOpened)
        )
    });
    let requests = open.map(|request| IncreaseRequest {
        desired: request.desired_value().unwrap_or_default(),
        status: request
            .status()
            .map(ToString::to_string)
            .unwrap_or_default(),
        case: request.case_id().map(str::to_owned),
    });
    Ok(requests.collect())
}

/// What is asked for where nobody says: the next multiple of 5000 above the quota.
#[must_use]
pub fn next(now: f64) -> f64 {
    (now / STEP).floor() * STEP + STEP
}

/// Asks AWS for `desired` concurrent executions, or for [`next`] of what there is.
///
/// # Errors
/// See [`IncreaseError`].
pub async fn increase(
    config: &SdkConfig,
    desired: Option<f64>,
) -> Result<IncreaseRequest, IncreaseError> {
    let Concurrency { now, pending, .. } = concurrency(config).await?;
    if let Some(earlier) = pending.into_iter().next() {
        return Err(IncreaseError::Pending(earlier));
    }
    let desired = desired.unwrap_or_else(|| next(now));
    if desired <= now {
        return Err(IncreaseError::NoIncrease { now, desired });
    }
    let request = Client::new(config)
        .request_service_quota_increase()
        .service_code(SERVICE)
        .quota_code(CONCURRENCY)
        .desired_value(desired);
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) if call::code(&error) == Some("DependencyAccessDeniedException") => {
            return Err(IncreaseError::MemberAccount);
        }
        Err(error) => return Err(CallFailed::of("ask for a higher quota")(error).into()),
    };
    let made = answer.requested_quota();
    Ok(IncreaseRequest {
        desired,
        status: made
            .and_then(|made| made.status())
            .map(ToString::to_string)
            .unwrap_or_default(),
        case: made.and_then(|made| made.case_id()).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_next_multiple_is_asked_for() {
        assert_eq!(
            [next(10.0), next(1000.0), next(5000.0)],
            [5000.0, 5000.0, 10_000.0]
        );
    }
}
