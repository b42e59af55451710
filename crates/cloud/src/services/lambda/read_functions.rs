//! GetFunction, GetFunctionConfiguration, ListFunctions, DeleteFunction.

use std::sync::Arc;

use http::StatusCode;
use iam::calls::{Slot, Template};
use serde_json::json;

use super::Lambda;
use super::call::Call;
use super::fault::{invalid, no_such_function};
use super::name::FunctionName;
use super::table;
use super::view::{Moment, configuration, json_response, no_content};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars, ResourceSide};
use crate::incoming::Head;
use crate::response::Response;
use crate::state::ChangeError;

/// The largest page of functions.
const MAX_PAGE: usize = 50;

/// What a call's decision depends on that is about one function: its name and qualifier, and the
/// function's own policy.
pub(super) fn naming(lambda: &Lambda, function: &FunctionName) -> Result<Particulars, ApiError> {
    let kept = table::policy(lambda.state(), &function.name)?;
    let side = ResourceSide {
        policy: kept.map(|kept| Arc::clone(kept.policy.policy())),
        ..ResourceSide::default()
    };
    let particulars = Particulars::new()
        .name(Slot::Function, &function.name)
        .side([Template::Function], &side);
    Ok(match &function.qualifier {
        Some(qualifier) => particulars.name(Slot::Qualifier, qualifier),
        None => particulars,
    })
}

#[derive(Debug)]
pub(super) struct GetFunction(pub(super) FunctionName);

impl Operation for GetFunction {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "GetFunction";
    const READ_ONLY: bool = true;
}

impl Call for GetFunction {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.0)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let function = lambda.existing(&call.0)?;
        // The zip itself is not kept, so there is no place to fetch it from.
        let mut body = json!({
            "Configuration": configuration(&function, Moment::Settled),
            "Code": { "RepositoryType": "S3" },
        });
        if !function.tags.is_empty() {
            body["Tags"] = json!(function.tags);
        }
        json_response(StatusCode::OK, &body)
    }
}

#[derive(Debug)]
pub(super) struct GetFunctionConfiguration(pub(super) FunctionName);

impl Operation for GetFunctionConfiguration {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "GetFunctionConfiguration";
    const READ_ONLY: bool = true;
}

impl Call for GetFunctionConfiguration {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.0)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let function = lambda.existing(&call.0)?;
        json_response(StatusCode::OK, &configuration(&function, Moment::Settled))
    }
}

#[derive(Debug)]
pub(super) struct ListFunctions {
    after: Option<String>,
    limit: usize,
}

impl ListFunctions {
    /// Reads the call from its query.
    pub(super) fn read(head: &Head) -> Result<Self, ApiError> {
        let limit = match head.query_parameter("MaxItems") {
            None => MAX_PAGE,
            Some(text) => text
                .parse()
                .map_err(|_| invalid(format!("MaxItems is no number: {text}")))?,
        };
        Ok(Self {
            after: head.query_parameter("Marker"),
            limit: limit.clamp(1, MAX_PAGE),
        })
    }
}

impl Operation for ListFunctions {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "ListFunctions";
    const READ_ONLY: bool = true;
}

impl Call for ListFunctions {
    fn particulars(&self, _lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(Particulars::new())
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let mut functions = table::functions(lambda.state())?;
        if let Some(after) = &call.after {
            functions.retain(|function| function.name > *after);
        }
        let more = functions.len() > call.limit;
        functions.truncate(call.limit);
        let shown: Vec<_> = functions
            .iter()
            // A list says nothing about states.
            .map(|function| configuration(function, Moment::Settled))
            .collect();
        let mut body = json!({ "Functions": shown });
        if more && let Some(last) = functions.last() {
            body["NextMarker"] = json!(last.name);
        }
        json_response(StatusCode::OK, &body)
    }
}

#[derive(Debug)]
pub(super) struct DeleteFunction(pub(super) FunctionName);

impl Operation for DeleteFunction {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "DeleteFunction";
    const READ_ONLY: bool = false;
}

impl Call for DeleteFunction {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.0)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (DeleteFunction(function), permit) = call.into_parts();
        if function.qualifier.is_some() {
            return Err(invalid(
                "$LATEST version cannot be deleted without deleting the function.",
            ));
        }
        let absent = no_such_function(&lambda.home().function_arn(&function.name));
        let name = function.name.clone();
        let change = lambda.state().change(&permit, move |change| {
            if table::remove_function(change, &name)? {
                Ok(())
            } else {
                Err(ChangeError::Refused(absent.clone()))
            }
        });
        change.await?;
        lambda.fleet().retire(&function.name);
        Ok(no_content())
    }
}
