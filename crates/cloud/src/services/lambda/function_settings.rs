//! PutFunctionEventInvokeConfig, GetFunctionEventInvokeConfig, PutRuntimeManagementConfig,
//! TagResource.

use std::collections::BTreeMap;

use http::StatusCode;
use iam::calls::Slot;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Lambda;
use super::call::Call;
use super::fault::{invalid, no_such_function, validation};
use super::function::{AsynchronousSettings, Function, RuntimeManagement};
use super::name::{FunctionName, LATEST};
use super::read_functions::naming;
use super::table;
use super::view::json_response;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars, Permit};
use crate::response::{Response, empty};
use crate::state::ChangeError;

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
    fn particulars(&self, _lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(naming(&self.function))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let EventInvokeMembers {
            maximum_retry_attempts: retries,
            maximum_event_age_in_seconds: age,
            destination_config,
        } = call.members;
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
        if destination_config.is_some_and(|config| config.names_one()) {
            return Err(invalid(
                "this cloud has no destinations of asynchronous invocations",
            ));
        }
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
    fn particulars(&self, _lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(naming(&self.0))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let function = lambda.existing(&call.0)?;
        json_response(StatusCode::OK, &event_invoke_config(&function)?)
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

#[derive(Debug)]
pub(super) struct PutRuntimeManagementConfig {
    pub(super) function: FunctionName,
    pub(super) members: RuntimeManagementMembers,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RuntimeManagementMembers {
    update_runtime_on: String,
    runtime_version_arn: Option<String>,
}

impl Operation for PutRuntimeManagementConfig {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "PutRuntimeManagementConfig";
    const READ_ONLY: bool = false;
}

impl Call for PutRuntimeManagementConfig {
    fn particulars(&self, _lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(naming(&self.function))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let RuntimeManagementMembers {
            update_runtime_on: update_on,
            runtime_version_arn,
        } = call.members;
        match (update_on.as_str(), &runtime_version_arn) {
            ("Auto" | "FunctionUpdate", None) | ("Manual", Some(_)) => {}
            ("Auto" | "FunctionUpdate", Some(_)) => {
                return Err(invalid(format!(
                    "You cannot specify a RuntimeVersionArn with {update_on}"
                )));
            }
            ("Manual", None) => {
                return Err(invalid("The RuntimeVersionArn is required with Manual"));
            }
            (other, _) => {
                return Err(validation(
                    other,
                    "updateRuntimeOn",
                    "Member must satisfy enum value set: [Auto, Manual, FunctionUpdate]",
                ));
            }
        }
        let function = change_function(lambda, &permit, &call.function, move |function| {
            function.runtime_management = RuntimeManagement {
                update_on: update_on.clone(),
                runtime_version_arn: runtime_version_arn.clone(),
            };
        });
        let function = function.await?;
        let mut shown = json!({
            "UpdateRuntimeOn": function.runtime_management.update_on,
            "FunctionArn": function.arn,
        });
        if let Some(arn) = &function.runtime_management.runtime_version_arn {
            shown["RuntimeVersionArn"] = json!(arn);
        }
        json_response(StatusCode::OK, &shown)
    }
}

#[derive(Debug)]
pub(super) struct TagResource {
    function: FunctionName,
    tags: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagMembers {
    tags: BTreeMap<String, String>,
}

impl TagResource {
    /// Reads the call. Functions alone have tags here.
    pub(super) fn read(arn: &str, members: TagMembers) -> Result<Self, ApiError> {
        let function = FunctionName::parse(arn, None)?;
        Ok(Self {
            function,
            tags: members.tags,
        })
    }
}

impl Operation for TagResource {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
}

impl Call for TagResource {
    fn particulars(&self, _lambda: &Lambda) -> Result<Particulars, ApiError> {
        let particulars = Particulars::new()
            .name(Slot::Function, &self.function.name)
            .keys("aws:TagKeys", self.tags.keys());
        Ok(self
            .tags
            .iter()
            .fold(particulars, |particulars, (key, value)| {
                particulars.key(&format!("aws:RequestTag/{key}"), value)
            }))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let tags = call.tags;
        let changed = change_function(lambda, &permit, &call.function, move |function| {
            function.tags.extend(tags.clone());
        });
        changed.await?;
        let mut response = Response::new(empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        Ok(response)
    }
}

/// Changes what is kept beside a function's code and configuration: its revision stays.
async fn change_function(
    lambda: &Lambda,
    permit: &Permit,
    named: &FunctionName,
    mut change_it: impl FnMut(&mut Function) + Send + 'static,
) -> Result<Function, ApiError> {
    lambda.existing(named)?;
    let name = named.name.clone();
    let absent = no_such_function(&lambda.home().qualified_arn(named));
    let change = lambda.state().change(permit, move |change| {
        let Some(mut function) = table::function_in(change, &name)? else {
            return Err(ChangeError::Refused(absent.clone()));
        };
        change_it(&mut function);
        table::put_function(change, &function)?;
        Ok(function)
    });
    Ok(change.await?)
}
