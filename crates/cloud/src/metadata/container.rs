//! The credentials endpoint of containers: one address, good with one token.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::credentials::Lending;
use crate::clock::iso8601;

#[derive(Clone)]
struct Container {
    lending: Lending,
    token: String,
}

pub(super) fn router(lending: Lending, path: &str, token: String) -> Router {
    Router::new()
        .route(path, get(credentials))
        .with_state(Container { lending, token })
}

async fn credentials(State(container): State<Container>, headers: HeaderMap) -> Response {
    let token = headers.get(header::AUTHORIZATION);
    let token = token.map_or(&b""[..], |value| value.as_bytes());
    if !bool::from(token.ct_eq(container.token.as_bytes())) {
        let refusal = json!({ "code": "AccessDenied", "message": "the token is not this task's" });
        return (StatusCode::UNAUTHORIZED, Json(refusal)).into_response();
    }
    match container.lending.lend().await {
        Ok(lent) => Json(json!({
            "RoleArn": lent.role_arn,
            "AccessKeyId": lent.access_key_id,
            "SecretAccessKey": lent.secret_access_key,
            "Token": lent.session_token,
            "Expiration": iso8601(lent.expires_at),
        }))
        .into_response(),
        Err(error) => {
            tracing::warn!(%error, "the credentials endpoint has nothing to give");
            let problem = json!({ "code": "InternalServerError", "message": error.to_string() });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(problem)).into_response()
        }
    }
}
