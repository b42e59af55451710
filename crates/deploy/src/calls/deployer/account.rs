//! The account's quotas, and whoever deploys.

use super::super::{Call, Loss, Resource, Variant};
use super::row;

const NOT_CHECKED: Loss = Loss::Degraded("what stands is not checked");
const QUOTAS: Loss = Loss::Extra("quotas");

pub(super) const CALLS: &[Call] = &[
    row(
        &["GetServiceQuota"],
        "servicequotas:GetServiceQuota",
        Resource::Quota,
        "How many executions the account may have at once bounds how many renderers there can be.",
        QUOTAS,
    ),
    row(
        &["GetAWSDefaultServiceQuota"],
        "servicequotas:GetAWSDefaultServiceQuota",
        Resource::Everything,
        "A quota below AWS's default is worth a request.",
        QUOTAS,
    ),
    row(
        &["ListRequestedServiceQuotaChangeHistoryByQuota"],
        "servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota",
        Resource::Quota,
        "A request that is open is not made again.",
        QUOTAS,
    ),
    row(
        &["RequestServiceQuotaIncrease"],
        "servicequotas:RequestServiceQuotaIncrease",
        Resource::Quota,
        "More executions at once are asked for.",
        Loss::Extra("quotas increase"),
    ),
    row(
        &["RequestServiceQuotaIncrease"],
        "iam:CreateServiceLinkedRole",
        Resource::QuotaServiceRole,
        "Service Quotas makes the role that it works with when an account first asks for more.",
        Loss::Extra("quotas increase"),
    ),
    row(
        &["SimulatePrincipalPolicy"],
        "iam:SimulatePrincipalPolicy",
        Resource::Caller,
        "Whoever deploys can check its own permissions, and nobody else's.",
        NOT_CHECKED,
    ),
    row(
        &["ListAccessKeys"],
        "iam:ListAccessKeys",
        Resource::Caller,
        "The doctor says how old one's own key is, and when it should be replaced.",
        Loss::Degraded("the age of the key is not checked"),
    )
    .when(Variant::UserCaller),
];
