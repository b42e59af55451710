//! Reads and uploads over connections that break, and answers that do not add up.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{TryStreamExt as _, stream};
use store::{ByteRange, Download, DownloadError, ErrorKind, PutOptions, UploadError};

use crate::bucket_at;
use crate::origin::{Answer, Origin, Seen};

const TEXT: &str = "abcdefghijklmnopqrstuvwxyz";

/// What an honest S3 answers to a GET of [`TEXT`].
fn object(seen: &Seen) -> Answer {
    let range = seen.header("range").and_then(ByteRange::parse);
    let Some(range) = range else {
        return Answer::status(200).with("etag", "\"v1\"").body(TEXT);
    };
    match range.within(TEXT.len() as u64) {
        None => Answer::status(416),
        Some((first, last)) => Answer::status(206)
            .with("etag", "\"v1\"")
            .with(
                "content-range",
                format!("bytes {first}-{last}/{}", TEXT.len()),
            )
            .body(&TEXT[first as usize..=last as usize]),
    }
}

#[tokio::test]
async fn a_broken_read_goes_on_where_it_broke_at_the_same_version() {
    let mut origin = Origin::start(|number, seen| match number {
        0 => object(seen).breaking_after(10),
        1 => object(seen).breaking_after(3),
        _ => object(seen),
    })
    .await;
    let bucket = bucket_at(&origin.url(""));
    let object = bucket.get("key").await.expect("an object");
    assert_eq!(object.into_bytes().await.expect("all of it"), TEXT);
    let seen = origin.seen();
    let asked: Vec<_> = seen
        .iter()
        .map(|seen| (seen.header("range"), seen.header("if-match")))
        .collect();
    assert_eq!(
        asked,
        [
            (None, None),
            (Some("bytes=10-25"), Some("\"v1\"")),
            (Some("bytes=13-25"), Some("\"v1\"")),
        ]
    );
}

#[tokio::test]
async fn an_object_that_changed_in_between_is_not_pieced_together() {
    let origin = Origin::start(|number, seen| match number {
        0 => object(seen).breaking_after(10),
        _ => Answer::status(412).body("<Error><Code>PreconditionFailed</Code></Error>"),
    })
    .await;
    let object = bucket_at(&origin.url("")).get("key").await;
    let read = object.expect("an object").into_bytes().await;
    assert_eq!(*read.expect_err("changed").kind(), ErrorKind::Precondition);
}

#[tokio::test]
async fn a_read_without_progress_ends() {
    let mut origin = Origin::start(|_, seen| object(seen).breaking_after(0)).await;
    let object = bucket_at(&origin.url("")).get("key").await;
    let read = object.expect("an object").into_bytes().await;
    assert_eq!(*read.expect_err("broken").kind(), ErrorKind::Unreachable);
    assert_eq!(origin.seen().len(), 4);
}

