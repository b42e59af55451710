//! Events that nobody waits for.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::{Value, json};

use super::setup::{Address, FunctionCloud, Gate, Served, Settings};
use crate::harness::refusal;

async fn enqueue(address: &Address, event: &Value) -> String {
    let call = address.lambda().invoke().function_name("f");
    let call = call.invocation_type(InvocationType::Event);
    let accepted = call
        .payload(Blob::new(event.to_string()))
        .send()
        .await
        .unwrap();
    assert_eq!(accepted.status_code, 202);
    use aws_sdk_lambda::operation::RequestId;
    accepted.request_id().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_delivered_under_the_id_of_its_request() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let gate = Gate::open().await;
    let event = json!({ "op": "meet", "gate": gate.address });
    let id = enqueue(&cloud.address, &event).await;
    let visitor = gate.visitor().await;
    assert_eq!(visitor.name, id);
    visitor.answer("done").await;
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asynchronous_events_are_smaller() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let event = json!({ "padding": "x".repeat(1024 * 1024) }).to_string();
    let call = cloud.address.lambda().invoke().function_name("f");
    let call = call.invocation_type(InvocationType::Event);
    let (code, _) = refusal(call.payload(Blob::new(event)).send().await);
    assert_eq!(code, "RequestTooLargeException");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_outlives_a_cloud_that_is_killed() {
    let state = tempfile::tempdir().unwrap();
    let gate = Gate::open().await;
    let mut first = Served::start(state.path()).await;
    first.address.function(Settings::default()).await;
    let event = json!({ "op": "meet", "gate": gate.address });
    let id = enqueue(&first.address, &event).await;
    let visitor = gate.visitor().await;
    assert_eq!(visitor.name, id);

    first.process.kill().await.unwrap();
    // The function ends with the cloud, whose killer asked nobody.
    visitor.gone().await;

    let mut second = Served::start(state.path()).await;
    let visitor = gate.visitor().await;
    assert_eq!(visitor.name, id);
    visitor.answer("done").await;
    // An answer comes after the event has left the queue only if the function is free again.
    second.address.ask(json!({ "op": "echo" })).await;
    drop(second.process.stdin.take());
    second.process.wait().await.unwrap();
}
