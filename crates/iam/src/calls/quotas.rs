//! Service Quotas.

use super::table::need;
use super::{Call, Need, Template, When};
use Template::{Quota, ServiceLinkedRole, Unnamed};

const fn row(operation: &'static str, needs: &'static [Need]) -> Call {
    Call {
        service: "servicequotas",
        operation,
        needs,
    }
}

// spec: iam/calls#service-quotas
pub(super) const CALLS: &[Call] = &[
    row(
        "GetServiceQuota",
        &[need("servicequotas:GetServiceQuota", Quota)],
    ),
    row(
        "GetAWSDefaultServiceQuota",
        &[need("servicequotas:GetAWSDefaultServiceQuota", Unnamed)],
    ),
    row(
        "ListServiceQuotas",
        &[need("servicequotas:ListServiceQuotas", Unnamed)],
    ),
    row(
        "ListAWSDefaultServiceQuotas",
        &[need("servicequotas:ListAWSDefaultServiceQuotas", Unnamed)],
    ),
    row(
        "ListServices",
        &[need("servicequotas:ListServices", Unnamed)],
    ),
    row(
        "RequestServiceQuotaIncrease",
        &[
            need("servicequotas:RequestServiceQuotaIncrease", Quota)
                .keys(&["servicequotas:service"]),
            need("iam:CreateServiceLinkedRole", ServiceLinkedRole)
                .keys(&["iam:AWSServiceName"])
                .when(When::FirstUse),
        ],
    ),
    row(
        "ListRequestedServiceQuotaChangeHistoryByQuota",
        &[need(
            "servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota",
            Quota,
        )],
    ),
    row(
        "ListRequestedServiceQuotaChangeHistory",
        &[need(
            "servicequotas:ListRequestedServiceQuotaChangeHistory",
            Unnamed,
        )],
    ),
];