#[tokio::test]
async fn a_range_is_what_was_asked_for_or_an_error() {
    for (status, content_range) in [
        (206, "bytes 0-3/26"),
        (206, "bytes 2-4/26"),
        (206, "bytes 2-5/*"),
        (200, ""),
    ] {
        let origin = Origin::start(move |_, _| {
            Answer::status(status)
                .with("etag", "\"v1\"")
                .with("content-range", content_range)
                .body("abcd")
        })
        .await;
        let bucket = bucket_at(&origin.url(""));
        let object = bucket.get_range("key", ByteRange::Between(2, 5)).await;
        let error = object.expect_err(content_range);
        assert!(
            matches!(error.kind(), ErrorKind::Inconsistent(_)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_whole_object_is_held_against_its_checksum() {
    let origin =
        Origin::start(|_, seen| object(seen).with("x-amz-checksum-crc32", "AAAAAA==")).await;
    let object = bucket_at(&origin.url("")).get("key").await;
    let error = object.expect("an object").into_bytes().await;
    let error = error.expect_err("another checksum");
    assert!(
        matches!(error.kind(), ErrorKind::Inconsistent(_)),
        "{error}"
    );
}

#[tokio::test]
async fn large_documents_are_refused_before_they_are_read() {
    let origin = Origin::start(|_, seen| object(seen)).await;
    let error = bucket_at(&origin.url("")).read("key", 25).await;
    assert_eq!(
        error.expect_err("too large").to_string(),
        "cannot read `key` in bucket `bucket`: the object has more than 25 bytes"
    );
}

#[tokio::test]
async fn a_download_goes_on_where_it_broke() {
    let mut origin = Origin::start(|number, seen| match number {
        0 => object(seen).breaking_after(20),
        _ => object(seen),
    })
    .await;
    let download = Download::open(&origin.url("/x?X-Amz-Signature=s"), None).await;
    let stream = download.expect("an answer").into_stream();
    let pieces: Vec<Bytes> = futures_util::TryStreamExt::try_collect(stream)
        .await
        .expect("all of it");
    assert_eq!(pieces.concat(), TEXT.as_bytes());
    assert_eq!(origin.seen()[1].header("range"), Some("bytes=20-25"));
}

#[tokio::test]
async fn a_refused_download_says_why_and_not_what_was_signed() {
    let origin = Origin::start(|_, _| {
        Answer::status(403)
            .body("<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
    })
    .await;
    let url = origin.url("/x?X-Amz-Signature=hush");
    let error = Download::open(&url, None).await.expect_err("expired");
    assert!(matches!(error, DownloadError::Refused { .. }));
    assert_eq!(
        error.to_string(),
        "the presigned URL is answered with 403 Forbidden: Request has expired"
    );
}

/// What an honest S3 answers to the calls of an upload.
fn upload(seen: &Seen) -> Answer {
    match seen.method.as_str() {
        "POST" if seen.target.contains("uploads") => Answer::status(200).body(
            "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
        ),
        "POST" => Answer::status(200).body(
            "<CompleteMultipartUploadResult><ETag>\"m-2\"</ETag></CompleteMultipartUploadResult>",
        ),
        "DELETE" => Answer::status(204),
        _ => Answer::status(200).with("etag", "\"d41d8cd98f00b204e9800998ecf8427e\""),
    }
}

fn mebibytes(count: usize) -> impl Iterator<Item = Result<Bytes, std::io::Error>> {
    std::iter::repeat_n(Bytes::from(vec![7; 1 << 20]), count).map(Ok)
}

fn calls(origin: &mut Origin) -> Vec<String> {
    let mut calls: Vec<_> = origin
        .seen()
        .iter()
        .map(|seen| {
            let query = seen.target.split_once('?').map_or("", |(_, query)| query);
            let kept = query.split('&').filter(|part| !part.starts_with("x-id="));
            let kept: Vec<_> = kept.collect();
            format!("{} {} {}", seen.method, kept.join("&"), seen.body.len())
        })
        .collect();
    // Parts go side by side.
    if let Some(parts) = calls.get_mut(1..) {
        let end = parts
            .iter()
            .take_while(|call| call.starts_with("PUT"))
            .count();
        parts[..end].sort();
    }
    calls
}

#[tokio::test]
async fn a_large_upload_goes_in_parts() {
    let mut origin = Origin::start(|_, seen| upload(seen)).await;
    let bucket = bucket_at(&origin.url(""));
    let uploaded = bucket
        .upload("key", stream::iter(mebibytes(17)), &PutOptions::default())
        .await
        .expect("uploaded");
    assert_eq!(
        (uploaded.size, uploaded.etag.as_str()),
        (17 << 20, "\"m-2\"")
    );
    let calls = calls(&mut origin);
    assert_eq!(
        calls[..4],
        [
            "POST uploads 0",
            "PUT partNumber=1&uploadId=u1 8388608",
            "PUT partNumber=2&uploadId=u1 8388608",
            "PUT partNumber=3&uploadId=u1 1048576",
        ]
    );
    assert!(calls[4].starts_with("POST uploadId=u1"), "{calls:?}");
    assert_eq!(calls.len(), 5);
}

#[tokio::test]
async fn a_small_upload_is_one_call() {
    let mut origin = Origin::start(|_, seen| upload(seen)).await;
    let bucket = bucket_at(&origin.url(""));
    let options = PutOptions::content_type("video/mp4");
    let uploaded = bucket
        .upload("key", stream::iter(mebibytes(7)), &options)
        .await;
    assert_eq!(uploaded.expect("uploaded").size, 7 << 20);
    let seen = origin.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].header("content-type"), Some("video/mp4"));
}

#[tokio::test]
async fn an_upload_whose_bytes_end_in_an_error_leaves_nothing() {
    let mut origin = Origin::start(|_, seen| upload(seen)).await;
    let bucket = bucket_at(&origin.url(""));
    let broken = std::io::Error::other("the encoder died");
    let bytes = stream::iter(mebibytes(20).chain([Err(broken)]));
    let error = bucket.upload("key", bytes, &PutOptions::default()).await;
    assert!(matches!(error, Err(UploadError::Source(_))));
    let calls = calls(&mut origin);
    assert_eq!(
        calls.last().map(String::as_str),
        Some("DELETE uploadId=u1 0")
    );
    assert!(!calls.iter().any(|call| call.starts_with("POST uploadId")));
}

#[tokio::test]
async fn an_upload_with_a_refused_part_is_aborted() {
    let mut origin = Origin::start(|_, seen| {
        if seen.target.contains("partNumber=2") {
            return Answer::status(403).body("<Error><Code>AccessDenied</Code></Error>");
        }
        upload(seen)
    })
    .await;
    let bucket = bucket_at(&origin.url(""));
    let error = bucket
        .upload("key", stream::iter(mebibytes(40)), &PutOptions::default())
        .await
        .expect_err("a refusal");
    let UploadError::Store(error) = error else {
        panic!("{error}");
    };
    assert!(matches!(error.kind(), ErrorKind::Denied(_)));
    let last = calls(&mut origin).pop();
    assert_eq!(last.as_deref(), Some("DELETE uploadId=u1 0"));
}

#[tokio::test]
async fn an_upload_that_is_dropped_is_aborted() {
    let (aborted, mut seen_abort) = tokio::sync::mpsc::unbounded_channel();
    let origin = Origin::start(move |_, seen| {
        if seen.method == http::Method::DELETE {
            aborted.send(()).expect("a waiting test");
        }
        upload(seen)
    })
    .await;
    let bucket = bucket_at(&origin.url(""));
    let (stuck, reached) = tokio::sync::oneshot::channel();
    let never = stream::once(async move {
        stuck.send(()).expect("a waiting test");
        std::future::pending().await
    });
    let bytes = futures_util::StreamExt::chain(stream::iter(mebibytes(9)), never);
    let task =
        tokio::spawn(async move { bucket.upload("key", bytes, &PutOptions::default()).await });
    reached.await.expect("the upload waits for bytes");
    task.abort();
    assert_eq!(seen_abort.recv().await, Some(()));
}

#[tokio::test]
async fn a_sparing_read_asks_for_more_as_it_goes_on_and_for_nothing_twice() {
    const SIZE: u64 = 2_000_000;
    const BLOCK: u64 = 65_536;
    let mut origin = Origin::start(|_, seen| {
        let range = seen.header("range").and_then(ByteRange::parse);
        let (first, last) = range.and_then(|range| range.within(SIZE)).expect("a range");
        let answer = Answer::status(206)
            .with("etag", "\"v1\"")
            .with("content-range", format!("bytes {first}-{last}/{SIZE}"));
        answer.body("x".repeat((last - first + 1) as usize))
    })
    .await;
    let bucket = bucket_at(&origin.url(""));
    let kept = Arc::default();
    let mut read = async |range| {
        let object = bucket.get_range_sparingly("key", range, &kept).await;
        let object = object.expect("an object");
        let (first, length) = (object.first(), object.length());
        let pieces: Vec<Bytes> = object.into_stream().try_collect().await.expect("all");
        let bytes: usize = pieces.iter().map(Bytes::len).sum();
        assert_eq!(bytes as u64, length);
        let seen = origin.seen();
        let asked = seen.iter().filter_map(|seen| seen.header("range"));
        let blocks: Vec<(u64, u64)> = asked
            .map(|asked| {
                let range = ByteRange::parse(asked).and_then(|range| range.within(SIZE));
                let (first, last) = range.expect("a range");
                (first / BLOCK, (last + 1).div_ceil(BLOCK))
            })
            .collect();
        (first, length, blocks)
    };
    let (first, length, asked) = read(ByteRange::From(100_000)).await;
    assert_eq!((first, length), (100_000, 1_900_000));
    assert_eq!(asked, [(1, 2), (2, 3), (3, 5), (5, 9), (9, 17), (17, 31)]);
    let (.., asked) = read(ByteRange::Between(90_000, 500_000)).await;
    assert_eq!(asked, [], "what the first windows brought is kept");
    let (.., asked) = read(ByteRange::Between(1_000_000, 1_000_001)).await;
    assert_eq!(asked, [(15, 16)]);
    let (first, length, asked) = read(ByteRange::Last(10)).await;
    assert_eq!((first, length), (1_999_990, 10));
    assert_eq!(asked, [(30, 31)]);
}
