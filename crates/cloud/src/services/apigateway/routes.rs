//! CreateRoute, GetRoute, GetRoutes, DeleteRoute.

use http::StatusCode;
use serde::Deserialize;

use super::ApiGateway;
use super::api::{ApiRoute, Authorization};
use super::call::{Call, answer, change_api, existing, list, no_content, short_id};
use super::fault::{bad_request, conflict, no_such};
use super::route_key::{InvalidRouteKey, RouteKey};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::response::Response;

/// A route to be.
#[derive(Debug)]
pub(super) struct CreateRoute {
    pub(super) api: String,
    pub(super) members: RouteMembers,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RouteMembers {
    route_key: String,
    target: Option<String>,
    authorization_type: Option<String>,
    #[serde(default)]
    api_key_required: bool,
}

impl RouteMembers {
    fn route(self) -> Result<ApiRoute, ApiError> {
        let key: Result<RouteKey, InvalidRouteKey> = self.route_key.parse();
        let authorization_type = match self.authorization_type.as_deref() {
            None | Some("NONE") => Authorization::Open,
            Some("AWS_IAM") => Authorization::Iam,
            Some(other) => {
                return Err(bad_request(format!(
                    "this cloud has no authorizers: a route's authorization is NONE or AWS_IAM, \
                     not {other}"
                )));
            }
        };
        if self.api_key_required {
            return Err(bad_request("HTTP APIs have no API keys"));
        }
        Ok(ApiRoute {
            route_id: short_id(7),
            route_key: key.map_err(|error| bad_request(error.to_string()))?,
            target: self.target,
            authorization_type,
            api_key_required: false,
        })
    }
}

impl Operation for CreateRoute {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "CreateRoute";
    const READ_ONLY: bool = false;
}

impl Call for CreateRoute {
    fn path(&self) -> String {
        format!("/apis/{}/routes", self.api)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let route = call.members.route()?;
        let shown = route.clone();
        change_api(gateway, &permit, &call.api, move |api| {
            let mut routes = api.routes.iter();
            if routes.any(|there| there.route_key == route.route_key) {
                return Err(conflict(format!(
                    "Route with key {} already exists for this API",
                    route.route_key
                )));
            }
            if route.target.is_some() && api.integration_of(&route).is_none() {
                return Err(bad_request(
                    "The target of a route must be an integration of its API: integrations/ID",
                ));
            }
            api.routes.push(route.clone());
            Ok(())
        })
        .await?;
        answer(StatusCode::CREATED, &shown)
    }
}

/// A route.
#[derive(Debug)]
pub(super) struct GetRoute {
    pub(super) api: String,
    pub(super) id: String,
}

impl Operation for GetRoute {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "GetRoute";
    const READ_ONLY: bool = true;
}

impl Call for GetRoute {
    fn path(&self) -> String {
        format!("/apis/{}/routes/{}", self.api, self.id)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let api = existing(gateway, call.permit(), &call.api)?;
        let found = api.routes.iter().find(|route| route.route_id == call.id);
        answer(
            StatusCode::OK,
            found.ok_or_else(|| no_such("Route", &call.id))?,
        )
    }
}

/// The routes of an API.
#[derive(Debug)]
pub(super) struct GetRoutes(pub(super) String);

impl Operation for GetRoutes {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "GetRoutes";
    const READ_ONLY: bool = true;
}

impl Call for GetRoutes {
    fn path(&self) -> String {
        format!("/apis/{}/routes", self.0)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        list(&existing(gateway, call.permit(), &call.0)?.routes)
    }
}

/// A route that goes.
#[derive(Debug)]
pub(super) struct DeleteRoute {
    pub(super) api: String,
    pub(super) id: String,
}

impl Operation for DeleteRoute {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "DeleteRoute";
    const READ_ONLY: bool = false;
}

impl Call for DeleteRoute {
    fn path(&self) -> String {
        format!("/apis/{}/routes/{}", self.api, self.id)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (DeleteRoute { api, id }, permit) = call.into_parts();
        change_api(gateway, &permit, &api, move |api| {
            let before = api.routes.len();
            api.routes.retain(|route| route.route_id != id);
            if api.routes.len() == before {
                return Err(no_such("Route", &id));
            }
            Ok(())
        })
        .await?;
        Ok(no_content())
    }
}
