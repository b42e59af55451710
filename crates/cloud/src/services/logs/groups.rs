//! CreateLogGroup, DeleteLogGroup, PutRetentionPolicy, DescribeLogGroups.

use std::collections::BTreeMap;

use iam::calls::{Slot, When};
use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::call::{Call, Nothing};
use super::name::{check_group, invalid};
use super::store::LogStore;
use super::table::{self, EVENTS, GROUPS, Group, STREAMS};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::state::ChangeError;

/// The periods that retention may have, in days.
const RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// The largest page of groups.
const MAX_PAGE: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateLogGroup {
    log_group_name: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    kms_key_id: Option<String>,
}

impl Operation for CreateLogGroup {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "CreateLogGroup";
    const READ_ONLY: bool = false;
}

impl Call for CreateLogGroup {
    type Output = Nothing;

    fn particulars(&self) -> Particulars {
        let mut particulars = Particulars::new()
            .name(Slot::LogGroup, &self.log_group_name)
            .when(When::Tags, !self.tags.is_empty())
            .when(When::Kms, self.kms_key_id.is_some())
            .keys("aws:TagKeys", self.tags.keys());
        for (key, value) in &self.tags {
            particulars = particulars.key(&format!("aws:RequestTag/{key}"), value);
        }
        particulars
    }

    async fn carry_out(store: &LogStore, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        let now = store.now_unix_ms();
        let (call, permit) = call.into_parts();
        check_group(&call.log_group_name)?;
        if call.kms_key_id.is_some() {
            return Err(invalid("this cloud has no KMS keys"));
        }
        let created = store.state().change(&permit, move |change| {
            let name = call.log_group_name.as_str();
            if change.read(GROUPS)?.get(name)?.is_some() {
                return Err(ChangeError::Refused(ApiError::bad_request(
                    "ResourceAlreadyExistsException",
                    "The specified log group already exists",
                )));
            }
            let group = Group {
                created_unix_ms: now,
                retention_days: None,
                stored_bytes: 0,
                next_event: 0,
                tags: call.tags.clone(),
            };
            Ok(table::put_group(change, name, &group)?)
        });
        created.await?;
        Ok(Nothing)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteLogGroup {
    log_group_name: String,
}

impl Operation for DeleteLogGroup {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "DeleteLogGroup";
    const READ_ONLY: bool = false;
}

impl Call for DeleteLogGroup {
    type Output = Nothing;

    fn particulars(&self) -> Particulars {
        Particulars::new().name(Slot::LogGroup, &self.log_group_name)
    }

    async fn carry_out(store: &LogStore, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        let (call, permit) = call.into_parts();
        let deleted = store.state().change(&permit, move |change| {
            let name = call.log_group_name.as_str();
            table::group(change, name)?;
            change.write(GROUPS)?.remove(name)?;
            change
                .write(STREAMS)?
                .retain_in(table::streams_of(name, &table::successor(name)), |_, _| {
                    false
                })?;
            change
                .write(EVENTS)?
                .retain_in(table::all_of(name), |_, _| false)?;
            Ok::<(), ChangeError<ApiError>>(())
        });
        deleted.await?;
        Ok(Nothing)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRetentionPolicy {
    log_group_name: String,
    retention_in_days: u32,
}

impl Operation for PutRetentionPolicy {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "PutRetentionPolicy";
    const READ_ONLY: bool = false;
}

impl Call for PutRetentionPolicy {
    type Output = Nothing;

    fn particulars(&self) -> Particulars {
        Particulars::new().name(Slot::LogGroup, &self.log_group_name)
    }

    async fn carry_out(store: &LogStore, call: Authorized<Self>) -> Result<Nothing, ApiError> {
        let (call, permit) = call.into_parts();
        if !RETENTION_DAYS.contains(&call.retention_in_days) {
            return Err(invalid(format!(
                "1 validation error detected: Value '{}' at 'retentionInDays' failed to satisfy \
                 constraint: Member must satisfy enum value set: {RETENTION_DAYS:?}",
                call.retention_in_days
            )));
        }
        let changed = store.state().change(&permit, move |change| {
            let mut group = table::group(change, &call.log_group_name)?;
            group.retention_days = Some(call.retention_in_days);
            Ok::<(), ChangeError<ApiError>>(table::put_group(change, &call.log_group_name, &group)?)
        });
        changed.await?;
        Ok(Nothing)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct DescribeLogGroups {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    limit: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogGroups {
    log_groups: Vec<LogGroup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogGroup {
    log_group_name: String,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_in_days: Option<u32>,
    metric_filter_count: u32,
    arn: String,
    stored_bytes: u64,
    log_group_class: &'static str,
    log_group_arn: String,
}

impl Operation for DescribeLogGroups {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "DescribeLogGroups";
    const READ_ONLY: bool = true;
}

impl Call for DescribeLogGroups {
    type Output = LogGroups;

    fn particulars(&self) -> Particulars {
        Particulars::new()
    }

    async fn carry_out(store: &LogStore, call: Authorized<Self>) -> Result<LogGroups, ApiError> {
        if call.log_group_name_prefix.is_some() && call.log_group_name_pattern.is_some() {
            return Err(invalid(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            ));
        }
        let limit = call.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let prefix = call.log_group_name_prefix.as_deref().unwrap_or_default();
        let pattern = call.log_group_name_pattern.as_deref().unwrap_or_default();
        let from = call.next_token.as_deref().unwrap_or(prefix).max(prefix);
        let mut matching = store
            .groups()?
            .into_iter()
            .filter(|(name, _)| name.as_str() >= from)
            .filter(|(name, _)| name.starts_with(prefix) && name.contains(pattern));
        let log_groups = matching
            .by_ref()
            .take(limit)
            .map(|(name, group)| described(store, &name, &group))
            .collect();
        let next_token = matching.next().map(|(name, _)| name);
        Ok(LogGroups {
            log_groups,
            next_token,
        })
    }
}

fn described(store: &LogStore, name: &str, group: &Group) -> LogGroup {
    let arn = store.group_arn(name);
    LogGroup {
        log_group_name: name.to_owned(),
        creation_time: group.created_unix_ms,
        retention_in_days: group.retention_days,
        metric_filter_count: 0,
        arn: format!("{arn}:*"),
        stored_bytes: group.stored_bytes,
        log_group_class: "STANDARD",
        log_group_arn: arn,
    }
}
