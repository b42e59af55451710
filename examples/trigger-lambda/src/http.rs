//! Requests of the HTTP API: a job in, the id of its render out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::{Client, InvokeError, StartError};
use serde_json::{Value, json};

use crate::event::HttpRequest;
use crate::job::Job;

/// Starts a render; the response that API Gateway is to give.
///
/// 202 with the render's id, 400 for what is no job, 503 where the account has no room for another
/// invocation, 502 where the render function did not take it.
pub(crate) async fn answer(client: &Client, request: &HttpRequest) -> Value {
    let body = request.body.as_deref().unwrap_or_default();
    let text = if request.is_base64_encoded {
        match STANDARD.decode(body) {
            Ok(bytes) => bytes,
            Err(error) => return refusal(400, &error),
        }
    } else {
        body.as_bytes().to_vec()
    };
    let job = match Job::read(&text) {
        Ok(job) => job,
        Err(error) => return refusal(400, &error),
    };
    match client.start(&job).await {
        Ok(render) => response(
            202,
            &json!({
                "renderId": render.id().to_string(),
                "bucketName": client.installation().bucket.as_str(),
            }),
        ),
        Err(error) => {
            tracing::error!(
                error = &error as &(dyn std::error::Error + 'static),
                "no render"
            );
            refusal(status(&error), &error)
        }
    }
}

/// The status of a render that could not be started.
fn status(error: &StartError) -> u16 {
    match error {
        StartError::Invoke(InvokeError::Throttled) => 503,
        _ => 502,
    }
}

fn refusal(status: u16, error: &dyn std::error::Error) -> Value {
    response(status, &json!({ "message": error.to_string() }))
}

fn response(status: u16, body: &Value) -> Value {
    json!({
        "statusCode": status,
        "headers": { "content-type": "application/json" },
        "body": body.to_string(),
    })
}
