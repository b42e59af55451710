//! Requests to the APIs themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use iam::AccountId;
use iam::calls::Slot;
use serde_json::json;

use super::api::{Api, ApiRoute, Authorization};
use super::event::Routed;
use super::reply::response;
use super::table;
use crate::api_address::ApiAddress;
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorizer, Operation, Particulars};
use crate::body::VerifiedBody;
use crate::events::Failure;
use crate::response::{Response, document, set_header};
use crate::services::Serve;
use crate::services::lambda::{Lambda, NotAnswered, ServiceInvocation};
use crate::state::{State, StateError};

/// The largest body of a request.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// Who invokes the functions.
const SERVICE: &str = "apigateway.amazonaws.com";

/// The APIs.
#[derive(Debug)]
pub(crate) struct ExecuteApi {
    pub(crate) state: State,
    pub(crate) account: AccountId,
    pub(crate) authorizer: Authorizer,
    pub(crate) lambda: Lambda,
}

/// A request to an API. Who may is asked where its route says so.
#[derive(Debug)]
struct Invoke;

impl Operation for Invoke {
    const SERVICE: &'static str = "execute-api";
    const NAME: &'static str = "Invoke";
    const READ_ONLY: bool = false;
}

/// Why an API does not answer what its function says.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("no API, stage or route takes the request")]
    NotFound,
    #[error("{0}")]
    Forbidden(String),
    #[error("the body is larger than {MAX_BODY} bytes")]
    TooLarge,
    #[error("{0}")]
    Unreadable(String),
    #[error("the function has no answer")]
    NotAnswered(#[from] NotAnswered),
    #[error("the function's answer is no response of payload format 2.0")]
    NoResponse,
    #[error(transparent)]
    State(#[from] StateError),
}

impl Refusal {
    /// What the client is told, which is little.
    fn told(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "Forbidden"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Self::Unreadable(_) => (StatusCode::BAD_REQUEST, "Bad Request"),
            Self::NotAnswered(NotAnswered::TooLate(_) | NotAnswered::Unavailable) => {
                (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
            Self::NotAnswered(_) | Self::NoResponse | Self::State(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
        }
    }

    /// What the event history is told, and the log where it is the cloud's own fault.
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NotFound",
            Self::Forbidden(_) | Self::NotAnswered(NotAnswered::Denied(_)) => "AccessDenied",
            Self::TooLarge => "RequestTooLarge",
            Self::Unreadable(_) => "BadRequest",
            Self::NotAnswered(NotAnswered::TooLate(_)) => "IntegrationTimeout",
            Self::NotAnswered(_) | Self::NoResponse => "IntegrationFailure",
            Self::State(error) => {
                tracing::error!(%error, "an API cannot be read");
                "InternalFailure"
            }
        }
    }
}

impl Serve for ExecuteApi {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        request.trail().operation(Invoke::NAME, Invoke::READ_ONLY);
        let mut response = match self.answer(&request, body).await {
            Ok(response) => response,
            Err(refusal) => {
                let (status, message) = refusal.told();
                let cause = std::error::Error::source(&refusal).map(ToString::to_string);
                request.trail().failed(Failure {
                    status: status.as_u16(),
                    code: refusal.code().to_owned(),
                    message: cause.unwrap_or_else(|| refusal.to_string()),
                });
                let body = json!({ "message": message }).to_string();
                document(status, "application/json", body)
            }
        };
        let id = request.request_id().to_string();
        set_header(&mut response, "apigw-requestid", &id);
        Ok(response)
    }
}

impl ExecuteApi {
    async fn answer(
        &self,
        request: &Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, Refusal> {
        let head = request.head();
        let address = ApiAddress::of(head).ok_or(Refusal::NotFound)?;
        let apis = table::apis(&self.state)?;
        let mut apis = apis.iter();
        let api = apis.find(|api| api.id == address.id);
        let api = api.ok_or(Refusal::NotFound)?;
        let (stage, path) = api.stage_of(address.path).ok_or(Refusal::NotFound)?;
        let method = head.method.as_str();
        let (route, parameters) = route_of(api, method, path).ok_or(Refusal::NotFound)?;
        let in_arn = route.route_key.in_arn(method);
        let resource = format!("{}/{}/{in_arn}", api.id, stage.stage_name);
        if route.authorization_type == Authorization::Iam {
            // What was asked for, not what the route calls it.
            let asked = format!("{}/{}/{method}{path}", api.id, stage.stage_name);
            self.authorize(request, asked)?;
        }
        let integration = api.integration_of(route).ok_or(Refusal::NotFound)?;
        let body = read(body).await?;
        let routed = Routed {
            head,
            caller: request.caller(),
            account: self.account,
            api,
            stage,
            route,
            raw_path: address.path,
            parameters: &parameters,
        };
        let source_arn = format!(
            "arn:aws:execute-api:{}:{}:{resource}",
            api.region, self.account
        );
        let asked = ServiceInvocation {
            service: SERVICE,
            source_arn: &source_arn,
            function_arn: &integration.integration_uri,
            request_id: uuid::Uuid::new_v4().to_string(),
            payload: routed.event(&body).to_string().into(),
            within: Duration::from_millis(integration.timeout_in_millis.into()),
        };
        let answered = self
            .lambda
            .invoke_for_service(request.trail(), asked)
            .await?;
        response(&answered).map_err(|_| Refusal::NoResponse)
    }

    fn authorize(&self, request: &Authenticated, resource: String) -> Result<(), Refusal> {
        let particulars = Particulars::new().name(Slot::ApiMethod, resource);
        let decided = self.authorizer.decide(request, Invoke, &particulars);
        match decided {
            Ok(_) => Ok(()),
            Err(denied) => Err(Refusal::Forbidden(ApiError::from(denied).message)),
        }
    }
}

/// The route that fits best, and the parameters in its path.
fn route_of<'a>(
    api: &'a Api,
    method: &str,
    path: &str,
) -> Option<(&'a ApiRoute, BTreeMap<String, String>)> {
    let fitting = api.routes.iter().filter_map(|route| {
        let (fit, parameters) = route.route_key.fit(method, path)?;
        Some((fit, (route, parameters)))
    });
    let best = fitting.max_by(|left, right| left.0.cmp(&right.0));
    best.map(|(_, found)| found)
}

async fn read(body: VerifiedBody) -> Result<Bytes, Refusal> {
    let too_large = || ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "TooLarge", "");
    let read = body.collect(MAX_BODY, too_large).await;
    read.map_err(|error| match error.status {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        _ => Refusal::Unreadable(error.message),
    })
}
