//! Requests of nobody.

use super::{BUCKET, put, with_bucket};
use crate::raw::Raw;

#[tokio::test]
async fn nobody_may_do_what_a_public_policy_allows_and_nothing_else() {
    let (cloud, s3) = with_bucket().await;
    put(&s3, "open", b"bytes").await;
    let raw = |method: &'static str, target: String| {
        let host = cloud.endpoint().trim_start_matches("http://").to_owned();
        Raw {
            method,
            ..Raw::get(&target)
        }
        .header("host", &host)
    };
    let read = raw("GET", format!("/{BUCKET}/open"));
    let denied = read.send(&cloud).await;
    assert_eq!((denied.status, denied.code()), (403, "AccessDenied"));
    assert_eq!(denied.between("<Message>", "</Message>"), "Access Denied");
    s3.delete_public_access_block()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{BUCKET}/*"}}]}}"#
    );
    s3.put_bucket_policy()
        .bucket(BUCKET)
        .policy(policy)
        .send()
        .await
        .unwrap();
    let allowed = read.send(&cloud).await;
    assert!(
        allowed.status == 200 && allowed.text.ends_with("bytes"),
        "{}",
        allowed.text
    );
    let override_header = raw(
        "GET",
        format!("/{BUCKET}/open?response-content-type=text%2Fhtml"),
    )
    .send(&cloud)
    .await;
    assert_eq!(
        (override_header.status, override_header.code()),
        (400, "InvalidRequest")
    );
    assert_eq!(
        raw("GET", format!("/{BUCKET}/missing"))
            .send(&cloud)
            .await
            .status,
        403
    );
    assert_eq!(
        raw("DELETE", format!("/{BUCKET}/open"))
            .send(&cloud)
            .await
            .status,
        403
    );
    assert_eq!(
        raw("GET", format!("/{BUCKET}")).send(&cloud).await.status,
        403
    );
    assert_eq!(raw("GET", "/".to_owned()).send(&cloud).await.status, 403);
    assert_eq!(
        raw("PUT", "/new-bucket".to_owned())
            .send(&cloud)
            .await
            .status,
        403
    );
    let block = aws_sdk_s3::types::PublicAccessBlockConfiguration::builder()
        .restrict_public_buckets(true)
        .build();
    s3.put_public_access_block()
        .bucket(BUCKET)
        .public_access_block_configuration(block)
        .send()
        .await
        .unwrap();
    assert_eq!(read.send(&cloud).await.status, 403, "RestrictPublicBuckets");
}

#[tokio::test]
async fn nobody_reads_an_object_by_its_acl_where_acls_count() {
    use aws_sdk_s3::types::{
        ObjectCannedAcl, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    };
    let (cloud, s3) = with_bucket().await;
    let host = cloud.endpoint().trim_start_matches("http://").to_owned();
    let read = |key: &str| Raw::get(&format!("/{BUCKET}/{key}")).header("host", &host);
    let write = |key: &str| {
        let put = s3.put_object().bucket(BUCKET).key(key);
        put.acl(ObjectCannedAcl::PublicRead)
            .body(b"bytes".to_vec().into())
            .send()
    };
    s3.delete_public_access_block()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    write("open").await.unwrap_err();
    let own = |ownership| {
        let rule = OwnershipControlsRule::builder().object_ownership(ownership);
        let controls = OwnershipControls::builder().rules(rule.build().unwrap());
        let put = s3.put_bucket_ownership_controls().bucket(BUCKET);
        put.ownership_controls(controls.build().unwrap()).send()
    };
    own(ObjectOwnership::ObjectWriter).await.unwrap();
    write("open").await.unwrap();
    put(&s3, "closed", b"bytes").await;
    let open = read("open").send(&cloud).await;
    assert!(
        open.status == 200 && open.text.ends_with("bytes"),
        "{}",
        open.text
    );
    assert_eq!(read("closed").send(&cloud).await.status, 403);
    // Neither what a policy denies nor what the bucket owns itself is read by an ACL.
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{BUCKET}/open"}}}}"#
    );
    let denying = s3.put_bucket_policy().bucket(BUCKET).policy(policy);
    denying.send().await.unwrap();
    assert_eq!(read("open").send(&cloud).await.status, 403);
    s3.delete_bucket_policy()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    own(ObjectOwnership::BucketOwnerEnforced).await.unwrap();
    assert_eq!(read("open").send(&cloud).await.status, 403);
}

#[tokio::test]
async fn nobody_lists_a_bucket_but_by_its_acl_where_acls_count() {
    use aws_sdk_s3::types::BucketCannedAcl::{self, AuthenticatedRead, Private, PublicRead};
    let (cloud, s3) = with_bucket().await;
    let host = cloud.endpoint().trim_start_matches("http://").to_owned();
    let list = Raw::get(&format!("/{BUCKET}?list-type=2")).header("host", &host);
    let give = async |acl: BucketCannedAcl| {
        let given = s3.put_bucket_acl().bucket(BUCKET).acl(acl).send().await;
        let refused = |error: aws_sdk_s3::error::SdkError<_>| {
            aws_sdk_s3::error::ProvideErrorMetadata::code(&error).map(str::to_owned)
        };
        given.map(drop).map_err(refused)
    };
    let refusal = |code: &str| Err(Some(code.to_owned()));
    assert_eq!(
        give(Private).await,
        refusal("AccessControlListNotSupported")
    );
    s3.delete_bucket_ownership_controls()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    assert_eq!(give(Private).await, Ok(()));
    assert_eq!(give(PublicRead).await, refusal("AccessDenied"));
    s3.delete_public_access_block()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    assert_eq!(list.send(&cloud).await.status, 403);
    assert_eq!(give(PublicRead).await, Ok(()));
    assert_eq!(list.send(&cloud).await.status, 200);
    // No object is read by the ACL of its bucket.
    put(&s3, "closed", b"bytes").await;
    let read = Raw::get(&format!("/{BUCKET}/closed")).header("host", &host);
    assert_eq!(read.send(&cloud).await.status, 403);
    assert_eq!(give(AuthenticatedRead).await, refusal("NotImplemented"));
    assert_eq!(give(Private).await, Ok(()));
    assert_eq!(list.send(&cloud).await.status, 403);
}
