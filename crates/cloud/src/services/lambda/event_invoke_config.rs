//! How asynchronous events are retried: Put-, Update-, Get- and DeleteFunctionEventInvokeConfig.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Lambda;
use super::call::Call;
use super::fault::{invalid, validation};
use super::function::{AsynchronousSettings, Function};
use super::function_settings::change_function;
use super::name::{FunctionName, LATEST};
use super::read_functions::naming;
use super::view::{json_response, no_content};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::response::Response;

#[derive(Debug)]
pub(super) struct PutFunctionEventInvokeConfig {
    pub(super) function: FunctionName,
    pub(super) members: EventInvokeMembers,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EventInvokeMembers {
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<u32>,
    destination_config: Option<DestinationConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationConfig {
    on_success: Option<Destination>,
    on_failure: Option<Destination>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    destination: Option<String>,
}

impl EventInvokeMembers {
    /// Retries and age, within their bounds.
    fn checked(self) -> Result<(Option<u32>, Option<u32>), ApiError> {
        let (retries, age) = (
            self.maximum_retry_attempts,
            self.maximum_event_age_in_seconds,
        );
        if let Some(retries) = retries.filter(|retries| *retries > 2) {
            return Err(validation(
                &retries.to_string(),
                "maximumRetryAttempts",
                "Member must have value less than or equal to 2",
            ));
        }
        if let Some(age) = age.filter(|age| !(60..=21_600).contains(age)) {
            return Err(validation(
                &age.to_string(),
                "maximumEventAgeInSeconds",
                "Member must have value between 60 and 21600",
            ));
        }
        if self
            .destination_config
            .is_some_and(|config| config.names_one())
        {
            return Err(invalid(
                "this cloud has no destinations of asynchronous invocations",
            ));
        }
        Ok((retries, age))
    }
}

impl DestinationConfig {
    fn names_one(&self) -> bool {
        [&self.on_success, &self.on_failure]
            .into_iter()
            .flatten()
            .any(|destination| destination.destination.is_some())
    }
}

impl Operation for PutFunctionEventInvokeConfig {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "PutFunctionEventInvokeConfig";
    const READ_ONLY: bool = false;
}

impl Call for PutFunctionEventInvokeConfig {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.function)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let (retries, age) = call.members.checked()?;
        let now = lambda.now();
        let function = change_function(lambda, &permit, &call.function, move |function| {
            function.asynchronous = Some(AsynchronousSettings {
                retries,
                max_age_seconds: age,
                modified_at: now,
            });
        });
        let function = function.await?;
        json_response(StatusCode::OK, &event_invoke_config(&function)?)
    }
}

#[derive(Debug)]
pub(super) struct GetFunctionEventInvokeConfig(pub(super) FunctionName);

impl Operation for GetFunctionEventInvokeConfig {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "GetFunctionEventInvokeConfig";
    const READ_ONLY: bool = true;
}

impl Call for GetFunctionEventInvokeConfig {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.0)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let function = lambda.existing(&call.0)?;
        json_response(StatusCode::OK, &event_invoke_config(&function)?)
    }
}

#[derive(Debug)]
pub(super) struct UpdateFunctionEventInvokeConfig {
    pub(super) function: FunctionName,
    pub(super) members: EventInvokeMembers,
}

impl Operation for UpdateFunctionEventInvokeConfig {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "UpdateFunctionEventInvokeConfig";
    const READ_ONLY: bool = false;
}

impl Call for UpdateFunctionEventInvokeConfig {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.function)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let (retries, age) = call.members.checked()?;
        event_invoke_config(&lambda.existing(&call.function)?)?;
        let now = lambda.now();
        // What the request leaves out stays.
        let function = change_function(lambda, &permit, &call.function, move |function| {
            let kept = function.asynchronous.as_ref();
            function.asynchronous = Some(AsynchronousSettings {
                retries: retries.or_else(|| kept.and_then(|kept| kept.retries)),
                max_age_seconds: age.or_else(|| kept.and_then(|kept| kept.max_age_seconds)),
                modified_at: now,
            });
        });
        let function = function.await?;
        json_response(StatusCode::OK, &event_invoke_config(&function)?)
    }
}

#[derive(Debug)]
pub(super) struct DeleteFunctionEventInvokeConfig(pub(super) FunctionName);

impl Operation for DeleteFunctionEventInvokeConfig {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "DeleteFunctionEventInvokeConfig";
    const READ_ONLY: bool = false;
}

impl Call for DeleteFunctionEventInvokeConfig {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.0)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (DeleteFunctionEventInvokeConfig(function), permit) = call.into_parts();
        event_invoke_config(&lambda.existing(&function)?)?;
        change_function(lambda, &permit, &function, |function| {
            function.asynchronous = None;
        })
        .await?;
        Ok(no_content())
    }
}

fn event_invoke_config(function: &Function) -> Result<Value, ApiError> {
    let settings = function.asynchronous.as_ref().ok_or_else(|| {
        ApiError::not_found(
            "ResourceNotFoundException",
            format!(
                "The function {}:{LATEST} doesn't have an EventInvokeConfig",
                function.arn
            ),
        )
    })?;
    let mut shown = json!({
        // Seconds with a fraction: this protocol's way to spell times.
        "LastModified": settings.modified_at.as_millisecond() as f64 / 1000.0,
        "FunctionArn": format!("{}:{LATEST}", function.arn),
        "DestinationConfig": { "OnSuccess": {}, "OnFailure": {} },
    });
    if let Some(retries) = settings.retries {
        shown["MaximumRetryAttempts"] = retries.into();
    }
    if let Some(age) = settings.max_age_seconds {
        shown["MaximumEventAgeInSeconds"] = age.into();
    }
    Ok(shown)
}
