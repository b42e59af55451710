//! Who may do what.

use aws_sdk_s3::types::{Delete, ObjectIdentifier, Tagging};

use super::{BUCKET, exists, put, s3_as, with_bucket};
use crate::harness::{allow, refusal};

fn statement(action: &str, resource: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#)
}

fn policy(statements: &[String]) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    )
}

#[tokio::test]
async fn a_denial_names_caller_action_and_quoted_arn() {
    let (cloud, s3) = with_bucket().await;
    put(&s3, "k é", b"bytes").await;
    let nobody = s3_as(
        &cloud,
        cloud
            .user("nobody", &allow(r#""sts:GetCallerIdentity""#, "*"))
            .await,
    );
    let (code, message) = refusal(nobody.get_object().bucket(BUCKET).key("k é").send().await);
    assert_eq!(code, "AccessDenied");
    assert_eq!(
        message,
        format!(
            "User: arn:aws:iam::123456789012:user/nobody is not authorized to perform: s3:GetObject on resource: \
             \"arn:aws:s3:::{BUCKET}/k é\" because no identity-based policy allows the s3:GetObject action"
        )
    );
    let (_, message) = refusal(nobody.list_buckets().send().await);
    assert!(message.contains("s3:ListAllMyBuckets"), "{message}");
    let tagging = Tagging::builder()
        .set_tag_set(Some(Vec::new()))
        .build()
        .unwrap();
    let unmapped = nobody
        .put_object_tagging()
        .bucket(BUCKET)
        .key("k é")
        .tagging(tagging)
        .send()
        .await;
    assert_eq!(refusal(unmapped).0, "NotImplemented");
}

#[tokio::test]
async fn who_may_not_list_does_not_learn_what_is_missing() {
    let (cloud, s3) = with_bucket().await;
    put(&s3, "there", b"bytes").await;
    let objects = format!("arn:aws:s3:::{BUCKET}/*");
    let bucket = format!("arn:aws:s3:::{BUCKET}");
    let blind = s3_as(
        &cloud,
        cloud
            .user("blind", &policy(&[statement("s3:GetObject", &objects)]))
            .await,
    );
    assert!(exists(&blind, "there").await);
    assert_eq!(
        refusal(
            blind
                .get_object()
                .bucket(BUCKET)
                .key("missing")
                .send()
                .await
        )
        .0,
        "AccessDenied"
    );
    let head = blind
        .head_object()
        .bucket(BUCKET)
        .key("missing")
        .send()
        .await
        .unwrap_err();
    assert_eq!(head.raw_response().unwrap().status().as_u16(), 403);
    let both = policy(&[
        statement("s3:GetObject", &objects),
        statement("s3:ListBucket", &bucket),
    ]);
    let seeing = s3_as(&cloud, cloud.user("seeing", &both).await);
    assert_eq!(
        refusal(
            seeing
                .get_object()
                .bucket(BUCKET)
                .key("missing")
                .send()
                .await
        )
        .0,
        "NoSuchKey"
    );
}

#[tokio::test]
async fn each_key_of_a_deletion_is_decided_upon() {
    let (cloud, s3) = with_bucket().await;
    for key in ["mine/a", "mine/b", "theirs"] {
        put(&s3, key, b"bytes").await;
    }
    let mine = policy(&[statement(
        "s3:DeleteObject",
        &format!("arn:aws:s3:::{BUCKET}/mine/*"),
    )]);
    let user = s3_as(&cloud, cloud.user("deleter", &mine).await);
    let keys = ["mine/a", "theirs", "mine/b"]
        .map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder()
        .set_objects(Some(keys.to_vec()))
        .build()
        .unwrap();
    let answer = user
        .delete_objects()
        .bucket(BUCKET)
        .delete(delete)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.deleted().len(), 2);
    let error = &answer.errors()[0];
    assert_eq!(
        (error.key(), error.code()),
        (Some("theirs"), Some("AccessDenied"))
    );
    assert!(
        error.message().unwrap().contains("s3:DeleteObject"),
        "{error:?}"
    );
    assert!(exists(&s3, "theirs").await && !exists(&s3, "mine/a").await);
}

#[tokio::test]
async fn dependent_actions_are_decided_upon_too() {
    let (cloud, _s3) = with_bucket().await;
    let write = policy(&[
        statement("s3:PutObject", "*"),
        statement("s3:CreateBucket", "*"),
    ]);
    let writer = s3_as(&cloud, cloud.user("writer", &write).await);
    let (_, message) = refusal(
        writer
            .put_object()
            .bucket(BUCKET)
            .key("k")
            .tagging("a=1")
            .send()
            .await,
    );
    assert!(message.contains("s3:PutObjectTagging"), "{message}");
    let acl = aws_sdk_s3::types::ObjectCannedAcl::BucketOwnerFullControl;
    let (_, message) = refusal(
        writer
            .put_object()
            .bucket(BUCKET)
            .key("k")
            .acl(acl)
            .send()
            .await,
    );
    assert!(message.contains("s3:PutObjectAcl"), "{message}");
    let ownership = aws_sdk_s3::types::ObjectOwnership::ObjectWriter;
    let made = writer
        .create_bucket()
        .bucket("made")
        .object_ownership(ownership)
        .send()
        .await;
    assert!(refusal(made).1.contains("s3:PutBucketOwnershipControls"));
    let upload = writer
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("k")
        .send()
        .await
        .unwrap();
    let abort = writer
        .abort_multipart_upload()
        .bucket(BUCKET)
        .key("k")
        .upload_id(upload.upload_id().unwrap());
    assert!(
        refusal(abort.send().await)
            .1
            .contains("s3:AbortMultipartUpload")
    );
}

#[tokio::test]
async fn conditions_see_the_request() {
    let (cloud, _s3) = with_bucket().await;
    let listing = r#"{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"s3:prefix":"renders/*"}}}"#;
    let writing = r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":{"StringEquals":{"s3:if-none-match":"*"}}}"#;
    let making = r#"{"Effect":"Allow","Action":"s3:CreateBucket","Resource":"*","Condition":{"StringEquals":{"s3:locationconstraint":"eu-west-1"}}}"#;
    let conditions = policy(&[listing.to_owned(), writing.to_owned(), making.to_owned()]);
    let user = s3_as(&cloud, cloud.user("conditional", &conditions).await);
    assert!(
        user.list_objects_v2()
            .bucket(BUCKET)
            .prefix("renders/r1")
            .send()
            .await
            .is_ok()
    );
    assert_eq!(
        refusal(user.list_objects_v2().bucket(BUCKET).send().await).0,
        "AccessDenied"
    );
    assert!(
        user.put_object()
            .bucket(BUCKET)
            .key("k")
            .if_none_match("*")
            .send()
            .await
            .is_ok()
    );
    assert_eq!(
        refusal(user.put_object().bucket(BUCKET).key("k").send().await).0,
        "AccessDenied"
    );
    assert_eq!(
        refusal(user.create_bucket().bucket("made").send().await).0,
        "AccessDenied"
    );
    let location = aws_sdk_s3::types::BucketLocationConstraint::EuWest1;
    let elsewhere = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(location)
        .build();
    let made = user
        .create_bucket()
        .bucket("made")
        .create_bucket_configuration(elsewhere)
        .send()
        .await;
    assert_eq!(
        refusal(made).0,
        "IllegalLocationConstraintException",
        "allowed, and then impossible"
    );
}

#[tokio::test]
async fn another_owner_than_the_expected_one_is_refused() {
    let (_cloud, s3) = with_bucket().await;
    put(&s3, "k", b"bytes").await;
    let read = |owner: &str| {
        s3.get_object()
            .bucket(BUCKET)
            .key("k")
            .expected_bucket_owner(owner)
            .send()
    };
    assert!(read("123456789012").await.is_ok());
    let (code, message) = refusal(read("210987654321").await);
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("AccessDenied", "Access Denied")
    );
}
