//! Objects uploaded in parts.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};

use super::{BUCKET, exists, get, put, with_bucket};
use crate::harness::refusal;

/// The least size of every part but the last.
const PART: usize = 5 << 20;

async fn begin(s3: &Client, key: &str) -> String {
    let begun = s3
        .create_multipart_upload()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
    begun.upload_id().unwrap().to_owned()
}

async fn upload(s3: &Client, key: &str, id: &str, number: i32, bytes: Vec<u8>) -> CompletedPart {
    let part = s3
        .upload_part()
        .bucket(BUCKET)
        .key(key)
        .upload_id(id)
        .part_number(number);
    let part = part.body(ByteStream::from(bytes)).send().await.unwrap();
    CompletedPart::builder()
        .part_number(number)
        .set_e_tag(part.e_tag)
        .build()
}

fn named(parts: Vec<CompletedPart>) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder()
        .set_parts(Some(parts))
        .build()
}

#[tokio::test]
async fn parts_become_an_object() {
    let (_cloud, s3) = with_bucket().await;
    let begun = s3
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("video.mp4")
        .content_type("video/mp4");
    let begun = begun
        .checksum_algorithm(ChecksumAlgorithm::Crc32)
        .send()
        .await
        .unwrap();
    let id = begun.upload_id().unwrap();
    // Out of order, and one of them twice.
    let last = upload(&s3, "video.mp4", id, 3, b"end".to_vec()).await;
    upload(&s3, "video.mp4", id, 1, vec![0; PART]).await;
    let first = upload(&s3, "video.mp4", id, 1, vec![1; PART]).await;
    assert!(!exists(&s3, "video.mp4").await);
    let parts = s3
        .list_parts()
        .bucket(BUCKET)
        .key("video.mp4")
        .upload_id(id)
        .max_parts(1)
        .send()
        .await
        .unwrap();
    assert_eq!((parts.parts().len(), parts.is_truncated()), (1, Some(true)));
    assert_eq!(parts.parts()[0].size(), Some(PART as i64));
    let complete = || {
        let complete = s3
            .complete_multipart_upload()
            .bucket(BUCKET)
            .key("video.mp4")
            .upload_id(id);
        complete
            .multipart_upload(named(vec![first.clone(), last.clone()]))
            .send()
    };
    let completed = complete().await.unwrap();
    assert!(
        completed.e_tag().unwrap().ends_with("-2\""),
        "{:?}",
        completed.e_tag()
    );
    assert_eq!(completed.checksum_type(), Some(&ChecksumType::Composite));
    assert!(completed.checksum_crc32().unwrap().ends_with("-2"));
    assert_eq!(
        complete().await.unwrap().e_tag(),
        completed.e_tag(),
        "asked again"
    );
    let mut expected = vec![1; PART];
    expected.extend_from_slice(b"end");
    assert!(get(&s3, "video.mp4").await == expected);
    let across = s3
        .get_object()
        .bucket(BUCKET)
        .key("video.mp4")
        .range(format!("bytes={}-", PART - 2));
    assert_eq!(
        across
            .send()
            .await
            .unwrap()
            .body
            .collect()
            .await
            .unwrap()
            .to_vec(),
        b"\x01\x01end"
    );
    let part = s3
        .get_object()
        .bucket(BUCKET)
        .key("video.mp4")
        .part_number(2)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (part.parts_count(), part.content_length()),
        (Some(2), Some(3))
    );
    assert_eq!(part.content_type(), Some("video/mp4"));
}

#[tokio::test]
async fn a_full_checksum_is_combined_from_those_of_the_parts() {
    let (_cloud, s3) = with_bucket().await;
    let begun = s3.create_multipart_upload().bucket(BUCKET).key("k");
    let begun = begun
        .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
        .send()
        .await
        .unwrap();
    assert_eq!(begun.checksum_type(), Some(&ChecksumType::FullObject));
    let id = begun.upload_id().unwrap();
    let mut parts = Vec::new();
    for (number, bytes) in [(1, vec![7; PART]), (2, b"123456789".to_vec())] {
        let part = s3
            .upload_part()
            .bucket(BUCKET)
            .key("k")
            .upload_id(id)
            .part_number(number);
        let part = part
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .body(bytes.into())
            .send()
            .await
            .unwrap();
        parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(part.e_tag)
                .build(),
        );
    }
    let complete = s3
        .complete_multipart_upload()
        .bucket(BUCKET)
        .key("k")
        .upload_id(id);
    let completed = complete
        .multipart_upload(named(parts))
        .send()
        .await
        .unwrap();
    let whole = [vec![7; PART], b"123456789".to_vec()].concat();
    let put = s3
        .put_object()
        .bucket(BUCKET)
        .key("whole")
        .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme);
    let put = put.body(whole.into()).send().await.unwrap();
    assert_eq!(completed.checksum_crc64_nvme(), put.checksum_crc64_nvme());
    let read = s3
        .get_object()
        .bucket(BUCKET)
        .key("k")
        .checksum_mode(ChecksumMode::Enabled)
        .send()
        .await
        .unwrap();
    assert_eq!(
        read.body.collect().await.unwrap().into_bytes().len(),
        PART + 9
    );
}

