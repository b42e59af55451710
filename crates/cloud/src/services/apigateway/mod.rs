//! API Gateway: HTTP APIs whose routes go to functions.
//!
//! [`ApiGateway`] is the control plane, [`ExecuteApi`] the APIs themselves. A request to an API is
//! anonymous unless its route asks for IAM; what it leads to is API Gateway's doing, by the right
//! that the function's policy gives `apigateway.amazonaws.com` for the route.

mod api;
mod apis;
mod call;
mod event;
mod execute;
mod fault;
mod integrations;
mod reply;
mod route;
mod route_key;
mod routes;
mod stages;
mod table;

use std::convert::Infallible;
use std::sync::Arc;

use iam::AccountId;

use self::api::Api;
use self::apis::{CreateApi, DeleteApi, GetApi, GetApis};
use self::call::{carry_out, read_json};
pub(crate) use self::execute::ExecuteApi;
use self::integrations::{CreateIntegration, DeleteIntegration, GetIntegration, GetIntegrations};
use self::route::Route;
use self::routes::{CreateRoute, DeleteRoute, GetRoute, GetRoutes};
use self::stages::{CreateStage, DeleteStage, GetStage, GetStages};
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::body::VerifiedBody;
use crate::clock::Clock;
use crate::response::Response;
use crate::services::Serve;
use crate::state::{ChangeError, State, StateError};

/// The control plane of HTTP APIs.
#[derive(Debug)]
pub(crate) struct ApiGateway {
    state: State,
    clock: Arc<dyn Clock>,
    account: AccountId,
    authorizer: Authorizer,
    /// Where the gateway answers, without a scheme: `127.0.0.1:PORT`.
    address: String,
}

impl ApiGateway {
    /// The APIs of a state.
    pub(crate) async fn open(
        state: State,
        clock: Arc<dyn Clock>,
        account: AccountId,
        authorizer: Authorizer,
        endpoint: &str,
    ) -> Result<Self, StateError> {
        let made = state.maintain(|change| Ok(table::make(change)?)).await;
        made.map_err(|error: ChangeError<Infallible>| StateError::from(error))?;
        let address = endpoint.trim_start_matches("http://").to_owned();
        Ok(Self {
            state,
            clock,
            account,
            authorizer,
            address,
        })
    }

    /// Where an API answers.
    fn endpoint_of(&self, api: &Api) -> String {
        let port = self.address.rsplit(':').next().unwrap_or_default();
        let Api { id, region, .. } = api;
        format!("http://{id}.execute-api.{region}.localhost:{port}")
    }
}

impl Serve for ApiGateway {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let request = &request;
        match Route::of(request.head())? {
            Route::CreateApi => {
                let members = read_json::<CreateApi, _>(request, body).await?;
                carry_out(self, request, CreateApi(members)).await
            }
            Route::GetApis => carry_out(self, request, GetApis).await,
            Route::GetApi(api) => carry_out(self, request, GetApi(api)).await,
            Route::DeleteApi(api) => carry_out(self, request, DeleteApi(api)).await,
            Route::CreateIntegration(api) => {
                let members = read_json::<CreateIntegration, _>(request, body).await?;
                carry_out(self, request, CreateIntegration { api, members }).await
            }
            Route::GetIntegrations(api) => carry_out(self, request, GetIntegrations(api)).await,
            Route::GetIntegration(api, id) => {
                carry_out(self, request, GetIntegration { api, id }).await
            }
            Route::DeleteIntegration(api, id) => {
                carry_out(self, request, DeleteIntegration { api, id }).await
            }
            Route::CreateRoute(api) => {
                let members = read_json::<CreateRoute, _>(request, body).await?;
                carry_out(self, request, CreateRoute { api, members }).await
            }
            Route::GetRoutes(api) => carry_out(self, request, GetRoutes(api)).await,
            Route::GetRoute(api, id) => carry_out(self, request, GetRoute { api, id }).await,
            Route::DeleteRoute(api, id) => carry_out(self, request, DeleteRoute { api, id }).await,
            Route::CreateStage(api) => {
                let members = read_json::<CreateStage, _>(request, body).await?;
                carry_out(self, request, CreateStage { api, members }).await
            }
            Route::GetStages(api) => carry_out(self, request, GetStages(api)).await,
            Route::GetStage(api, name) => carry_out(self, request, GetStage { api, name }).await,
            Route::DeleteStage(api, name) => {
                carry_out(self, request, DeleteStage { api, name }).await
            }
        }
    }
}
