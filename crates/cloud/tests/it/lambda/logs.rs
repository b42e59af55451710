//! The logs of functions.

use aws_sdk_cloudwatchlogs::types::OutputLogEvent;
use serde_json::json;

use super::setup::{Address, FunctionCloud, PATIENCE, Settings};
use crate::harness::refusal;

async fn streams(address: &Address) -> Vec<String> {
    let described = address
        .logs()
        .describe_log_streams()
        .log_group_name("/aws/lambda/f")
        .send()
        .await
        .unwrap();
    let streams = described.log_streams.unwrap_or_default();
    streams
        .into_iter()
        .map(|stream| stream.log_stream_name.unwrap())
        .collect()
}

async fn events(address: &Address, stream: &str) -> Vec<OutputLogEvent> {
    let read = address
        .logs()
        .get_log_events()
        .log_group_name("/aws/lambda/f")
        .log_stream_name(stream)
        .start_from_head(true)
        .send()
        .await
        .unwrap();
    read.events.unwrap_or_default()
}

/// Waits until a line that begins so is in the log of `f`.
async fn line(address: &Address, beginning: &str) -> String {
    let found = async { search(address, beginning).await };
    tokio::time::timeout(PATIENCE, found)
        .await
        .expect("no such line")
}

async fn search(address: &Address, beginning: &str) -> String {
    loop {
        let filtered = address
            .logs()
            .filter_log_events()
            .log_group_name("/aws/lambda/f")
            .filter_pattern(format!("\"{beginning}\""))
            .send()
            .await;
        let found = filtered
            .ok()
            .and_then(|found| found.events?.into_iter().next());
        if let Some(event) = found {
            return event.message.unwrap();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_function_writes_is_in_its_log_group() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let event = json!({ "op": "say", "lines": ["first", "second"] });
    cloud.address.ask(event).await;
    let report = line(&cloud.address, "REPORT RequestId").await;
    assert!(report.contains("\tMemory Size: 256 MB\t"), "{report}");
    assert!(report.contains("\tMemory Measured By: "), "{report}");

    let streams = streams(&cloud.address).await;
    let [stream] = streams.as_slice() else {
        panic!("{streams:?}");
    };
    assert!(stream.contains("/[$LATEST]"), "{stream}");
    let messages: Vec<String> = events(&cloud.address, stream)
        .await
        .into_iter()
        .map(|event| event.message.unwrap())
        .collect();
    let beginnings: Vec<&str> = messages
        .iter()
        .map(|message| message.split(':').next().unwrap().trim_end())
        .collect();
    assert_eq!(
        beginnings,
        [
            "INIT_START Runtime Version",
            "START RequestId",
            "first",
            "second",
            "END RequestId",
            "REPORT RequestId"
        ]
    );
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_log_has_no_logs() {
    let cloud = FunctionCloud::start().await;
    let nothing = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    let role = cloud.address.role("silent", nothing).await;
    cloud
        .address
        .function_with_role("f", &role, Settings::default())
        .await;
    cloud
        .address
        .ask(json!({ "op": "say", "lines": ["unheard"] }))
        .await;
    let read = cloud
        .address
        .logs()
        .describe_log_streams()
        .log_group_name("/aws/lambda/f");
    let (code, message) = refusal(read.send().await);
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(message, "The specified log group does not exist.");
    cloud.end().await;
}
