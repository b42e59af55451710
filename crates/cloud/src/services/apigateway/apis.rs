//! CreateApi, GetApi, GetApis, DeleteApi.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ApiGateway;
use super::api::{Api, ApiRoute, Authorization, DEFAULT_STAGE, Stage};
use super::call::{Call, answer, existing, list, no_content, short_id};
use super::fault::{bad_request, no_such_api};
use super::integrations::IntegrationMembers;
use super::route_key::RouteKey;
use super::table;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::clock::iso8601;
use crate::response::Response;
use crate::state::ChangeError;

/// An API to be.
#[derive(Debug)]
pub(super) struct CreateApi(pub(super) ApiMembers);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiMembers {
    name: String,
    protocol_type: String,
    description: Option<String>,
    /// A function that every request, or those of `route_key`, go to.
    target: Option<String>,
    route_key: Option<RouteKey>,
    credentials_arn: Option<String>,
    cors_configuration: Option<Value>,
    #[serde(default)]
    disable_execute_api_endpoint: bool,
    #[serde(default)]
    tags: serde_json::Map<String, Value>,
}

impl ApiMembers {
    fn check(&self) -> Result<(), ApiError> {
        if self.protocol_type != "HTTP" {
            return Err(bad_request("this cloud has HTTP APIs alone"));
        }
        let lacking = [
            (self.cors_configuration.is_some(), "CORS of HTTP APIs"),
            (!self.tags.is_empty(), "tags of APIs"),
            (
                self.disable_execute_api_endpoint,
                "custom domains of APIs, so no API without its endpoint",
            ),
            (
                self.credentials_arn.is_some(),
                "roles of API Gateway: functions are invoked by their own policies",
            ),
        ];
        match lacking.iter().find(|(asked, _)| *asked) {
            Some((_, what)) => Err(bad_request(format!("this cloud has no {what}"))),
            None => Ok(()),
        }
    }
}

impl Operation for CreateApi {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "CreateApi";
    const READ_ONLY: bool = false;
}

impl Call for CreateApi {
    fn path(&self) -> String {
        "/apis".to_owned()
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (CreateApi(members), permit) = call.into_parts();
        members.check()?;
        let now = gateway.clock.now();
        let mut api = Api {
            region: permit.request().region().to_string(),
            id: short_id(10),
            name: members.name,
            description: members.description,
            created_at: now,
            integrations: Vec::new(),
            routes: Vec::new(),
            stages: Vec::new(),
        };
        if let Some(target) = members.target {
            let integration = IntegrationMembers::of_function(target).integration()?;
            api.routes.push(ApiRoute {
                route_id: short_id(7),
                route_key: members.route_key.unwrap_or(RouteKey::Default),
                target: Some(format!("integrations/{}", integration.integration_id)),
                authorization_type: Authorization::Open,
                api_key_required: false,
            });
            api.integrations.push(integration);
            api.stages.push(Stage {
                stage_name: DEFAULT_STAGE.to_owned(),
                auto_deploy: true,
                created_date: now,
                last_updated_date: now,
                description: None,
                stage_variables: std::collections::BTreeMap::new(),
            });
        }
        let shown = shown(gateway, &api);
        let change = gateway.state.change(&permit, move |change| {
            Ok::<_, ChangeError<ApiError>>(table::put_api(change, &api)?)
        });
        change.await?;
        answer(StatusCode::CREATED, &shown)
    }
}

/// An API.
#[derive(Debug)]
pub(super) struct GetApi(pub(super) String);

impl Operation for GetApi {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "GetApi";
    const READ_ONLY: bool = true;
}

impl Call for GetApi {
    fn path(&self) -> String {
        format!("/apis/{}", self.0)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let api = existing(gateway, call.permit(), &call.0)?;
        answer(StatusCode::OK, &shown(gateway, &api))
    }
}

/// The APIs of a region.
#[derive(Debug)]
pub(super) struct GetApis;

impl Operation for GetApis {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "GetApis";
    const READ_ONLY: bool = true;
}

impl Call for GetApis {
    fn path(&self) -> String {
        "/apis".to_owned()
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let region = call.permit().request().region().as_str();
        let apis = table::apis(&gateway.state)?;
        let here = apis.iter().filter(|api| api.region == region);
        let shown: Vec<Value> = here.map(|api| shown(gateway, api)).collect();
        list(&shown)
    }
}

/// An API that goes, with all its parts.
#[derive(Debug)]
pub(super) struct DeleteApi(pub(super) String);

impl Operation for DeleteApi {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "DeleteApi";
    const READ_ONLY: bool = false;
}

impl Call for DeleteApi {
    fn path(&self) -> String {
        format!("/apis/{}", self.0)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (DeleteApi(id), permit) = call.into_parts();
        let region = permit.request().region().to_string();
        let absent = no_such_api(gateway.account, &id);
        let change = gateway.state.change(&permit, move |change| {
            if table::remove_api(change, &region, &id)? {
                Ok(())
            } else {
                Err(ChangeError::Refused(absent.clone()))
            }
        });
        change.await?;
        Ok(no_content())
    }
}

fn shown(gateway: &ApiGateway, api: &Api) -> Value {
    let mut shown = json!({
        "apiId": api.id,
        "apiEndpoint": gateway.endpoint_of(api),
        "name": api.name,
        "protocolType": "HTTP",
        "routeSelectionExpression": "$request.method $request.path",
        "apiKeySelectionExpression": "$request.header.x-api-key",
        "createdDate": iso8601(api.created_at),
        "disableExecuteApiEndpoint": false,
    });
    if let Some(description) = &api.description {
        shown["description"] = json!(description);
    }
    shown
}
