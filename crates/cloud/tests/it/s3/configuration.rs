//! What buckets are configured with: public access, ownership, policy, lifecycle.

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, ObjectCannedAcl, ObjectOwnership,
    OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
};

use super::{BUCKET, exists, put, s3_as, with_bucket};
use crate::harness::{allow, refusal};

fn public_policy() -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{BUCKET}/*"}}]}}"#
    )
}

async fn block_nothing(s3: &aws_sdk_s3::Client) {
    s3.delete_public_access_block()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn public_access_is_blocked_until_that_is_changed() {
    let (_cloud, s3) = with_bucket().await;
    let shown = s3
        .get_public_access_block()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    let shown = shown.public_access_block_configuration().unwrap();
    assert_eq!(
        (shown.block_public_acls(), shown.restrict_public_buckets()),
        (Some(true), Some(true))
    );
    let (code, message) = refusal(
        s3.put_bucket_policy()
            .bucket(BUCKET)
            .policy(public_policy())
            .send()
            .await,
    );
    assert_eq!(code, "AccessDenied");
    assert_eq!(
        message,
        format!(
            "User: arn:aws:iam::123456789012:user/administrator is not authorized to perform: s3:PutBucketPolicy on \
             resource: \"arn:aws:s3:::{BUCKET}\" because public policies are prevented by the BlockPublicPolicy \
             setting in S3 Block Public Access."
        )
    );
    let some = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .build();
    s3.put_public_access_block()
        .bucket(BUCKET)
        .public_access_block_configuration(some)
        .send()
        .await
        .unwrap();
    let shown = s3
        .get_public_access_block()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    assert_eq!(
        shown
            .public_access_block_configuration()
            .unwrap()
            .block_public_policy(),
        Some(false)
    );
    block_nothing(&s3).await;
    let (code, _) = refusal(s3.get_public_access_block().bucket(BUCKET).send().await);
    assert_eq!(code, "NoSuchPublicAccessBlockConfiguration");
    s3.put_bucket_policy()
        .bucket(BUCKET)
        .policy(public_policy())
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn acls_are_disabled_where_the_bucket_owns_its_objects() {
    let (_cloud, s3) = with_bucket().await;
    let put_with = |acl| s3.put_object().bucket(BUCKET).key("k").acl(acl).send();
    let (code, message) = refusal(put_with(ObjectCannedAcl::PublicRead).await);
    assert_eq!(
        (code.as_str(), message.as_str()),
        (
            "AccessControlListNotSupported",
            "The bucket does not allow ACLs"
        )
    );
    assert_eq!(
        refusal(put_with(ObjectCannedAcl::Private).await).0,
        "AccessControlListNotSupported"
    );
    put_with(ObjectCannedAcl::BucketOwnerFullControl)
        .await
        .unwrap();
    let rule = OwnershipControlsRule::builder()
        .object_ownership(ObjectOwnership::ObjectWriter)
        .build()
        .unwrap();
    let controls = OwnershipControls::builder().rules(rule).build().unwrap();
    s3.put_bucket_ownership_controls()
        .bucket(BUCKET)
        .ownership_controls(controls)
        .send()
        .await
        .unwrap();
    put_with(ObjectCannedAcl::Private).await.unwrap();
    let (code, message) = refusal(put_with(ObjectCannedAcl::PublicRead).await);
    assert_eq!(code, "AccessDenied");
    assert!(
        message.contains("because public ACLs are prevented by the BlockPublicAcls setting"),
        "{message}"
    );
    block_nothing(&s3).await;
    put_with(ObjectCannedAcl::PublicRead).await.unwrap();
    assert_eq!(
        refusal(put_with(ObjectCannedAcl::AuthenticatedRead).await).0,
        "NotImplemented"
    );
    s3.delete_bucket_ownership_controls()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    let (code, _) = refusal(
        s3.get_bucket_ownership_controls()
            .bucket(BUCKET)
            .send()
            .await,
    );
    assert_eq!(code, "OwnershipControlsNotFoundError");
}

#[tokio::test]
async fn a_bucket_policy_takes_part_in_decisions() {
    let (cloud, s3) = with_bucket().await;
    put(&s3, "k", b"bytes").await;
    let reader = s3_as(
        &cloud,
        cloud
            .user("reader", &allow(r#""s3:ListBucket""#, "*"))
            .await,
    );
    let read = || reader.get_object().bucket(BUCKET).key("k").send();
    assert_eq!(refusal(read().await).0, "AccessDenied");
    let statement = |effect: &str, action: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":{{"AWS":"arn:aws:iam::123456789012:user/reader"}},"Action":"{action}","Resource":["arn:aws:s3:::{BUCKET}/*","arn:aws:s3:::{BUCKET}"]}}]}}"#
        )
    };
    let set = |policy: String| s3.put_bucket_policy().bucket(BUCKET).policy(policy).send();
    set(statement("Allow", "s3:GetObject")).await.unwrap();
    assert_eq!(read().await.unwrap().content_length(), Some(5));
    let shown = s3.get_bucket_policy().bucket(BUCKET).send().await.unwrap();
    assert_eq!(
        shown.policy(),
        Some(statement("Allow", "s3:GetObject").as_str())
    );
    set(statement("Deny", "s3:ListBucket")).await.unwrap();
    let (code, message) = refusal(reader.list_objects_v2().bucket(BUCKET).send().await);
    assert_eq!(code, "AccessDenied");
    assert!(
        message.ends_with("with an explicit deny in a resource-based policy"),
        "{message}"
    );
    s3.delete_bucket_policy()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    assert!(reader.list_objects_v2().bucket(BUCKET).send().await.is_ok());
    assert_eq!(
        refusal(s3.get_bucket_policy().bucket(BUCKET).send().await).0,
        "NoSuchBucketPolicy"
    );
    for wrong in [
        "{}",
        "not json",
        &statement("Allow", "s3:GetObject").replace(BUCKET, "another-bucket"),
    ] {
        assert_eq!(
            refusal(set(wrong.to_owned()).await).0,
            "MalformedPolicy",
            "{wrong}"
        );
    }
}

fn expire(prefix: &str, expiration: LifecycleExpiration) -> BucketLifecycleConfiguration {
    let abort = AbortIncompleteMultipartUpload::builder()
        .days_after_initiation(1)
        .build();
    let rule = LifecycleRule::builder()
        .id("expire")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
        .expiration(expiration)
        .abort_incomplete_multipart_upload(abort)
        .build()
        .unwrap();
    BucketLifecycleConfiguration::builder()
        .rules(rule)
        .build()
        .unwrap()
}

#[tokio::test]
async fn lifecycle_rules_are_kept_shown_and_applied() {
    let (cloud, s3) = with_bucket().await;
    assert_eq!(
        refusal(
            s3.get_bucket_lifecycle_configuration()
                .bucket(BUCKET)
                .send()
                .await
        )
        .0,
        "NoSuchLifecycleConfiguration"
    );
    let set = |rules| {
        s3.put_bucket_lifecycle_configuration()
            .bucket(BUCKET)
            .lifecycle_configuration(rules)
            .send()
    };
    let after_a_day = expire("renders/", LifecycleExpiration::builder().days(1).build());
    set(after_a_day.clone()).await.unwrap();
    let shown = s3
        .get_bucket_lifecycle_configuration()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    assert_eq!(shown.rules(), after_a_day.rules());
    put(&s3, "renders/r1/progress.json", b"{}").await;
    put(&s3, "sites/a", b"a").await;
    let head = s3
        .head_object()
        .bucket(BUCKET)
        .key("renders/r1/progress.json")
        .send()
        .await
        .unwrap();
    let expiration = head.expiration().unwrap();
    assert!(
        expiration.starts_with("expiry-date=\"") && expiration.ends_with("rule-id=\"expire\""),
        "{expiration}"
    );
    assert_eq!(cloud.administrator().prune(None).await.unwrap().objects, 0);
    // Past midnights count whatever the age, so the clock need not move away from the client's.
    let past = LifecycleExpiration::builder()
        .date(DateTime::from_secs(1_700_006_400))
        .build();
    set(expire("renders/", past)).await.unwrap();
    let pruned = cloud.administrator().prune(None).await.unwrap();
    assert_eq!((pruned.objects, pruned.uploads), (1, 0));
    assert!(!exists(&s3, "renders/r1/progress.json").await && exists(&s3, "sites/a").await);
    let noon = LifecycleExpiration::builder()
        .date(DateTime::from_secs(1_700_049_600))
        .build();
    assert_eq!(
        refusal(set(expire("renders/", noon)).await).0,
        "InvalidArgument"
    );
    s3.delete_bucket_lifecycle()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    assert!(
        s3.get_bucket_lifecycle_configuration()
            .bucket(BUCKET)
            .send()
            .await
            .is_err()
    );
}
