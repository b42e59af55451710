//! What a function may use.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use cloud::Limits;
use serde_json::json;

use super::setup::{FunctionCloud, Gate, Settings};
use crate::harness::refusal;

#[tokio::test(flavor = "multi_thread")]
async fn more_environments_than_the_limit_are_throttled() {
    let cloud = FunctionCloud::open(|config| {
        config.limits = Limits {
            execution_environments: 2,
        };
    })
    .await;
    cloud.address.function(Settings::default()).await;
    let gate = Gate::open().await;
    let meet = json!({ "op": "meet", "gate": gate.address });
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let (address, event) = (cloud.address.clone(), meet.clone());
            tokio::spawn(async move { address.ask(event).await })
        })
        .collect();
    let visitors = [gate.visitor().await, gate.visitor().await];

    let third = cloud.address.lambda().invoke().function_name("f");
    let throttled = third.payload(Blob::new(meet.to_string())).send().await;
    let raw = throttled.as_ref().unwrap_err().raw_response().unwrap();
    assert_eq!(raw.status().as_u16(), 429);
    assert_eq!(refusal(throttled).0, "TooManyRequestsException");

    for visitor in visitors {
        visitor.answer("done").await;
    }
    for invocation in busy {
        assert_eq!(invocation.await.unwrap(), "done");
    }
    cloud.address.ask(json!({ "op": "echo" })).await;
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asynchronous_events_wait_for_an_environment() {
    let cloud = FunctionCloud::open(|config| {
        config.limits = Limits {
            execution_environments: 1,
        };
    })
    .await;
    cloud.address.function(Settings::default()).await;
    let gate = Gate::open().await;
    let meet = json!({ "op": "meet", "gate": gate.address });
    for _ in 0..2 {
        let call = cloud.address.lambda().invoke().function_name("f");
        let call = call.invocation_type(InvocationType::Event);
        call.payload(Blob::new(meet.to_string()))
            .send()
            .await
            .unwrap();
    }
    let first = gate.visitor().await;
    let first_name = first.name.clone();
    first.answer("done").await;
    let second = gate.visitor().await;
    assert_ne!(second.name, first_name);
    second.answer("done").await;
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_has_a_limit() {
    let cloud = FunctionCloud::start().await;
    let settings = Settings {
        memory: 128,
        ..Settings::default()
    };
    cloud.address.function(settings).await;
    let bytes = 512 * 1024 * 1024;
    let (answer, failed) = cloud
        .address
        .invoke(json!({ "op": "allocate", "bytes": bytes }))
        .await;
    assert!(failed, "{answer}");
    assert_eq!(answer["errorType"], "Runtime.ExitError");
    let message = answer["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("signal: killed"), "{message}");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ephemeral_storage_has_a_limit() {
    let cloud = FunctionCloud::start().await;
    let settings = Settings {
        memory: 2048,
        ..Settings::default()
    };
    cloud.address.function(settings).await;
    let fits = json!({ "op": "write", "path": "/tmp/small" });
    assert_eq!(cloud.address.ask(fits).await, json!(null));
    let bytes = 600_u64 * 1024 * 1024;
    let (answer, failed) = cloud
        .address
        .invoke(json!({ "op": "fill", "bytes": bytes }))
        .await;
    assert!(failed, "{answer}");
    let message = answer["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with("/tmp holds more than its 512 MB of ephemeral storage"),
        "{message}"
    );
    cloud.end().await;
}
