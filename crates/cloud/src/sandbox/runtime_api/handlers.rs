//! The HTTP side of the Runtime API.

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::answer::{self, Underway};
use super::{Call, Misstep, Work};

/// The way to the environment's owner.
type Owner = mpsc::UnboundedSender<Call>;

const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";

pub(super) fn router(owner: Owner) -> Router {
    Router::new()
        .route("/2018-06-01/ping", get(async || "pong"))
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(response),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .fallback(absent)
        .with_state(owner)
}

async fn next(State(owner): State<Owner>) -> Result<Response, Misstep> {
    let (reply, work) = oneshot::channel();
    ask(&owner, Call::Next { reply })?;
    let work = work.await.map_err(|_| Misstep::Gone)??;
    Ok(event(work))
}

/// The event as the runtime reads it. What is empty is left out.
fn event(work: Work) -> Response {
    let Work {
        event,
        deadline_unix_ms,
        trace,
    } = work;
    let headers = [
        ("lambda-runtime-aws-request-id", Some(event.request_id)),
        (
            "lambda-runtime-deadline-ms",
            Some(deadline_unix_ms.to_string()),
        ),
        (
            "lambda-runtime-invoked-function-arn",
            Some(event.function_arn),
        ),
        ("lambda-runtime-trace-id", Some(trace)),
        ("lambda-runtime-client-context", event.client_context),
    ];
    let mut response = event.payload.into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    for (name, value) in headers {
        if let Some(value) = value
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    response
}

async fn response(
    State(owner): State<Owner>,
    Path(request_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Misstep> {
    let (underway, sink) = begin(owner, request_id).await?;
    match headers.get(RESPONSE_MODE).map(HeaderValue::as_bytes) {
        None | Some(b"buffered") => answer::buffered(body, sink, underway).await?,
        Some(b"streaming") => answer::streaming(body, sink, underway).await?,
        Some(_) => answer::of_unknown_mode(underway),
    }
    Ok(accepted())
}

async fn error(
    State(owner): State<Owner>,
    Path(request_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Misstep> {
    let (underway, _) = begin(owner, request_id).await?;
    let kind = answer::error_type(headers.get(ERROR_TYPE), "Function.Unknown");
    answer::error(body, kind, underway).await?;
    Ok(accepted())
}

async fn init_error(
    State(owner): State<Owner>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Misstep> {
    let error = super::FunctionError {
        kind: answer::error_type(headers.get(ERROR_TYPE), "Runtime.Unknown"),
        payload: body,
    };
    let (reply, allowed) = oneshot::channel();
    ask(&owner, Call::InitialisationFailed { error, reply })?;
    allowed.await.map_err(|_| Misstep::Gone)??;
    Ok(accepted())
}

/// Extensions, telemetry and whatever else is not built.
async fn absent() -> impl IntoResponse {
    let body = json!({
        "errorMessage": "This Runtime API has no such path",
        "errorType": "NotFound",
    });
    (StatusCode::NOT_FOUND, Json(body))
}

async fn begin(owner: Owner, request_id: String) -> Result<(Underway, super::Sink), Misstep> {
    let (reply, sink) = oneshot::channel();
    let call = Call::Begin {
        request_id: request_id.clone(),
        reply,
    };
    ask(&owner, call)?;
    let sink = sink.await.map_err(|_| Misstep::Gone)??;
    Ok((Underway::new(owner, request_id), sink))
}

fn ask(owner: &Owner, call: Call) -> Result<(), Misstep> {
    owner.send(call).map_err(|_| Misstep::Gone)
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, Json(json!({ "status": "OK" }))).into_response()
}
