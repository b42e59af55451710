//! Starting renders, listing compositions, fetching outputs.

use client::{
    CompositionsRequest, InvokeError, OutputFile, OutputLocation, Props, RenderRequest, StartError,
};
use serde_json::json;

use crate::service::{Answer, FUNCTION, Service, To};

fn started() -> Answer {
    Answer::json(&json!({"type": "success", "bucketName": "b", "renderId": "r1"}))
}

#[tokio::test]
async fn a_throttled_start_is_repeated() {
    let mut service = Service::start(|seen| match seen.number {
        0 | 1 => Answer::lambda_error(429, "TooManyRequestsException"),
        _ => started(),
    })
    .await;
    let render = service
        .client()
        .start(&RenderRequest::new("site", "Title"))
        .await;
    assert_eq!(render.expect("a render").id().as_str(), "r1");
    let seen = service.seen(To::Lambda);
    assert_eq!(seen.len(), 3);
    assert_eq!(
        seen[0].path,
        format!("/2015-03-31/functions/{FUNCTION}/invocations")
    );
    let payload = seen[0].json();
    assert_eq!(payload["type"], "start");
    assert_eq!(payload["serveUrl"], "site");
    assert_eq!(payload["bucketName"], "remotionlambda-useast1-abc123def4");
}

#[tokio::test]
async fn a_start_that_may_have_happened_is_not_repeated() {
    let mut service = Service::start(|_| Answer::lambda_error(500, "ServiceException")).await;
    let error = service
        .client()
        .start(&RenderRequest::new("site", "Title"))
        .await;
    assert!(matches!(error, Err(StartError::Invoke(_))));
    assert_eq!(service.seen(To::Lambda).len(), 1);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let check = async |answer: fn() -> Answer, expected: &str| {
        let service = Service::start(move |_| answer()).await;
        let error = service
            .client()
            .start(&RenderRequest::new("site", "Title"))
            .await;
        let Err(StartError::Invoke(error)) = error else {
            panic!("{error:?}");
        };
        assert_eq!(error.to_string(), expected);
        error
    };
    let denied = check(
        || Answer::lambda_error(403, "AccessDeniedException"),
        "because",
    )
    .await;
    assert!(matches!(denied, InvokeError::Denied(_)));
    let missing = format!("there is no function `{FUNCTION}`");
    check(
        || Answer::lambda_error(404, "ResourceNotFoundException"),
        &missing,
    )
    .await;
    let refused = check(
        || Answer::json(&json!({"type": "error", "message": "no such site", "stack": "at page"})),
        "no such site",
    )
    .await;
    assert!(matches!(refused, InvokeError::Refused { stack, .. } if stack == "at page"));
    let died = format!("`start` of function `{FUNCTION}` ended with Sandbox.Timedout: too late");
    check(
        || {
            let headers = vec![("x-amz-function-error", "Unhandled".into())];
            let payload = json!({"errorType": "Sandbox.Timedout", "errorMessage": "too late"});
            Answer(200, headers, payload.to_string())
        },
        &died,
    )
    .await;
}

#[tokio::test]
async fn large_props_are_stored_first_and_named_by_their_content() {
    let mut service = Service::start(|seen| match seen.to {
        To::Lambda => started(),
        _ => Answer::ok(""),
    })
    .await;
    let text = format!(r#"{{"text":"{}"}}"#, "x".repeat(200_000));
    let mut request = RenderRequest::new("site", "Title");
    request.props = Props::parse(text.clone()).expect("an object");
    service.client().start(&request).await.expect("a render");
    let all: Vec<_> = service.seen_all();
    assert_eq!(all[0].to, To::S3);
    assert_eq!(
        (all[0].method.as_str(), &all[0].body[..]),
        ("PUT", text.as_bytes())
    );
    assert_eq!(
        all[0].headers["x-amz-expected-bucket-owner"],
        "123456789012"
    );
    let props = &all[1].json()["inputProps"];
    assert_eq!(props["type"], "bucket-url");
    let key = format!(
        "input-props/{}.json",
        props["hash"].as_str().expect("a hash")
    );
    assert!(all[0].path.ends_with(&key), "{}", all[0].path);
}

#[tokio::test]
async fn compositions_are_listed_without_their_props() {
    let service = Service::start(|_| {
        Answer::json(&json!({"type": "success", "compositions": [{
            "id": "Title", "width": 1280, "height": 720, "fps": 29.97, "durationInFrames": 300,
            "props": {"n": 1}, "defaultProps": {}, "defaultCodec": null
        }]}))
    })
    .await;
    let listed = service
        .client()
        .compositions(&CompositionsRequest::new("site"))
        .await;
    let listed = listed.expect("a list");
    assert_eq!(listed[0].id, "Title");
    assert_eq!(
        (listed[0].fps, listed[0].duration_in_frames.get()),
        (29.97, 300)
    );
}

#[tokio::test]
async fn an_output_is_fetched_by_a_url_that_needs_no_credentials() {
    let mut service = Service::start(|_| Answer::ok("video")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = OutputFile::new(folder.path().join("out.mp4"), false).expect("a free name");
    let output = OutputLocation {
        bucket: "other".into(),
        key: "a b/out.mp4".into(),
    };
    let size = service.client().fetch(&output, &file, |_| {}).await;
    assert_eq!(size.expect("fetched"), 5);
    assert_eq!(std::fs::read(file.path()).expect("a file"), b"video");
    let seen = service.seen(To::S3);
    assert_eq!(seen[0].path, "/other/a%20b/out.mp4");
    assert!(!seen[0].headers.contains_key("authorization"));
}
