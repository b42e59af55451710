//! ListTags and UntagResource.

use http::StatusCode;
use serde_json::json;

use super::Lambda;
use super::call::Call;
use super::function_settings::change_function;
use super::name::FunctionName;
use super::read_functions::naming;
use super::view::{json_response, no_content};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::incoming::{Head, query_pairs};
use crate::response::Response;

/// The tags of a function.
#[derive(Debug)]
pub(super) struct ListTags(pub(super) FunctionName);

impl Operation for ListTags {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "ListTags";
    const READ_ONLY: bool = true;
}

impl Call for ListTags {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.0)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let function = lambda.existing(&call.0)?;
        json_response(StatusCode::OK, &json!({ "Tags": function.tags }))
    }
}

/// Tags to be taken off a function.
#[derive(Debug)]
pub(super) struct UntagResource {
    function: FunctionName,
    keys: Vec<String>,
}

impl UntagResource {
    /// Reads the call from its path and query.
    pub(super) fn read(function: FunctionName, head: &Head) -> Self {
        let keys = query_pairs(head.raw_query())
            .filter(|(name, _)| name == "tagKeys")
            .map(|(_, key)| key)
            .collect();
        Self { function, keys }
    }
}

impl Operation for UntagResource {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
}

impl Call for UntagResource {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(naming(lambda, &self.function)?.keys("aws:TagKeys", &self.keys))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (UntagResource { function, keys }, permit) = call.into_parts();
        change_function(lambda, &permit, &function, move |function| {
            function.tags.retain(|key, _| !keys.contains(key));
        })
        .await?;
        Ok(no_content())
    }
}
