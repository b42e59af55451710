//! How functions run and end.

use aws_sdk_lambda::types::{InvocationType, LogType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::setup::{FunctionCloud, Gate, Settings, pack};
use crate::harness::refusal;

#[tokio::test(flavor = "multi_thread")]
async fn a_function_answers_and_its_environment_is_used_again() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    for served in 1..=3 {
        let answer = cloud
            .address
            .ask(json!({ "op": "echo", "text": "ä" }))
            .await;
        assert_eq!(answer["event"], json!({ "op": "echo", "text": "ä" }));
        assert_eq!(answer["served"], served);
    }
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_is_the_documented_one() {
    let cloud = FunctionCloud::start().await;
    let variables = [("GREETING".to_owned(), "hello".to_owned())].into();
    let settings = Settings {
        variables,
        ..Settings::default()
    };
    cloud.address.function(settings).await;
    let environment = cloud.address.ask(json!({ "op": "environment" })).await;
    let expected = [
        ("AWS_ENDPOINT_URL", cloud.address.endpoint.as_str()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"),
        ("AWS_REGION", "us-east-1"),
        ("GREETING", "hello"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("_HANDLER", "h"),
    ];
    for (name, value) in expected {
        assert_eq!(environment[name], value, "{name}");
    }
    let key = environment["AWS_ACCESS_KEY_ID"].as_str().unwrap();
    assert!(key.starts_with("ASIA"), "{key}");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_exits_is_an_error_and_the_next_runs_anew() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let (answer, failed) = cloud
        .address
        .invoke(json!({ "op": "exit", "status": 7 }))
        .await;
    assert!(failed);
    assert_eq!(answer["errorType"], "Runtime.ExitError");
    let message = answer["errorMessage"].as_str().unwrap();
    assert!(
        message.starts_with("RequestId: ")
            && message.ends_with(" Error: Runtime exited with error: exit status 7"),
        "{message}"
    );
    assert_eq!(
        cloud.address.ask(json!({ "op": "echo" })).await["served"],
        1
    );
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_takes_too_long_is_killed_with_all_it_started() {
    let cloud = FunctionCloud::start().await;
    let settings = Settings {
        timeout: 1,
        ..Settings::default()
    };
    cloud.address.function(settings).await;
    let gate = Gate::open().await;
    cloud
        .address
        .ask(json!({ "op": "descend", "gate": gate.address }))
        .await;
    let descendant = gate.visitor().await;
    let (answer, failed) = cloud.address.invoke(json!({ "op": "sleep" })).await;
    assert!(failed);
    assert_eq!(answer["errorType"], "Sandbox.Timedout");
    let message = answer["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with(" Error: Task timed out after 1.00 seconds"),
        "{message}"
    );
    descendant.gone().await;
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_when_the_cloud_ends() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let gate = Gate::open().await;
    cloud
        .address
        .ask(json!({ "op": "descend", "gate": gate.address }))
        .await;
    let descendant = gate.visitor().await;
    cloud.end().await;
    descendant.gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_functions_are_payloads() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let (answer, failed) = cloud
        .address
        .invoke(json!({ "op": "fail", "message": "as asked" }))
        .await;
    assert!(failed);
    assert_eq!(
        answer,
        json!({ "errorType": "Asked", "errorMessage": "as asked" })
    );
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_cannot_initialise_says_why() {
    let cloud = FunctionCloud::start().await;
    let variables = [("FAIL_TO_INITIALISE".to_owned(), "1".to_owned())].into();
    let settings = Settings {
        variables,
        ..Settings::default()
    };
    cloud.address.function(settings).await;
    let (answer, failed) = cloud.address.invoke(json!({})).await;
    assert!(failed);
    assert_eq!(answer["errorType"], "Runtime.NoMood");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_without_bootstrap_has_no_entry_point() {
    let cloud = FunctionCloud::start().await;
    let settings = Settings {
        zip: pack(&[("something", b"else", 0o755)]),
        ..Settings::default()
    };
    cloud.address.function(settings).await;
    let (answer, failed) = cloud.address.invoke(json!({})).await;
    assert!(failed);
    assert_eq!(answer["errorType"], "Runtime.InvalidEntrypoint");
    let message = answer["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"),
        "{message}"
    );
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn buffered_responses_have_a_limit() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let limit = 6 * 1024 * 1024 + 100;
    let fits = cloud.address.lambda().invoke().function_name("f");
    let event = json!({ "op": "large", "bytes": limit }).to_string();
    let fits = fits.payload(aws_sdk_lambda::primitives::Blob::new(event));
    let payload = fits.send().await.unwrap().payload.unwrap().into_inner();
    assert_eq!(payload.len(), limit);
    let (answer, failed) = cloud
        .address
        .invoke(json!({ "op": "large", "bytes": limit + 1 }))
        .await;
    assert!(failed);
    assert_eq!(answer["errorType"], "Function.ResponseSizeTooLarge");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_log_comes_with_the_answer() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let event = json!({ "op": "say", "lines": ["one", "two"] }).to_string();
    let answered = cloud
        .address
        .lambda()
        .invoke()
        .function_name("f")
        .log_type(LogType::Tail)
        .payload(aws_sdk_lambda::primitives::Blob::new(event))
        .send()
        .await
        .unwrap();
    let tail = STANDARD.decode(answered.log_result.unwrap()).unwrap();
    let tail = String::from_utf8(tail).unwrap();
    let lines: Vec<&str> = tail.lines().collect();
    assert!(lines[0].starts_with("START RequestId: "), "{tail}");
    assert_eq!(lines[1..3], ["one", "two"]);
    assert!(lines[3].starts_with("END RequestId: "), "{tail}");
    assert!(lines[4].starts_with("REPORT RequestId: "), "{tail}");
    assert!(lines[4].contains("\tInit Duration: "), "{tail}");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_decides_and_runs_nothing() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let dry = |name: &str| {
        let call = cloud.address.lambda().invoke().function_name(name);
        call.invocation_type(InvocationType::DryRun).send()
    };
    assert_eq!(dry("f").await.unwrap().status_code, 204);
    let (code, message) = refusal(dry("g").await);
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(
        message,
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:g"
    );
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_json() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let call = cloud.address.lambda().invoke().function_name("f");
    let refused = call
        .payload(aws_sdk_lambda::primitives::Blob::new("{no"))
        .send()
        .await;
    let (code, message) = refusal(refused);
    assert_eq!(code, "InvalidRequestContentException");
    assert!(
        message.starts_with("Could not parse request body into json: "),
        "{message}"
    );
    cloud.end().await;
}
