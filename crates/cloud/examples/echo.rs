//! A function built on AWS's own runtime crate, for the test that it runs unchanged.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Value>| {
        Ok::<_, Error>(json!({
            "event": event.payload,
            "id": event.context.request_id,
            "arn": event.context.invoked_function_arn,
        }))
    }))
    .await
}
