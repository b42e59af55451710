//! Copies of objects.

use aws_sdk_s3::types::{MetadataDirective, TaggingDirective};

use super::{BUCKET, get, put, s3_as, with_bucket};
use crate::harness::refusal;

#[tokio::test]
async fn a_copy_has_the_bytes_and_the_attributes_asked_for() {
    let (_cloud, s3) = with_bucket().await;
    let stored = s3
        .put_object()
        .bucket(BUCKET)
        .key("a b/ü")
        .body(b"bytes".to_vec().into());
    let stored = stored
        .metadata("k", "v")
        .content_type("text/plain")
        .tagging("t=1")
        .send()
        .await
        .unwrap();
    let source = format!("{BUCKET}/a%20b/%C3%BC");
    let copied = s3
        .copy_object()
        .bucket(BUCKET)
        .key("kept")
        .copy_source(&source)
        .send()
        .await
        .unwrap();
    assert_eq!(copied.copy_object_result().unwrap().e_tag(), stored.e_tag());
    let kept = s3
        .get_object()
        .bucket(BUCKET)
        .key("kept")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (kept.content_type(), kept.tag_count()),
        (Some("text/plain"), Some(1))
    );
    assert_eq!(kept.metadata().unwrap()["k"], "v");
    let replaced = s3
        .copy_object()
        .bucket(BUCKET)
        .key("replaced")
        .copy_source(&source);
    let replaced = replaced
        .metadata_directive(MetadataDirective::Replace)
        .metadata("other", "w");
    replaced
        .tagging_directive(TaggingDirective::Replace)
        .send()
        .await
        .unwrap();
    let replaced = s3
        .get_object()
        .bucket(BUCKET)
        .key("replaced")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (replaced.content_type(), replaced.tag_count()),
        (Some("binary/octet-stream"), None)
    );
    assert_eq!(replaced.metadata().unwrap().get("k"), None);
    assert_eq!(get(&s3, "replaced").await, b"bytes");
}

#[tokio::test]
async fn a_copy_to_itself_must_change_something() {
    let (_cloud, s3) = with_bucket().await;
    put(&s3, "k", b"bytes").await;
    let copy = || {
        s3.copy_object()
            .bucket(BUCKET)
            .key("k")
            .copy_source(format!("{BUCKET}/k"))
    };
    assert_eq!(refusal(copy().send().await).0, "InvalidRequest");
    copy()
        .metadata_directive(MetadataDirective::Replace)
        .metadata("a", "b")
        .send()
        .await
        .unwrap();
    assert_eq!(get(&s3, "k").await, b"bytes");
    assert_eq!(
        refusal(
            copy()
                .copy_source_if_match("\"other\"")
                .metadata_directive(MetadataDirective::Replace)
                .send()
                .await
        )
        .0,
        "PreconditionFailed"
    );
}

#[tokio::test]
async fn both_sides_of_a_copy_are_decided_upon() {
    let (cloud, s3) = with_bucket().await;
    put(&s3, "secret", b"bytes").await;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["s3:PutObject"],"Resource":"arn:aws:s3:::{BUCKET}/*"}},{{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::{BUCKET}/open"}}]}}"#
    );
    let writer = s3_as(&cloud, cloud.user("writer", &policy).await);
    put(&s3, "open", b"open").await;
    let copy = |source: &str| {
        writer
            .copy_object()
            .bucket(BUCKET)
            .key("stolen")
            .copy_source(format!("{BUCKET}/{source}"))
            .send()
    };
    let (code, message) = refusal(copy("secret").await);
    assert_eq!(code, "AccessDenied");
    assert_eq!(
        message,
        format!(
            "User: arn:aws:iam::123456789012:user/writer is not authorized to perform: s3:GetObject on resource: \
             \"arn:aws:s3:::{BUCKET}/secret\" because no identity-based policy allows the s3:GetObject action"
        )
    );
    copy("open").await.unwrap();
    assert_eq!(get(&s3, "stolen").await, b"open");
}
