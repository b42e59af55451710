//! The client against a small Runtime API on a loopback socket.

mod runtime_service;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use lambda::{ApiError, ErrorType, FunctionError, Invocation, Response, RuntimeApi};
use tokio::sync::{mpsc, oneshot};

use runtime_service::{Event, RuntimeService, Seen};

/// Serves `events` with `handler` in the background until the test ends.
fn serve<H, F>(service: &RuntimeService, handler: H)
where
    H: FnMut(Invocation) -> F + Send + 'static,
    F: Future<Output = Result<Response, FunctionError>> + Send,
{
    let runtime = service.client();
    tokio::spawn(async move { lambda::run_until(&runtime, std::future::pending(), handler).await });
}

fn late() -> FunctionError {
    FunctionError::new(ErrorType::Function("Late"), "too late")
}

#[tokio::test]
async fn buffered_responses_return_what_the_handler_answers() {
    let mut service = RuntimeService::start().await;
    serve(&service, async |invocation: Invocation| {
        assert!(invocation.context.remaining() > Duration::from_secs(800));
        assert_eq!(invocation.context.account_id(), Some("123456789012"));
        Ok(Response::bytes(invocation.payload))
    });
    for id in ["a-1", "a-2"] {
        service.invoke(Event::new(id, "ping"));
        let call = service.next_call().await;
        assert_eq!(
            call.path,
            format!("/2018-06-01/runtime/invocation/{id}/response")
        );
        assert_eq!(call.header("content-length"), Some("4"));
        assert_eq!(call.into_bytes().await, "ping");
    }
}

#[tokio::test]
async fn a_stream_arrives_piece_by_piece() {
    let mut service = RuntimeService::start().await;
    let (permit, permitted) = oneshot::channel::<()>();
    let mut permitted = Some(permitted);
    serve(&service, move |_| {
        let permitted = permitted.take().expect("one invocation");
        std::future::ready(Ok(Response::stream(async move |writer| {
            writer.write("first").await?;
            permitted.await.expect("the test goes on");
            writer.write("second").await?;
            Ok(())
        })))
    });
    service.invoke(Event::new("s-1", ""));
    let mut call = service.next_call().await;
    assert_eq!(
        call.header("lambda-runtime-function-response-mode"),
        Some("streaming")
    );
    assert_eq!(call.header("transfer-encoding"), Some("chunked"));
    assert_eq!(call.next().await, Seen::Data("first".into()));
    permit.send(()).expect("a waiting handler");
    assert_eq!(call.next().await, Seen::Data("second".into()));
    assert_eq!(call.next().await, Seen::End(None));
}

#[tokio::test]
async fn a_failure_in_mid_stream_becomes_trailers_and_the_loop_goes_on() {
    let mut service = RuntimeService::start().await;
    serve(&service, async |_| {
        Ok(Response::stream(async move |writer| {
            writer.write("some").await?;
            Err(late())
        }))
    });
    for id in ["t-1", "t-2"] {
        service.invoke(Event::new(id, ""));
        let mut call = service.next_call().await;
        assert_eq!(call.next().await, Seen::Data("some".into()));
        let Seen::End(Some(trailers)) = call.next().await else {
            panic!("no trailers");
        };
        assert_eq!(
            trailers["lambda-runtime-function-error-type"],
            "Function.Late"
        );
        let document = STANDARD.decode(&trailers["lambda-runtime-function-error-body"]);
        assert_eq!(
            document.expect("base64"),
            br#"{"errorMessage":"too late","errorType":"Function.Late","stackTrace":[]}"#
        );
    }
}

#[tokio::test]
async fn a_handler_that_panics_in_mid_stream_leaves_a_broken_body() {
    let mut service = RuntimeService::start().await;
    let (permit, permitted) = oneshot::channel::<()>();
    let mut permitted = Some(permitted);
    serve(&service, move |_| {
        let permitted = permitted.take().expect("one invocation");
        std::future::ready(Ok(Response::stream(async move |writer| {
            writer.write("some").await?;
            permitted.await.expect("the test goes on");
            panic!("in mid stream");
        })))
    });
    service.invoke(Event::new("p-1", ""));
    let mut call = service.next_call().await;
    assert_eq!(call.next().await, Seen::Data("some".into()));
    permit.send(()).expect("a waiting handler");
    assert_eq!(call.next().await, Seen::Broken);
}

