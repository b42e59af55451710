//! Buckets: made, listed, found, deleted.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership};

use super::{BUCKET, put, s3_as, with_bucket};
use crate::harness::{TestCloud, refusal};

#[tokio::test]
async fn buckets_are_made_listed_and_deleted() {
    let cloud = TestCloud::start().await;
    let s3 = s3_as(&cloud, cloud.root());
    for name in ["bucket-b", "bucket-a", "other"] {
        let made = s3.create_bucket().bucket(name).send().await.unwrap();
        assert_eq!(made.location(), Some(format!("/{name}").as_str()));
    }
    let listed = s3.list_buckets().send().await.unwrap();
    let names: Vec<_> = listed
        .buckets()
        .iter()
        .filter_map(|bucket| bucket.name())
        .collect();
    assert_eq!(names, ["bucket-a", "bucket-b", "other"]);
    let page = s3
        .list_buckets()
        .prefix("bucket")
        .max_buckets(1)
        .send()
        .await
        .unwrap();
    assert_eq!(page.buckets()[0].name(), Some("bucket-a"));
    let token = page.continuation_token().unwrap();
    let next = s3
        .list_buckets()
        .prefix("bucket")
        .max_buckets(1)
        .continuation_token(token)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (next.buckets()[0].name(), next.continuation_token()),
        (Some("bucket-b"), None)
    );
    let head = s3.head_bucket().bucket("other").send().await.unwrap();
    assert_eq!(head.bucket_region(), Some("us-east-1"));
    s3.delete_bucket().bucket("other").send().await.unwrap();
    let gone = s3.head_bucket().bucket("other").send().await.unwrap_err();
    assert!(gone.as_service_error().unwrap().is_not_found());
}

#[tokio::test]
async fn making_ones_own_bucket_again_is_no_error_in_the_oldest_region() {
    let (_cloud, s3) = with_bucket().await;
    put(&s3, "k", b"bytes").await;
    s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(super::get(&s3, "k").await, b"bytes");
    let (code, _) = refusal(s3.delete_bucket().bucket(BUCKET).send().await);
    assert_eq!(code, "BucketNotEmpty");
}

#[tokio::test]
async fn names_and_locations_are_checked() {
    let cloud = TestCloud::start().await;
    let s3 = s3_as(&cloud, cloud.root());
    for name in ["Abc", "a_b_c", "ab"] {
        assert_eq!(
            refusal(s3.create_bucket().bucket(name).send().await).0,
            "InvalidBucketName",
            "{name}"
        );
    }
    let at = |location: &str| {
        let location = BucketLocationConstraint::from(location);
        CreateBucketConfiguration::builder()
            .location_constraint(location)
            .build()
    };
    let make = |location| {
        s3.create_bucket()
            .bucket("placed")
            .create_bucket_configuration(at(location))
            .send()
    };
    assert_eq!(
        refusal(make("eu-west-1").await).0,
        "IllegalLocationConstraintException"
    );
    assert_eq!(
        refusal(make("us-east-1").await).0,
        "InvalidLocationConstraint"
    );
    s3.create_bucket().bucket("placed").send().await.unwrap();
    let location = s3
        .get_bucket_location()
        .bucket("placed")
        .send()
        .await
        .unwrap();
    let named = location
        .location_constraint()
        .is_some_and(|name| !name.as_str().is_empty());
    assert!(!named, "{location:?}");
}

#[tokio::test]
async fn a_bucket_is_made_with_the_ownership_asked_for() {
    let cloud = TestCloud::start().await;
    let s3 = s3_as(&cloud, cloud.root());
    let make = s3
        .create_bucket()
        .bucket("owned")
        .object_ownership(ObjectOwnership::ObjectWriter);
    make.send().await.unwrap();
    let controls = s3
        .get_bucket_ownership_controls()
        .bucket("owned")
        .send()
        .await
        .unwrap();
    let rules = controls.ownership_controls().unwrap().rules();
    assert_eq!(rules[0].object_ownership(), &ObjectOwnership::ObjectWriter);
    let public = s3.create_bucket().bucket("public");
    let public = public
        .acl(aws_sdk_s3::types::BucketCannedAcl::PublicRead)
        .send()
        .await;
    assert_eq!(refusal(public).0, "InvalidBucketAclWithObjectOwnership");
}
