//! Whose role a function runs with.

use aws_config::SdkConfig;

use super::check::Principal;
use crate::call::{CallFailed, code};

/// Path and name of the execution role of a function; `None` if it has none.
///
/// # Errors
/// Where the function does not exist or may not be read.
pub async fn execution_role(
    config: &SdkConfig,
    function: &str,
) -> Result<Option<String>, CallFailed> {
    let lambda = aws_sdk_lambda::Client::new(config);
    let asked = lambda.get_function_configuration().function_name(function);
    let found = asked.send().await;
    if let Err(error) = &found
        && code(error) == Some("ResourceNotFoundException")
    {
        return Err(CallFailed::because(
            "look for the function",
            &format!("there is no function `{function}`"),
        ));
    }
    let found = found.map_err(CallFailed::of("look for the function"))?;
    let role = found.role().and_then(|arn| Principal::parse(arn).ok());
    Ok(role.and_then(|principal| match principal {
        Principal::Role(name) => Some(name),
        Principal::User(_) => None,
    }))
}