#[tokio::test]
async fn an_error_before_the_response_is_reported_as_such() {
    let mut service = RuntimeService::start().await;
    serve(&service, async |_| Err(late()));
    service.invoke(Event::new("e-1", ""));
    let call = service.next_call().await;
    assert_eq!(call.path, "/2018-06-01/runtime/invocation/e-1/error");
    assert_eq!(
        call.header("lambda-runtime-function-error-type"),
        Some("Function.Late")
    );
    let body: serde_json::Value = serde_json::from_slice(&call.into_bytes().await).expect("JSON");
    assert_eq!(body["errorType"], "Function.Late");
}

#[tokio::test]
async fn a_refused_response_does_not_end_the_environment() {
    let mut service = RuntimeService::start().await;
    serve(&service, async |invocation: Invocation| {
        Ok(Response::bytes(invocation.payload))
    });
    service.answer_next_call_with(StatusCode::PAYLOAD_TOO_LARGE);
    service.invoke(Event::new("r-1", "big"));
    assert_eq!(service.next_call().await.into_bytes().await, "big");
    service.invoke(Event::new("r-2", "small"));
    assert_eq!(service.next_call().await.into_bytes().await, "small");
}

#[tokio::test]
async fn a_refusal_names_status_type_and_message() {
    let service = RuntimeService::start().await;
    service.answer_next_call_with(StatusCode::FORBIDDEN);
    let refused = service.client().respond("x-1", "a".into()).await;
    let error = refused.expect_err("a refusal");
    assert!(matches!(error, ApiError::Refused { .. }));
    assert_eq!(
        error.to_string(),
        "the Lambda Runtime API answered 403 Forbidden Refused: as the test asked"
    );
}

#[tokio::test]
async fn a_closed_response_is_told_to_the_handler_who_may_go_on() {
    let service = RuntimeService::start().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    serve(&service, move |_| {
        let tell = tell.clone();
        std::future::ready(Ok(Response::stream(async move |writer| {
            let closed = loop {
                if let Err(closed) = writer.write(vec![0; 65_536]).await {
                    break closed;
                }
            };
            tell.send("went on").expect("a waiting test");
            Err(closed.into())
        })))
    });
    service.break_next_call();
    service.invoke(Event::new("c-1", ""));
    assert_eq!(told.recv().await, Some("went on"));
}

#[tokio::test]
async fn a_failed_initialisation_is_reported() {
    let mut service = RuntimeService::start().await;
    let error = FunctionError::new(ErrorType::Runtime("NoChrome"), "no Chrome");
    let runtime = service.client();
    let (reported, call) = tokio::join!(runtime.fail_init(&error), service.next_call());
    reported.expect("taken");
    assert_eq!(call.path, "/2018-06-01/runtime/init/error");
}

/// Paused time jumps whenever nothing else is left to do, so any timer of the client would fire.
#[tokio::test(start_paused = true)]
async fn the_wait_for_an_invocation_has_no_end() {
    let mut service = RuntimeService::start().await;
    serve(&service, async |_| Ok(Response::bytes("late")));
    tokio::time::sleep(Duration::from_secs(30 * 24 * 3600)).await;
    service.invoke(Event::new("n-1", ""));
    assert_eq!(service.next_call().await.into_bytes().await, "late");
}

#[tokio::test]
async fn an_unreachable_service_ends_the_loop() {
    let runtime = RuntimeApi::new(&"127.0.0.1:1".parse().expect("an authority"));
    let ended = lambda::run(&runtime, async |_| Ok(Response::bytes(""))).await;
    assert!(matches!(ended, Err(ApiError::Transport(_))));
}

#[tokio::test]
async fn sigterm_lets_the_invocation_finish_and_ends_the_loop() {
    let mut service = RuntimeService::start().await;
    let runtime = service.client();
    let looped = tokio::spawn(async move {
        lambda::run(&runtime, async |_| {
            let pid = std::process::id().to_string();
            let sent = tokio::process::Command::new("kill")
                .args(["-TERM", &pid])
                .status();
            assert!(sent.await.expect("kill runs").success());
            Ok(Response::bytes("finished"))
        })
        .await
    });
    service.invoke(Event::new("k-1", ""));
    assert_eq!(service.next_call().await.into_bytes().await, "finished");
    looped.await.expect("no panic").expect("a graceful end");
}
