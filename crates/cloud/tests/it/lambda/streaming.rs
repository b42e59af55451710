//! Responses that arrive while they are produced.

use aws_sdk_lambda::operation::invoke_with_response_stream::InvokeWithResponseStreamOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvokeWithResponseStreamResponseEvent::{InvokeComplete, PayloadChunk};
use serde_json::{Value, json};

use super::setup::{Address, FunctionCloud, Gate, PATIENCE, Settings};

async fn stream(address: &Address, event: Value) -> InvokeWithResponseStreamOutput {
    let call = address
        .lambda()
        .invoke_with_response_stream()
        .function_name("f");
    call.payload(Blob::new(event.to_string()))
        .send()
        .await
        .unwrap()
}

/// The next piece of a response; nothing after the last.
async fn piece(response: &mut InvokeWithResponseStreamOutput) -> Result<String, Option<String>> {
    let next = tokio::time::timeout(PATIENCE, response.event_stream.recv());
    match next.await.expect("nothing arrives").unwrap() {
        Some(PayloadChunk(chunk)) => {
            Ok(String::from_utf8(chunk.payload.unwrap().into_inner()).unwrap())
        }
        Some(InvokeComplete(complete)) => Err(complete
            .error_code
            .map(|code| format!("{code}: {}", complete.error_details.unwrap_or_default()))),
        other => panic!("unexpected {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_piece_arrives_before_the_next_is_written() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let gate = Gate::open().await;
    let event = json!({ "op": "stream", "pieces": ["one", "two", "three"], "gate": gate.address });
    let mut response = stream(&cloud.address, event).await;
    for expected in ["one", "two", "three"] {
        assert_eq!(piece(&mut response).await.unwrap(), expected);
        // Only now may the function go on.
        gate.visitor().await.answer("go on").await;
    }
    assert_eq!(piece(&mut response).await, Err(None));
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_can_fail_after_its_first_byte() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let event = json!({ "op": "stream", "pieces": ["one"], "fails": true });
    let mut response = stream(&cloud.address, event).await;
    assert_eq!(piece(&mut response).await.unwrap(), "one");
    assert_eq!(
        piece(&mut response).await,
        Err(Some(r#"Unhandled: {"errorMessage":"late"}"#.to_owned()))
    );
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_dies_within_its_answer_is_an_error() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let gate = Gate::open().await;
    let event = json!({ "op": "stream", "pieces": ["one"], "gate": gate.address, "breaks": true });
    let mut response = stream(&cloud.address, event).await;
    assert_eq!(piece(&mut response).await.unwrap(), "one");
    gate.visitor().await.answer("die").await;
    let error = piece(&mut response).await.unwrap_err().unwrap();
    assert!(
        error.contains("Runtime exited with error: exit status 3"),
        "{error}"
    );
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_answer_can_be_read_in_each_way() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let streamed = json!({ "op": "stream", "pieces": ["[1,", "2]"] });
    assert_eq!(cloud.address.ask(streamed).await, json!([1, 2]));
    let mut response = stream(&cloud.address, json!({ "op": "large", "bytes": 600_000 })).await;
    let mut length = 0;
    while let Ok(bytes) = piece(&mut response).await {
        length += bytes.len();
    }
    assert_eq!(length, 600_000);
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_does_not_stop_the_function() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let gate = Gate::open().await;
    let event = json!({ "op": "stream", "pieces": ["one", "two"], "gate": gate.address });
    let mut response = stream(&cloud.address, event).await;
    assert_eq!(piece(&mut response).await.unwrap(), "one");
    drop(response);
    gate.visitor().await.answer("go on").await;
    gate.visitor().await.answer("go on").await;
    cloud.end().await;
}
