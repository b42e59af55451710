//! What is said about a body must hold, or nothing of it is stored.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::AsyncWriteExt as _;

use super::raw::{RawHead, code, read, status};
use super::{BUCKET, exists, get, put, with_bucket};
use crate::harness::TestCloud;

/// The CRC32 of `hello`, and one of something else.
const RIGHT: &str = "NhCmhg==";
const WRONG: &str = "AAAAAA==";

const TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

fn upload(cloud: &TestCloud, length: usize) -> RawHead {
    RawHead::new(cloud, "PUT", format!("/{BUCKET}/k")).with("content-length", length.to_string())
}

#[tokio::test]
async fn a_wrong_digest_leaves_nothing() {
    let (cloud, s3) = with_bucket().await;
    let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    for (refused, expected) in [
        (
            upload(&cloud, 5).with("x-amz-checksum-crc32", WRONG),
            "BadDigest",
        ),
        (
            upload(&cloud, 5).with("x-amz-checksum-sha1", BASE64.encode([0; 20])),
            "BadDigest",
        ),
        (
            upload(&cloud, 5).with("x-amz-checksum-crc32", "AAA="),
            "InvalidRequest",
        ),
        (
            upload(&cloud, 5)
                .with("x-amz-checksum-crc32", RIGHT)
                .with("x-amz-checksum-crc32c", RIGHT),
            "InvalidRequest",
        ),
        (
            upload(&cloud, 5).with("x-amz-sdk-checksum-algorithm", "CRC32"),
            "InvalidRequest",
        ),
        (
            upload(&cloud, 5).with("x-amz-checksum-xxhash64", BASE64.encode([0; 8])),
            "NotImplemented",
        ),
        (
            upload(&cloud, 5).with("content-md5", BASE64.encode([0; 16])),
            "BadDigest",
        ),
        (
            upload(&cloud, 5).with("content-md5", "md5"),
            "InvalidDigest",
        ),
        (
            upload(&cloud, 5).payload(sha256.replace('2', "3")),
            "XAmzContentSHA256Mismatch",
        ),
    ] {
        let answer = refused.send(&cloud, b"hello").await;
        assert_eq!(code(&answer), expected, "{answer}");
        assert!(!exists(&s3, "k").await, "{expected}");
    }
    let right = upload(&cloud, 5)
        .with("x-amz-checksum-crc32", RIGHT)
        .with("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")
        .payload(sha256);
    assert_eq!(status(&right.send(&cloud, b"hello").await), 200);
    assert_eq!(get(&s3, "k").await, b"hello");
}

#[tokio::test]
async fn a_wrong_digest_leaves_what_was_there() {
    let (cloud, s3) = with_bucket().await;
    put(&s3, "k", b"before").await;
    let answer = upload(&cloud, 5)
        .with("x-amz-checksum-crc32", WRONG)
        .send(&cloud, b"hello")
        .await;
    assert_eq!(code(&answer), "BadDigest");
    assert_eq!(get(&s3, "k").await, b"before");
}

fn chunked(cloud: &TestCloud, decoded: u64, body: &str) -> RawHead {
    upload(cloud, body.len())
        .with("content-encoding", "aws-chunked")
        .with("x-amz-trailer", "x-amz-checksum-crc32")
        .with("x-amz-decoded-content-length", decoded.to_string())
        .payload(TRAILER)
}

#[tokio::test]
async fn trailers_and_decoded_lengths_are_checked() {
    let (cloud, s3) = with_bucket().await;
    let framed = |data: &str, trailer: &str| format!("{data}0\r\n{trailer}\r\n");
    let hello = "5\r\nhello\r\n";
    let right = format!("x-amz-checksum-crc32:{RIGHT}\r\n");
    let wrong = format!("x-amz-checksum-crc32:{WRONG}\r\n");
    for (body, decoded) in [
        (framed(hello, &wrong), 5),
        (framed(hello, ""), 5),
        (framed(hello, &right), 4),
        (framed(hello, &right), 6),
        (framed("4\r\nhell\r\n", &right), 5),
        (hello.to_owned(), 5),
    ] {
        let answer = chunked(&cloud, decoded, &body)
            .send(&cloud, body.as_bytes())
            .await;
        assert_eq!(status(&answer), 400, "{body:?} as {decoded}: {answer}");
        assert!(!exists(&s3, "k").await, "{body:?} as {decoded}");
    }
    let body = framed("2\r\nhe\r\n3\r\nllo\r\n", &right);
    let answer = chunked(&cloud, 5, &body)
        .send(&cloud, body.as_bytes())
        .await;
    assert_eq!(status(&answer), 200, "{answer}");
    let stored = s3
        .get_object()
        .bucket(BUCKET)
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (stored.content_encoding(), stored.content_length()),
        (None, Some(5))
    );
}

#[tokio::test]
async fn too_long_a_body_is_refused_by_its_head() {
    let (cloud, _s3) = with_bucket().await;
    let too_long = (5_u64 << 30) + 1;
    for head in [
        chunked(&cloud, too_long, ""),
        RawHead::new(&cloud, "PUT", format!("/{BUCKET}/k"))
            .with("content-length", too_long.to_string()),
    ] {
        // Nothing follows the head, and nothing is waited for.
        let answer = read(&mut head.open(&cloud).await).await;
        assert_eq!(code(&answer), "EntityTooLarge", "{answer}");
    }
    let unknown =
        RawHead::new(&cloud, "PUT", format!("/{BUCKET}/k")).with("transfer-encoding", "chunked");
    let answer = unknown.send(&cloud, b"5\r\nhello\r\n0\r\n\r\n").await;
    assert_eq!(
        (status(&answer), code(&answer)),
        (411, "MissingContentLength")
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    let (cloud, s3) = with_bucket().await;
    let mut stream = upload(&cloud, 1_000_000).open(&cloud).await;
    stream.write_all(&[0; 500_000]).await.unwrap();
    stream.shutdown().await.unwrap();
    let _ = read(&mut stream).await;
    assert!(!exists(&s3, "k").await);
}

#[tokio::test]
async fn a_document_must_be_what_its_checksum_says() {
    let (cloud, s3) = with_bucket().await;
    put(&s3, "k", b"bytes").await;
    let document = "<Delete><Object><Key>k</Key></Object></Delete>";
    let delete = || {
        let head = RawHead::new(&cloud, "POST", format!("/{BUCKET}?delete"));
        head.with("content-length", document.len().to_string())
    };
    for (head, expected) in [
        (delete(), "InvalidRequest"),
        (
            delete().with("content-md5", BASE64.encode([0; 16])),
            "BadDigest",
        ),
        (delete().with("x-amz-checksum-crc32", WRONG), "BadDigest"),
    ] {
        let answer = head.send(&cloud, document.as_bytes()).await;
        assert_eq!(code(&answer), expected, "{answer}");
        assert!(exists(&s3, "k").await, "{expected}");
    }
    let malformed =
        RawHead::new(&cloud, "POST", format!("/{BUCKET}?delete")).with("content-length", "5");
    let malformed = malformed
        .with("x-amz-checksum-crc32", RIGHT)
        .send(&cloud, b"hello")
        .await;
    assert_eq!(code(&malformed), "MalformedXML");
}
