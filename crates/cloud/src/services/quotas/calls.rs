//! The calls of Service Quotas.

use http::StatusCode;
use iam::calls::{Slot, When};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Quotas;
use super::quota::Quota;
use super::table::{self, IncreaseRequest};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::state::ChangeError;

/// A call: its members on the wire, what its decisions depend on, and its effect.
pub(super) trait Call: Operation + DeserializeOwned {
    /// What the decisions depend on.
    fn particulars(&self, quotas: &Quotas) -> Result<Particulars, ApiError>;

    /// Carries it out.
    fn carry_out(
        quotas: &Quotas,
        call: Authorized<Self>,
    ) -> impl Future<Output = Result<Value, ApiError>> + Send;
}

fn naming(service: &str, code: &str) -> Particulars {
    Particulars::new()
        .name(Slot::QuotaService, service)
        .name(Slot::QuotaCode, code)
}

fn find(service: &str, code: &str) -> Result<Quota, ApiError> {
    Quota::find(service, code).ok_or_else(|| {
        no_such_resource("The request failed because the specified quota does not exist.")
    })
}

fn no_such_resource(message: &str) -> ApiError {
    ApiError::not_found("NoSuchResourceException", message)
}

impl Quotas {
    fn show(&self, quota: Quota) -> Value {
        quota.shown(self.concurrent_executions, self.account, &self.region)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetServiceQuota {
    service_code: String,
    quota_code: String,
}

impl Operation for GetServiceQuota {
    const SERVICE: &'static str = "servicequotas";
    const NAME: &'static str = "GetServiceQuota";
    const READ_ONLY: bool = true;
}

impl Call for GetServiceQuota {
    fn particulars(&self, _quotas: &Quotas) -> Result<Particulars, ApiError> {
        Ok(naming(&self.service_code, &self.quota_code))
    }

    async fn carry_out(quotas: &Quotas, call: Authorized<Self>) -> Result<Value, ApiError> {
        let quota = find(&call.service_code, &call.quota_code)?;
        Ok(json!({ "Quota": quotas.show(quota) }))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetAwsDefaultServiceQuota {
    service_code: String,
    quota_code: String,
}

impl Operation for GetAwsDefaultServiceQuota {
    const SERVICE: &'static str = "servicequotas";
    const NAME: &'static str = "GetAWSDefaultServiceQuota";
    const READ_ONLY: bool = true;
}

impl Call for GetAwsDefaultServiceQuota {
    fn particulars(&self, _quotas: &Quotas) -> Result<Particulars, ApiError> {
        Ok(Particulars::new())
    }

    async fn carry_out(quotas: &Quotas, call: Authorized<Self>) -> Result<Value, ApiError> {
        let quota = find(&call.service_code, &call.quota_code)?;
        Ok(json!({ "Quota": quota.shown(quota.default, quotas.account, &quotas.region) }))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListServiceQuotas {
    service_code: String,
}

impl Operation for ListServiceQuotas {
    const SERVICE: &'static str = "servicequotas";
    const NAME: &'static str = "ListServiceQuotas";
    const READ_ONLY: bool = true;
}

impl Call for ListServiceQuotas {
    fn particulars(&self, _quotas: &Quotas) -> Result<Particulars, ApiError> {
        Ok(Particulars::new())
    }

    async fn carry_out(quotas: &Quotas, call: Authorized<Self>) -> Result<Value, ApiError> {
        let shown: Vec<Value> = Quota::of_service(&call.service_code)
            .map(|quota| quotas.show(quota))
            .collect();
        if shown.is_empty() {
            return Err(no_such_resource(
                "The request failed because the specified service does not exist.",
            ));
        }
        Ok(json!({ "Quotas": shown }))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RequestServiceQuotaIncrease {
    service_code: String,
    quota_code: String,
    desired_value: f64,
}

impl Operation for RequestServiceQuotaIncrease {
    const SERVICE: &'static str = "servicequotas";
    const NAME: &'static str = "RequestServiceQuotaIncrease";
    const READ_ONLY: bool = false;
}

impl Call for RequestServiceQuotaIncrease {
    fn particulars(&self, quotas: &Quotas) -> Result<Particulars, ApiError> {
        let service = "servicequotas.amazonaws.com";
        // The first request makes the role by which the service would act.
        let first = table::requests(&quotas.state)?.is_empty();
        Ok(naming(&self.service_code, &self.quota_code)
            .key("servicequotas:service", self.service_code.as_str())
            .when(When::FirstUse, first)
            .name(Slot::LinkedService, service)
            .key("iam:AWSServiceName", service))
    }

    async fn carry_out(quotas: &Quotas, call: Authorized<Self>) -> Result<Value, ApiError> {
        let (call, permit) = call.into_parts();
        let quota = find(&call.service_code, &call.quota_code)?;
        if call.desired_value <= quotas.concurrent_executions {
            return Err(ApiError::bad_request(
                "IllegalArgumentException",
                "You must provide a quota value greater than the current value.",
            ));
        }
        let request = IncreaseRequest {
            id: uuid::Uuid::new_v4().simple().to_string(),
            service: call.service_code,
            code: call.quota_code,
            desired: call.desired_value,
            requester: permit.caller().arn().to_owned(),
            created_at: quotas.clock.now(),
        };
        let shown = show_request(quotas, quota, &request);
        let added = quotas.state.change(&permit, move |change| {
            let pending = table::requests_in(change)?;
            let same = |other: &IncreaseRequest| {
                other.service == request.service && other.code == request.code
            };
            if pending.iter().any(same) {
                return Err(ChangeError::Refused(ApiError::new(
                    StatusCode::BAD_REQUEST,
                    "ResourceAlreadyExistsException",
                    "Only one open service quota increase request is allowed per quota.",
                )));
            }
            Ok(table::add(change, &request)?)
        });
        added.await?;
        Ok(json!({ "RequestedQuota": shown }))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequestedServiceQuotaChangeHistoryByQuota {
    service_code: String,
    quota_code: String,
    status: Option<String>,
}

impl Operation for ListRequestedServiceQuotaChangeHistoryByQuota {
    const SERVICE: &'static str = "servicequotas";
    const NAME: &'static str = "ListRequestedServiceQuotaChangeHistoryByQuota";
    const READ_ONLY: bool = true;
}

impl Call for ListRequestedServiceQuotaChangeHistoryByQuota {
    fn particulars(&self, _quotas: &Quotas) -> Result<Particulars, ApiError> {
        Ok(naming(&self.service_code, &self.quota_code))
    }

    async fn carry_out(quotas: &Quotas, call: Authorized<Self>) -> Result<Value, ApiError> {
        let quota = find(&call.service_code, &call.quota_code)?;
        let wanted = call
            .status
            .as_deref()
            .is_none_or(|status| status == PENDING);
        let shown: Vec<Value> = table::requests(&quotas.state)?
            .iter()
            .filter(|request| {
                wanted && request.service == quota.service && request.code == quota.code
            })
            .map(|request| show_request(quotas, quota, request))
            .collect();
        Ok(json!({ "RequestedQuotas": shown }))
    }
}

const PENDING: &str = "PENDING";

fn show_request(quotas: &Quotas, quota: Quota, request: &IncreaseRequest) -> Value {
    let created = request.created_at.as_second();
    json!({
        "Id": request.id,
        "ServiceCode": quota.service,
        "ServiceName": quota.service_name,
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "DesiredValue": request.desired,
        "Status": PENDING,
        "Created": created,
        "LastUpdated": created,
        "Requester": request.requester,
        "QuotaArn": quota.arn(quotas.account, &quotas.region),
        "GlobalQuota": false,
        "Unit": "None",
    })
}
