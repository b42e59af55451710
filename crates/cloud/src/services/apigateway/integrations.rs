//! CreateIntegration, GetIntegration, GetIntegrations, DeleteIntegration.

use http::StatusCode;
use serde::Deserialize;

use super::ApiGateway;
use super::api::Integration;
use super::call::{Call, answer, change_api, existing, list, no_content, short_id};
use super::fault::{bad_request, conflict, no_such};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::response::Response;

/// The longest that API Gateway waits for a function.
const LONGEST_TIMEOUT_MS: u32 = 30_000;

/// An integration to be.
#[derive(Debug)]
pub(super) struct CreateIntegration {
    pub(super) api: String,
    pub(super) members: IntegrationMembers,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IntegrationMembers {
    integration_type: String,
    integration_uri: Option<String>,
    payload_format_version: Option<String>,
    timeout_in_millis: Option<u32>,
    description: Option<String>,
    credentials_arn: Option<String>,
    connection_id: Option<String>,
}

impl IntegrationMembers {
    /// Of the function with this ARN, and nothing else.
    pub(super) fn of_function(arn: String) -> Self {
        Self {
            integration_type: "AWS_PROXY".to_owned(),
            integration_uri: Some(arn),
            payload_format_version: Some("2.0".to_owned()),
            timeout_in_millis: None,
            description: None,
            credentials_arn: None,
            connection_id: None,
        }
    }

    /// The integration.
    ///
    /// # Errors
    /// A member that cannot be, or that this cloud lacks.
    pub(super) fn integration(self) -> Result<Integration, ApiError> {
        let kind = self.integration_type;
        if kind != "AWS_PROXY" {
            return Err(bad_request(format!(
                "this cloud has integrations of functions (AWS_PROXY) alone, no {kind}"
            )));
        }
        if self.credentials_arn.is_some() || self.connection_id.is_some() {
            return Err(bad_request(
                "this cloud has no roles and no VPC links of integrations: functions are invoked \
                 by their own policies",
            ));
        }
        let format = self.payload_format_version.as_deref();
        if format != Some("2.0") {
            return Err(bad_request(
                "this cloud has payload format version 2.0 alone, which PayloadFormatVersion must \
                 name",
            ));
        }
        let timeout = self.timeout_in_millis.unwrap_or(LONGEST_TIMEOUT_MS);
        if !(50..=LONGEST_TIMEOUT_MS).contains(&timeout) {
            return Err(bad_request(format!(
                "Timeout should be between 50 ms and {LONGEST_TIMEOUT_MS} ms"
            )));
        }
        let uri = self.integration_uri.unwrap_or_default();
        let function = function_in(&uri).ok_or_else(|| {
            bad_request("Integration URI must be the ARN of a function for AWS_PROXY")
        })?;
        Ok(Integration {
            integration_id: short_id(7),
            integration_type: kind,
            integration_method: "POST".to_owned(),
            integration_uri: function.to_owned(),
            connection_type: "INTERNET".to_owned(),
            payload_format_version: "2.0".to_owned(),
            timeout_in_millis: timeout,
            description: self.description,
        })
    }
}

/// The ARN of a function, given as such or as the path of its invocation.
fn function_in(uri: &str) -> Option<&str> {
    let arn = match uri.split_once(":lambda:path/2015-03-31/functions/") {
        Some((_, rest)) => rest.strip_suffix("/invocations")?,
        None => uri,
    };
    let parsed = iam::Arn::parse(arn).ok()?;
    let is_function = parsed.service() == "lambda" && parsed.resource().starts_with("function:");
    is_function.then_some(arn)
}

impl Operation for CreateIntegration {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "CreateIntegration";
    const READ_ONLY: bool = false;
}

impl Call for CreateIntegration {
    fn path(&self) -> String {
        format!("/apis/{}/integrations", self.api)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let integration = call.members.integration()?;
        let shown = integration.clone();
        change_api(gateway, &permit, &call.api, move |api| {
            api.integrations.push(integration.clone());
            Ok(())
        })
        .await?;
        answer(StatusCode::CREATED, &shown)
    }
}

/// An integration.
#[derive(Debug)]
pub(super) struct GetIntegration {
    pub(super) api: String,
    pub(super) id: String,
}

impl Operation for GetIntegration {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "GetIntegration";
    const READ_ONLY: bool = true;
}

impl Call for GetIntegration {
    fn path(&self) -> String {
        format!("/apis/{}/integrations/{}", self.api, self.id)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let api = existing(gateway, call.permit(), &call.api)?;
        let mut integrations = api.integrations.iter();
        let found = integrations.find(|integration| integration.integration_id == call.id);
        answer(
            StatusCode::OK,
            found.ok_or_else(|| no_such("Integration", &call.id))?,
        )
    }
}

/// The integrations of an API.
#[derive(Debug)]
pub(super) struct GetIntegrations(pub(super) String);

impl Operation for GetIntegrations {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "GetIntegrations";
    const READ_ONLY: bool = true;
}

impl Call for GetIntegrations {
    fn path(&self) -> String {
        format!("/apis/{}/integrations", self.0)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        list(&existing(gateway, call.permit(), &call.0)?.integrations)
    }
}

/// An integration that goes; no route may go to it.
#[derive(Debug)]
pub(super) struct DeleteIntegration {
    pub(super) api: String,
    pub(super) id: String,
}

impl Operation for DeleteIntegration {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "DeleteIntegration";
    const READ_ONLY: bool = false;
}

impl Call for DeleteIntegration {
    fn path(&self) -> String {
        format!("/apis/{}/integrations/{}", self.api, self.id)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (DeleteIntegration { api, id }, permit) = call.into_parts();
        change_api(gateway, &permit, &api, move |api| {
            let target = format!("integrations/{id}");
            let mut routes = api.routes.iter();
            if routes.any(|route| route.target.as_deref() == Some(&target)) {
                return Err(conflict(format!(
                    "Cannot delete Integration '{id}': a route goes to it."
                )));
            }
            let before = api.integrations.len();
            api.integrations
                .retain(|integration| integration.integration_id != id);
            if api.integrations.len() == before {
                return Err(no_such("Integration", &id));
            }
            Ok(())
        })
        .await?;
        Ok(no_content())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named_by_arn_or_by_invocation() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
        let invocation = format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        );
        assert_eq!(function_in(arn), Some(arn));
        assert_eq!(function_in(&invocation), Some(arn));
        for wrong in [
            "",
            "f",
            "https://example.org",
            "arn:aws:sqs:us-east-1:123456789012:q",
        ] {
            assert_eq!(function_in(wrong), None, "{wrong}");
        }
    }
}