#[tokio::test]
async fn a_completion_must_name_what_was_uploaded() {
    let (_cloud, s3) = with_bucket().await;
    let id = begin(&s3, "k").await;
    let one = upload(&s3, "k", &id, 1, b"small".to_vec()).await;
    let two = upload(&s3, "k", &id, 2, b"small".to_vec()).await;
    let complete = |id: &str, parts: Vec<CompletedPart>| {
        s3.complete_multipart_upload()
            .bucket(BUCKET)
            .key("k")
            .upload_id(id)
            .multipart_upload(named(parts))
    };
    let wrong = CompletedPart::builder()
        .part_number(1)
        .e_tag("\"00000000000000000000000000000000\"")
        .build();
    for (parts, code) in [
        (vec![one.clone(), two.clone()], "EntityTooSmall"),
        (vec![two.clone(), one.clone()], "InvalidPartOrder"),
        (vec![wrong], "InvalidPart"),
        (Vec::new(), "MalformedXML"),
    ] {
        assert_eq!(refusal(complete(&id, parts).send().await).0, code);
    }
    assert_eq!(
        refusal(complete("none", vec![one.clone()]).send().await).0,
        "NoSuchUpload"
    );
    put(&s3, "k", b"there").await;
    let absent = complete(&id, vec![one.clone()])
        .if_none_match("*")
        .send()
        .await;
    assert_eq!(refusal(absent).0, "PreconditionFailed");
    assert_eq!(get(&s3, "k").await, b"there");
    complete(&id, vec![one]).send().await.unwrap();
    assert_eq!(get(&s3, "k").await, b"small");
}

#[tokio::test]
async fn uploads_under_way_are_listed_and_aborted() {
    let (_cloud, s3) = with_bucket().await;
    let (a, b) = (begin(&s3, "x/a").await, begin(&s3, "x/b").await);
    begin(&s3, "y").await;
    let first = s3
        .list_multipart_uploads()
        .bucket(BUCKET)
        .prefix("x/")
        .max_uploads(1)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (first.uploads()[0].upload_id(), first.is_truncated()),
        (Some(a.as_str()), Some(true))
    );
    let next = s3
        .list_multipart_uploads()
        .bucket(BUCKET)
        .prefix("x/")
        .key_marker(first.next_key_marker().unwrap());
    let next = next
        .upload_id_marker(first.next_upload_id_marker().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(
        (next.uploads().len(), next.uploads()[0].upload_id()),
        (1, Some(b.as_str()))
    );
    let rolled = s3
        .list_multipart_uploads()
        .bucket(BUCKET)
        .delimiter("/")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (rolled.common_prefixes().len(), rolled.uploads().len()),
        (1, 1)
    );
    let abort = || {
        s3.abort_multipart_upload()
            .bucket(BUCKET)
            .key("x/a")
            .upload_id(&a)
            .send()
    };
    abort().await.unwrap();
    assert_eq!(refusal(abort().await).0, "NoSuchUpload");
    let part = s3
        .upload_part()
        .bucket(BUCKET)
        .key("x/a")
        .upload_id(&a)
        .part_number(1)
        .send()
        .await;
    assert_eq!(refusal(part).0, "NoSuchUpload");
}

#[tokio::test]
async fn parts_are_copied_from_objects() {
    let (_cloud, s3) = with_bucket().await;
    put(&s3, "source", b"0123456789").await;
    let id = begin(&s3, "k").await;
    let copy = |range: &str| {
        let copy = s3
            .upload_part_copy()
            .bucket(BUCKET)
            .key("k")
            .upload_id(&id)
            .part_number(1);
        copy.copy_source(format!("{BUCKET}/source"))
            .copy_source_range(range)
            .send()
    };
    assert_eq!(refusal(copy("bytes=5-10").await).0, "InvalidArgument");
    let copied = copy("bytes=2-5").await.unwrap();
    let etag = copied.copy_part_result().unwrap().e_tag().unwrap();
    let part = CompletedPart::builder().part_number(1).e_tag(etag).build();
    let complete = s3
        .complete_multipart_upload()
        .bucket(BUCKET)
        .key("k")
        .upload_id(&id);
    complete
        .multipart_upload(named(vec![part]))
        .send()
        .await
        .unwrap();
    assert_eq!(get(&s3, "k").await, b"2345");
}
