//! The instance metadata service, version 2: every read needs a token, and a token needs a `PUT` that no proxy passed
//! on.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::json;

use super::credentials::Lending;
use super::token::Tokens;
use crate::clock::iso8601;
use crate::cloud::AskError;
use crate::services::Lent;

const TTL: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
const TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");

/// Six hours.
const LONGEST_TTL: u32 = 21_600;

#[derive(Clone)]
struct Instance {
    lending: Lending,
    tokens: Tokens,
}

pub(super) fn router(lending: Lending) -> Router {
    let instance = Instance {
        lending,
        tokens: Tokens::new(),
    };
    let data = Router::new()
        .route("/meta-data/iam/security-credentials/", get(role_name))
        .route("/meta-data/iam/security-credentials", get(role_name))
        .route(
            "/meta-data/iam/security-credentials/{role}",
            get(credentials),
        )
        .route("/meta-data/iam/info", get(profile))
        .route("/meta-data/instance-id", get(id))
        .route("/meta-data/placement/region", get(region))
        .route("/dynamic/instance-identity/document", get(identity))
        .route_layer(axum::middleware::from_fn_with_state(
            instance.clone(),
            with_token,
        ));
    Router::new()
        .route("/latest/api/token", put(token))
        .nest("/latest", data)
        .with_state(instance)
}

/// Gives a token, for 1 second to 6 hours.
async fn token(State(instance): State<Instance>, headers: HeaderMap) -> Response {
    // A request that came through a proxy comes from elsewhere.
    if headers.contains_key("x-forwarded-for") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let ttl = headers.get(TTL).and_then(|value| value.to_str().ok());
    let ttl = ttl.and_then(|text| text.parse::<u32>().ok());
    match ttl {
        Some(ttl @ 1..=LONGEST_TTL) => {
            let token = instance.tokens.issue(Timestamp::now(), ttl);
            ([(TTL, ttl.to_string())], token).into_response()
        }
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Refuses what comes without a valid token, as version 1 did.
async fn with_token(
    State(instance): State<Instance>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let token = request.headers().get(TOKEN);
    let token = token.and_then(|value| value.to_str().ok());
    if token.is_some_and(|token| instance.tokens.is_valid(token, Timestamp::now())) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

async fn role_name(State(instance): State<Instance>) -> Response {
    match instance.lending.lend().await {
        Ok(lent) => name_of(&lent).to_owned().into_response(),
        Err(error) => unavailable(&error),
    }
}

async fn credentials(State(instance): State<Instance>, Path(role): Path<String>) -> Response {
    match instance.lending.lend().await {
        Ok(lent) if name_of(&lent) == role => Json(json!({
            "Code": "Success",
            "LastUpdated": iso8601(lent.issued_at),
            "Type": "AWS-HMAC",
            "AccessKeyId": lent.access_key_id,
            "SecretAccessKey": lent.secret_access_key,
            "Token": lent.session_token,
            "Expiration": iso8601(lent.expires_at),
        }))
        .into_response(),
        Ok(_) => StatusCode::NOT_FOUND.into_response(),
        // As the service words it where the trust policy has changed.
        Err(error @ AskError::Refused { .. }) => Json(json!({
            "Code": "AssumeRoleUnauthorizedAccess",
            "Message": error.to_string(),
            "LastUpdated": iso8601(Timestamp::now()),
        }))
        .into_response(),
        Err(error) => unavailable(&error),
    }
}

async fn profile(State(instance): State<Instance>) -> Response {
    match instance.lending.lend().await {
        Ok(lent) => Json(json!({
            "Code": "Success",
            "LastUpdated": iso8601(lent.issued_at),
            "InstanceProfileArn": lent.profile_arn,
        }))
        .into_response(),
        Err(error) => unavailable(&error),
    }
}

async fn id(State(instance): State<Instance>) -> String {
    instance.lending.id().to_owned()
}

async fn region(State(instance): State<Instance>) -> String {
    instance.lending.region().to_owned()
}

async fn identity(State(instance): State<Instance>) -> Response {
    match instance.lending.lend().await {
        Ok(lent) => Json(json!({
            "accountId": lent.role_arn.split(':').nth(4),
            "instanceId": instance.lending.id(),
            "region": instance.lending.region(),
            "version": "2017-09-30",
        }))
        .into_response(),
        Err(error) => unavailable(&error),
    }
}

fn name_of(lent: &Lent) -> &str {
    lent.role_arn.rsplit('/').next().unwrap_or_default()
}

fn unavailable(error: &AskError) -> Response {
    tracing::warn!(%error, "the metadata endpoint has nothing to give");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
