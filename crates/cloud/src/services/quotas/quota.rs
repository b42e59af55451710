//! The quotas that this cloud knows.

use serde_json::{Value, json};

use crate::config::Region;
use iam::AccountId;

/// A quota of a service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quota {
    pub(super) service: &'static str,
    pub(super) service_name: &'static str,
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    /// What AWS gives every account.
    pub(super) default: f64,
    pub(super) adjustable: bool,
}

/// Lambda's environments at work at once, the one quota that can be raised here.
pub(super) const CONCURRENT_EXECUTIONS: Quota = Quota {
    service: "lambda",
    service_name: "AWS Lambda",
    code: "L-B99A9384",
    name: "Concurrent executions",
    default: 1000.0,
    adjustable: true,
};

const ALL: [Quota; 1] = [CONCURRENT_EXECUTIONS];

impl Quota {
    /// A quota by its codes.
    pub(super) fn find(service: &str, code: &str) -> Option<Self> {
        ALL.into_iter()
            .find(|quota| quota.service == service && quota.code == code)
    }

    /// The quotas of a service.
    pub(super) fn of_service(service: &str) -> impl Iterator<Item = Self> {
        ALL.into_iter()
            .filter(move |quota| quota.service == service)
    }

    /// The quota with a value, as answers show it.
    pub(super) fn shown(&self, value: f64, account: AccountId, region: &Region) -> Value {
        json!({
            "ServiceCode": self.service,
            "ServiceName": self.service_name,
            "QuotaArn": self.arn(account, region),
            "QuotaCode": self.code,
            "QuotaName": self.name,
            "Value": value,
            "Unit": "None",
            "Adjustable": self.adjustable,
            "GlobalQuota": false,
        })
    }

    pub(super) fn arn(&self, account: AccountId, region: &Region) -> String {
        format!(
            "arn:aws:servicequotas:{region}:{account}:{}/{}",
            self.service, self.code
        )
    }
}
