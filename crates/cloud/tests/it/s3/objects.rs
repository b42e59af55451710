//! Objects: stored, read whole and in ranges, with what is stored beside them.

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType};

use super::{BUCKET, get, put, with_bucket};
use crate::harness::refusal;

#[tokio::test]
async fn an_object_comes_back_with_what_was_stored_beside_it() {
    let (_cloud, s3) = with_bucket().await;
    let stored = s3
        .put_object()
        .bucket(BUCKET)
        .key("a b/é+~.txt")
        .body(ByteStream::from_static(b"hello"))
        .content_type("text/plain")
        .cache_control("no-cache")
        .content_disposition("attachment")
        .content_language("en")
        .metadata("render-id", "r1")
        .tagging("a=1&b=2")
        .send()
        .await
        .unwrap();
    assert_eq!(stored.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!(stored.checksum_crc32(), Some("NhCmhg=="));
    assert_eq!(stored.checksum_type(), Some(&ChecksumType::FullObject));
    let read = s3
        .get_object()
        .bucket(BUCKET)
        .key("a b/é+~.txt")
        .send()
        .await
        .unwrap();
    assert_eq!(read.content_type(), Some("text/plain"));
    assert_eq!(read.cache_control(), Some("no-cache"));
    assert_eq!(read.content_disposition(), Some("attachment"));
    assert_eq!(read.content_language(), Some("en"));
    assert_eq!(read.metadata().unwrap()["render-id"], "r1");
    assert_eq!(read.tag_count(), Some(2));
    assert_eq!(read.content_length(), Some(5));
    assert_eq!(read.e_tag(), stored.e_tag());
    assert_eq!(read.body.collect().await.unwrap().to_vec(), b"hello");
    let bare = s3
        .put_object()
        .bucket(BUCKET)
        .key("bare")
        .send()
        .await
        .unwrap();
    assert_eq!(bare.e_tag(), Some("\"d41d8cd98f00b204e9800998ecf8427e\""));
    let head = s3
        .head_object()
        .bucket(BUCKET)
        .key("bare")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (head.content_type(), head.content_length()),
        (Some("application/octet-stream"), Some(0))
    );
}

#[tokio::test]
async fn ranges_are_served_and_those_outside_refused() {
    let (_cloud, s3) = with_bucket().await;
    put(&s3, "k", b"0123456789").await;
    for (range, bytes, content_range) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-4", "6789", "bytes 6-9/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
        ("bytes=-100", "0123456789", "bytes 0-9/10"),
    ] {
        let read = s3
            .get_object()
            .bucket(BUCKET)
            .key("k")
            .range(range)
            .send()
            .await
            .unwrap();
        assert_eq!(read.content_range(), Some(content_range), "{range}");
        assert_eq!(
            read.content_length(),
            i64::try_from(bytes.len()).ok(),
            "{range}"
        );
        assert_eq!(
            read.body.collect().await.unwrap().to_vec(),
            bytes.as_bytes(),
            "{range}"
        );
    }
    let malformed = s3
        .get_object()
        .bucket(BUCKET)
        .key("k")
        .range("bytes=z")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (malformed.content_range(), malformed.content_length()),
        (None, Some(10))
    );
    for outside in ["bytes=10-", "bytes=100-200", "bytes=-0"] {
        let error = s3
            .get_object()
            .bucket(BUCKET)
            .key("k")
            .range(outside)
            .send()
            .await
            .unwrap_err();
        assert_eq!(
            error.raw_response().unwrap().status().as_u16(),
            416,
            "{outside}"
        );
        assert_eq!(
            error.as_service_error().unwrap().code(),
            Some("InvalidRange"),
            "{outside}"
        );
    }
}

#[tokio::test]
async fn checksums_are_shown_to_who_asks() {
    let (_cloud, s3) = with_bucket().await;
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        let key = format!("by-{algorithm}");
        let body = ByteStream::from_static(b"123456789");
        let put = s3
            .put_object()
            .bucket(BUCKET)
            .key(&key)
            .body(body)
            .checksum_algorithm(algorithm.clone());
        put.send().await.unwrap();
        let mode = ChecksumMode::Enabled;
        let head = s3
            .head_object()
            .bucket(BUCKET)
            .key(&key)
            .checksum_mode(mode.clone())
            .send()
            .await
            .unwrap();
        let shown = [
            (ChecksumAlgorithm::Crc32, head.checksum_crc32()),
            (ChecksumAlgorithm::Crc32C, head.checksum_crc32_c()),
            (ChecksumAlgorithm::Crc64Nvme, head.checksum_crc64_nvme()),
            (ChecksumAlgorithm::Sha1, head.checksum_sha1()),
            (ChecksumAlgorithm::Sha256, head.checksum_sha256()),
        ];
        for (other, value) in shown {
            assert_eq!(
                value.is_some(),
                other == algorithm,
                "{algorithm} shows {other}"
            );
        }
        // The SDK verifies what it reads against the checksum.
        let read = s3
            .get_object()
            .bucket(BUCKET)
            .key(&key)
            .checksum_mode(mode)
            .send()
            .await
            .unwrap();
        assert_eq!(read.body.collect().await.unwrap().to_vec(), b"123456789");
    }
}

#[tokio::test]
async fn a_large_object_streams_through() {
    let (_cloud, s3) = with_bucket().await;
    let bytes: Vec<u8> = (0..9_000_000_u32).map(|n| (n % 251) as u8).collect();
    put(&s3, "large", &bytes).await;
    assert!(get(&s3, "large").await == bytes);
    let range = s3
        .get_object()
        .bucket(BUCKET)
        .key("large")
        .range("bytes=262000-524500")
        .send()
        .await
        .unwrap();
    assert!(range.body.collect().await.unwrap().to_vec() == bytes[262_000..=524_500]);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let (_cloud, s3) = with_bucket().await;
    let error = s3
        .get_object()
        .bucket(BUCKET)
        .key("none")
        .send()
        .await
        .unwrap_err();
    let body =
        String::from_utf8_lossy(error.raw_response().unwrap().body().bytes().unwrap()).into_owned();
    assert!(
        body.contains("<Code>NoSuchKey</Code>") && body.contains("<Key>none</Key>"),
        "{body}"
    );
    assert!(
        body.contains("<RequestId>") && body.contains("<HostId>"),
        "{body}"
    );
    let error = s3
        .head_object()
        .bucket(BUCKET)
        .key("none")
        .send()
        .await
        .unwrap_err();
    assert!(error.as_service_error().unwrap().is_not_found());
    let (code, _) = refusal(
        s3.get_object()
            .bucket("no-such-bucket")
            .key("k")
            .send()
            .await,
    );
    assert_eq!(code, "NoSuchBucket");
    s3.delete_object()
        .bucket(BUCKET)
        .key("none")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_not_built_is_refused_by_name() {
    let (_cloud, s3) = with_bucket().await;
    let (code, message) = refusal(s3.get_bucket_cors().bucket(BUCKET).send().await);
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("NotImplemented", "this cloud has no GetBucketCors")
    );
    let glacier = s3.put_object().bucket(BUCKET).key("k");
    let glacier = glacier
        .storage_class(aws_sdk_s3::types::StorageClass::Glacier)
        .send()
        .await;
    assert_eq!(refusal(glacier).0, "NotImplemented");
    put(&s3, "k", b"bytes").await;
    let version = s3
        .get_object()
        .bucket(BUCKET)
        .key("k")
        .version_id("1")
        .send()
        .await;
    assert_eq!(refusal(version).0, "InvalidArgument");
}
