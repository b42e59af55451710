//! Listings, page by page.

use aws_sdk_s3::types::{Delete, EncodingType, ObjectIdentifier};

use super::{BUCKET, put, with_bucket};
use crate::harness::refusal;

const KEYS: [&str; 7] = [
    "a",
    "renders/1/out.mp4",
    "renders/1/plan.json",
    "renders/2/plan.json",
    "sites/x",
    "sites/é+ .js",
    "z",
];

async fn filled() -> (crate::harness::TestCloud, aws_sdk_s3::Client) {
    let (cloud, s3) = with_bucket().await;
    for key in KEYS {
        put(&s3, key, key.as_bytes()).await;
    }
    (cloud, s3)
}

#[tokio::test]
async fn pages_follow_one_another() {
    let (_cloud, s3) = filled().await;
    let mut pages = s3
        .list_objects_v2()
        .bucket(BUCKET)
        .max_keys(3)
        .into_paginator()
        .send();
    let (mut keys, mut counts) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        counts.push(page.key_count().unwrap());
        keys.extend(
            page.contents()
                .iter()
                .map(|object| object.key().unwrap().to_owned()),
        );
    }
    assert_eq!(
        (keys.as_slice(), counts),
        (KEYS.map(str::to_owned).as_slice(), vec![3, 3, 1])
    );
    let (code, _) = refusal(
        s3.list_objects_v2()
            .bucket(BUCKET)
            .continuation_token("?")
            .send()
            .await,
    );
    assert_eq!(code, "InvalidArgument");
    let none = s3
        .list_objects_v2()
        .bucket(BUCKET)
        .max_keys(0)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (none.key_count(), none.is_truncated()),
        (Some(0), Some(false))
    );
}

#[tokio::test]
async fn prefixes_are_rolled_up_at_the_delimiter() {
    let (_cloud, s3) = filled().await;
    let list = || s3.list_objects_v2().bucket(BUCKET).delimiter("/");
    let root = list().send().await.unwrap();
    let prefixes: Vec<_> = root
        .common_prefixes()
        .iter()
        .filter_map(|common| common.prefix())
        .collect();
    let keys: Vec<_> = root
        .contents()
        .iter()
        .filter_map(|object| object.key())
        .collect();
    assert_eq!(
        (prefixes, keys, root.key_count()),
        (vec!["renders/", "sites/"], vec!["a", "z"], Some(4))
    );
    let renders = list().prefix("renders/").max_keys(1).send().await.unwrap();
    assert_eq!(renders.common_prefixes()[0].prefix(), Some("renders/1/"));
    let token = renders.next_continuation_token().unwrap();
    let next = list()
        .prefix("renders/")
        .continuation_token(token)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (next.common_prefixes()[0].prefix(), next.key_count()),
        (Some("renders/2/"), Some(1))
    );
    let after = s3
        .list_objects_v2()
        .bucket(BUCKET)
        .start_after("sites/x")
        .send()
        .await
        .unwrap();
    assert_eq!(after.contents()[0].key(), Some("sites/é+ .js"));
}

#[tokio::test]
async fn names_are_encoded_where_that_is_asked_for() {
    let (_cloud, s3) = filled().await;
    let list = s3
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("sites/é")
        .encoding_type(EncodingType::Url);
    let page = list.send().await.unwrap();
    assert_eq!(page.contents()[0].key(), Some("sites/%C3%A9%2B%20.js"));
    assert_eq!(page.prefix(), Some("sites/%C3%A9"));
}

#[tokio::test]
async fn the_older_listing_continues_after_a_marker() {
    let (_cloud, s3) = filled().await;
    let first = s3
        .list_objects()
        .bucket(BUCKET)
        .delimiter("/")
        .max_keys(2)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (first.is_truncated(), first.next_marker()),
        (Some(true), Some("renders/"))
    );
    let second = s3
        .list_objects()
        .bucket(BUCKET)
        .delimiter("/")
        .marker("renders/")
        .send()
        .await
        .unwrap();
    assert_eq!(second.common_prefixes()[0].prefix(), Some("sites/"));
    assert_eq!(
        (second.contents()[0].key(), second.is_truncated()),
        (Some("z"), Some(false))
    );
}

#[tokio::test]
async fn several_objects_are_deleted_at_once() {
    let (_cloud, s3) = filled().await;
    let object = |key: &str| ObjectIdentifier::builder().key(key).build().unwrap();
    let keys = ["a", "z", "none"].map(object).to_vec();
    let delete = Delete::builder().set_objects(Some(keys)).build().unwrap();
    let deleted = s3
        .delete_objects()
        .bucket(BUCKET)
        .delete(delete)
        .send()
        .await
        .unwrap();
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (3, 0));
    let left = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(left.key_count(), Some(5));
}
