//! Queues, event source mappings and HTTP APIs, as boto3 and the AWS CLI see them.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use crate::lambda::setup::{Address, FunctionCloud, MAY_LOG, Served, Settings, bootstrap_zip};

/// What the role of a function needs that a queue feeds.
const MAY_POLL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueAttributes"],"Resource":"arn:aws:sqs:us-east-1:123456789012:jobs*"}]}"#;

/// Runs a script of this folder against a cloud; it must succeed.
async fn run(address: &Address, script: &str, arguments: &[&str]) {
    let venv = std::env::var_os("FRAMEWRIGHT_TEST_VENV")
        .expect("FRAMEWRIGHT_TEST_VENV: `cargo xtask test` makes the environment and names it");
    let venv = PathBuf::from(venv);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/triggers");
    let done = Command::new(venv.join("bin/python"))
        .arg("-B")
        .arg(format!("{folder}/{script}.py"))
        .args(arguments)
        .env("AWS_ENDPOINT_URL", &address.endpoint)
        .env("AWS_ACCESS_KEY_ID", address.root.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", address.root.secret_access_key())
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_CLI", venv.join("bin/aws"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(done.status.success(), "{said}");
    let checks = said.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(checks > 0, "nothing was checked: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_are_those_of_sqs() {
    let cloud = FunctionCloud::start().await;
    run(&cloud.address, "queues", &[]).await;
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_are_for_those_whom_policies_let() {
    let cloud = FunctionCloud::start().await;
    run(&cloud.address, "queue_policies", &[]).await;
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_outlive_a_cloud_that_is_killed() {
    let state = tempfile::tempdir().unwrap();
    let mut first = Served::start(state.path()).await;
    run(&first.address, "crash", &["before"]).await;
    first.process.kill().await.unwrap();
    let mut second = Served::start(state.path()).await;
    run(&second.address, "crash", &["after"]).await;
    drop(second.process.stdin.take());
    second.process.wait().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_a_queue_go_to_a_function() {
    let cloud = FunctionCloud::start().await;
    let settings = || Settings {
        timeout: 20,
        ..Settings::default()
    };
    let role = cloud.address.role("polling", MAY_POLL).await;
    cloud
        .address
        .function_with_role("f", &role, settings())
        .await;
    let other = cloud.address.role("other", MAY_LOG).await;
    cloud
        .address
        .function_with_role("g", &other, settings())
        .await;
    run(&cloud.address, "event_sources", &[]).await;
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_an_api_go_to_a_function() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    run(&cloud.address, "http_apis", &[]).await;
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_and_apis_of_another_region_keep_to_it() {
    let cloud = FunctionCloud::start().await;
    let role = cloud.address.role("execution", MAY_LOG).await;
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("function.zip");
    std::fs::write(&zip, bootstrap_zip()).unwrap();
    let arguments = [zip.to_str().unwrap(), role.as_str()];
    run(&cloud.address, "other_region", &arguments).await;
    cloud.end().await;
}
