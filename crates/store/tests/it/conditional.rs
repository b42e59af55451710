//! Conditional writes, above all those whose answers are lost.

use store::{Conditional, ETag, ErrorKind, PutOptions};

use crate::bucket_at;
use crate::origin::{Answer, Origin, Seen};

const REFUSED: &str = "<Error><Code>PreconditionFailed</Code></Error>";

fn written() -> Conditional {
    Conditional::Written(ETag::new("\"mine\""))
}

fn stored(text: &'static str) -> Answer {
    Answer::status(200).with("etag", "\"mine\"").body(text)
}

async fn put_if_absent(
    script: impl Fn(usize, &Seen) -> Answer + Send + Sync + 'static,
) -> (Result<Conditional, store::StoreError>, Vec<Seen>) {
    let mut origin = Origin::start(script).await;
    let bucket = bucket_at(&origin.url(""));
    let put = bucket
        .put_if_absent("key", "mine", &PutOptions::json())
        .await;
    (put, origin.seen())
}

#[tokio::test]
async fn the_condition_travels_with_the_write() {
    let (put, seen) = put_if_absent(|_, _| stored("")).await;
    assert_eq!(put.expect("written"), written());
    assert_eq!(seen[0].header("if-none-match"), Some("*"));
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn a_condition_that_does_not_hold_is_an_outcome() {
    let (put, seen) = put_if_absent(|_, _| Answer::status(412).body(REFUSED)).await;
    assert_eq!(put.expect("an outcome"), Conditional::Refused);
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_recognises_itself() {
    let (put, _) = put_if_absent(|number, seen| match (number, seen.method.as_str()) {
        (0, _) => Answer::status(500).body("<Error><Code>InternalError</Code></Error>"),
        (_, "PUT") => Answer::status(412).body(REFUSED),
        _ => stored("mine"),
    })
    .await;
    assert_eq!(put.expect("written"), written());
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_does_not_claim_somebody_elses() {
    let (put, _) = put_if_absent(|number, seen| match (number, seen.method.as_str()) {
        (0, _) => Answer::status(500).body("<Error><Code>InternalError</Code></Error>"),
        (_, "PUT") => Answer::status(412).body(REFUSED),
        _ => stored("other"),
    })
    .await;
    assert_eq!(put.expect("an outcome"), Conditional::Refused);
}

#[tokio::test]
async fn a_conflict_is_tried_again_without_doubt() {
    let (put, seen) = put_if_absent(|number, _| match number {
        0 => Answer::status(409).body("<Error><Code>ConditionalRequestConflict</Code></Error>"),
        _ => Answer::status(412).body(REFUSED),
    })
    .await;
    assert_eq!(put.expect("an outcome"), Conditional::Refused);
    // Nothing was written, so nobody looks at what is there.
    assert!(seen.iter().all(|seen| seen.method == http::Method::PUT));
}

#[tokio::test]
async fn a_denied_write_is_an_error() {
    let (put, seen) = put_if_absent(|_, _| {
        Answer::status(403)
            .body("<Error><Code>AccessDenied</Code><Message>not you</Message></Error>")
    })
    .await;
    let error = put.expect_err("denied");
    assert_eq!(*error.kind(), ErrorKind::Denied("not you".into()));
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn an_object_that_is_gone_has_lost_its_match() {
    let mut origin =
        Origin::start(|_, _| Answer::status(404).body("<Error><Code>NoSuchKey</Code></Error>"))
            .await;
    let bucket = bucket_at(&origin.url(""));
    let put = bucket
        .put_if_match("key", &ETag::new("\"old\""), "mine", &PutOptions::json())
        .await;
    assert_eq!(put.expect("an outcome"), Conditional::Refused);
    assert_eq!(origin.seen()[0].header("if-match"), Some("\"old\""));
}
