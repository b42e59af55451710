//! The log group, made ahead so that the function needs no right to make it.

use aws_sdk_cloudwatchlogs::Client;

use super::{Change, ProvisionError, change};

/// The function's log group with its retention.
pub(super) async fn ensure(
    logs: &Client,
    function: &str,
    retention_days: i32,
    changes: &mut Vec<Change>,
) -> Result<(), ProvisionError> {
    let name = format!("/aws/lambda/{function}");
    let found = logs
        .describe_log_groups()
        .log_group_name_prefix(&name)
        .send()
        .await;
    let found = found.map_err(ProvisionError::call("look for the log group"))?;
    let group = found
        .log_groups()
        .iter()
        .find(|group| group.log_group_name() == Some(&name));
    if group.is_none() {
        let created = logs.create_log_group().log_group_name(&name).send().await;
        created.map_err(ProvisionError::call("create the log group"))?;
        changes.push(change(format!("log group {name}"), "created"));
    }
    if group.and_then(|group| group.retention_in_days()) != Some(retention_days) {
        let put = logs
            .put_retention_policy()
            .log_group_name(&name)
            .retention_in_days(retention_days);
        put.send()
            .await
            .map_err(ProvisionError::call("set the log group's retention"))?;
        changes.push(change(format!("log group {name}"), "retention set"));
    }
    Ok(())
}
