//! Presigned URLs.

use std::time::Duration;

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use jiff::SignedDuration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::raw::{code, read, status};
use super::{BUCKET, get, put, with_bucket};
use crate::harness::TestCloud;

fn for_a_minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_secs(60)).unwrap()
}

/// Fetches a URL as somebody without keys would.
async fn fetch(cloud: &TestCloud, method: &str, uri: &str, headers: &str, body: &[u8]) -> String {
    let host = cloud.endpoint().trim_start_matches("http://");
    let target = uri.trim_start_matches("http://").trim_start_matches(host);
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head =
        format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\n{headers}connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    read(&mut stream).await
}

async fn follow(cloud: &TestCloud, request: &PresignedRequest) -> String {
    let headers: String = request
        .headers()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    fetch(cloud, request.method(), request.uri(), &headers, b"").await
}

#[tokio::test]
async fn a_url_reads_what_its_maker_may_read_until_it_expires() {
    let (cloud, s3) = with_bucket().await;
    put(&s3, "out é.mp4", b"video").await;
    let read = s3.get_object().bucket(BUCKET).key("out é.mp4");
    let url = read
        .response_content_type("video/mp4")
        .response_content_disposition("attachment");
    let url = url.presigned(for_a_minute()).await.unwrap();
    let answer = follow(&cloud, &url).await;
    assert!(
        status(&answer) == 200 && answer.ends_with("video"),
        "{answer}"
    );
    assert!(
        answer.contains("content-type: video/mp4")
            && answer.contains("content-disposition: attachment"),
        "{answer}"
    );
    let ranged = fetch(&cloud, "GET", url.uri(), "range: bytes=1-2\r\n", b"").await;
    assert!(status(&ranged) == 206 && ranged.ends_with("id"), "{ranged}");
    let other = url.uri().replace("attachment", "inline");
    assert_eq!(
        code(&fetch(&cloud, "GET", &other, "", b"").await),
        "SignatureDoesNotMatch"
    );
    assert_eq!(
        code(&fetch(&cloud, "DELETE", url.uri(), "", b"").await),
        "SignatureDoesNotMatch"
    );
    cloud.clock.advance(SignedDuration::from_secs(61));
    let late = follow(&cloud, &url).await;
    assert!(
        code(&late) == "AccessDenied" && late.contains("Request has expired"),
        "{late}"
    );
}

#[tokio::test]
async fn a_url_writes_too() {
    let (cloud, s3) = with_bucket().await;
    let url = s3
        .put_object()
        .bucket(BUCKET)
        .key("up")
        .presigned(for_a_minute())
        .await
        .unwrap();
    let answer = fetch(&cloud, "PUT", url.uri(), "content-length: 5\r\n", b"hello").await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert_eq!(get(&s3, "up").await, b"hello");
}
