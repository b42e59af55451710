//! PutRuntimeManagementConfig, TagResource.

use std::collections::BTreeMap;

use http::StatusCode;
use iam::calls::Slot;
use serde::Deserialize;
use serde_json::json;

use super::Lambda;
use super::call::Call;
use super::fault::{invalid, no_such_function, validation};
use super::function::{Function, RuntimeManagement};
use super::name::FunctionName;
use super::read_functions::naming;
use super::table;
use super::view::{json_response, no_content};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars, Permit};
use crate::response::Response;
use crate::state::ChangeError;

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
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.function)
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
        Ok(no_content())
    }
}

/// Changes what is kept beside a function's code and configuration: its revision stays.
pub(super) async fn change_function(
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
