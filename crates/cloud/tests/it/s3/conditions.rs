//! Conditions on reads and writes.

use aws_sdk_s3::primitives::{ByteStream, DateTime};

use super::{BUCKET, exists, get, put, with_bucket};
use crate::harness::refusal;

#[tokio::test]
async fn a_write_goes_ahead_only_if_its_condition_holds() {
    let (_cloud, s3) = with_bucket().await;
    let write = |bytes: &'static [u8]| {
        s3.put_object()
            .bucket(BUCKET)
            .key("lease")
            .body(ByteStream::from_static(bytes))
    };
    let first = write(b"1").if_none_match("*").send().await.unwrap();
    assert_eq!(
        refusal(write(b"2").if_none_match("*").send().await).0,
        "PreconditionFailed"
    );
    assert_eq!(
        refusal(
            write(b"2")
                .if_match("\"00000000000000000000000000000000\"")
                .send()
                .await
        )
        .0,
        "PreconditionFailed"
    );
    assert_eq!(get(&s3, "lease").await, b"1");
    write(b"2")
        .if_match(first.e_tag().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(get(&s3, "lease").await, b"2");
    assert_eq!(
        refusal(write(b"3").if_match(first.e_tag().unwrap()).send().await).0,
        "PreconditionFailed"
    );
    let missing = s3
        .put_object()
        .bucket(BUCKET)
        .key("none")
        .if_match(first.e_tag().unwrap())
        .send()
        .await;
    assert_eq!(refusal(missing).0, "NoSuchKey");
    let delete = s3
        .delete_object()
        .bucket(BUCKET)
        .key("lease")
        .if_match(first.e_tag().unwrap())
        .send()
        .await;
    assert_eq!(refusal(delete).0, "PreconditionFailed");
    assert!(exists(&s3, "lease").await);
}

#[tokio::test]
async fn of_writers_at_once_one_wins() {
    let (_cloud, s3) = with_bucket().await;
    let writers = (0..12_u8).map(|writer| {
        let body = ByteStream::from(vec![writer; 100_000]);
        let put = s3
            .put_object()
            .bucket(BUCKET)
            .key("plan")
            .if_none_match("*")
            .body(body);
        tokio::spawn(put.send())
    });
    let mut won = Vec::new();
    for (writer, outcome) in futures_util::future::join_all(writers)
        .await
        .into_iter()
        .enumerate()
    {
        match outcome.unwrap() {
            Ok(_) => won.push(writer),
            refused => assert_eq!(refusal(refused).0, "PreconditionFailed"),
        }
    }
    assert_eq!(won.len(), 1);
    assert!(get(&s3, "plan").await == vec![won[0] as u8; 100_000]);
}

#[tokio::test]
async fn a_read_tells_what_the_client_does_not_have() {
    let (_cloud, s3) = with_bucket().await;
    put(&s3, "k", b"bytes").await;
    let head = s3
        .head_object()
        .bucket(BUCKET)
        .key("k")
        .send()
        .await
        .unwrap();
    let (etag, modified) = (head.e_tag().unwrap(), *head.last_modified().unwrap());
    let earlier = DateTime::from_secs(modified.secs() - 10);
    let read = || s3.get_object().bucket(BUCKET).key("k");
    assert!(
        read()
            .if_match(etag)
            .if_unmodified_since(earlier)
            .send()
            .await
            .is_ok()
    );
    assert!(
        read()
            .if_none_match("\"other\"")
            .if_modified_since(modified)
            .send()
            .await
            .is_ok()
    );
    for (refused, status) in [
        (read().if_match("\"other\""), 412),
        (read().if_unmodified_since(earlier), 412),
        (read().if_none_match(etag), 304),
        (read().if_modified_since(modified), 304),
    ] {
        let error = refused.send().await.unwrap_err();
        let response = error.raw_response().unwrap();
        assert_eq!(response.status().as_u16(), status);
        if status == 304 {
            assert_eq!(response.headers().get("etag"), Some(etag));
        }
    }
}
