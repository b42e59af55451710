//! The log group of a function, made ahead so that the function needs no right to make it.

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;

use crate::call::{self, CallFailed};
use crate::change::Change;

/// Deletes the function's log group with its lines, if there is one.
pub(crate) async fn remove(config: &SdkConfig, function: &str) -> Result<(), CallFailed> {
    let name = name(function);
    let delete = Client::new(config).delete_log_group().log_group_name(&name);
    match delete.send().await {
        Ok(_) => Ok(()),
        Err(error) if call::code(&error) == Some("ResourceNotFoundException") => Ok(()),
        Err(error) => Err(CallFailed::of(format!("delete the log group {name}"))(
            error,
        )),
    }
}

fn name(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

/// Makes the function's log group where there is none, and sets its retention.
pub(crate) async fn ensure(
    config: &SdkConfig,
    function: &str,
    retention_days: i32,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    let logs = Client::new(config);
    let name = name(function);
    match logs.create_log_group().log_group_name(&name).send().await {
        Ok(_) => changes.push(Change::new(format!("log group {name}"), "created")),
        Err(error) if call::code(&error) == Some("ResourceAlreadyExistsException") => {}
        Err(error) => return Err(CallFailed::of("create the log group")(error)),
    }
    let put = logs
        .put_retention_policy()
        .log_group_name(&name)
        .retention_in_days(retention_days);
    put.send()
        .await
        .map_err(CallFailed::of("set the log group's retention"))?;
    Ok(())
}
