//! When keys were last used.

use jiff::SignedDuration;

use super::bare_user;
use crate::harness::{TestCloud, allow, refusal};

#[tokio::test]
async fn the_last_use_of_a_key_is_known_whether_or_not_it_was_allowed() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let key = bare_user(&cloud, "u").await;
    let id = key.access_key_id().to_owned();
    let last_used = || iam.get_access_key_last_used().access_key_id(&id).send();
    let never = last_used().await.unwrap();
    assert_eq!(never.user_name.as_deref(), Some("u"));
    let never = never.access_key_last_used.unwrap();
    assert!(never.last_used_date.is_none());
    assert_eq!(
        (never.service_name.as_str(), never.region.as_str()),
        ("N/A", "N/A")
    );
    let sts = cloud.sts_as(key.clone());
    sts.get_caller_identity().send().await.unwrap();
    let first = last_used().await.unwrap().access_key_last_used.unwrap();
    assert_eq!(
        (first.service_name.as_str(), first.region.as_str()),
        ("sts", "us-east-1")
    );
    cloud.clock.advance(SignedDuration::from_secs(30));
    let denied = cloud.iam_as(key).list_users().send().await;
    assert_eq!(refusal(denied).0, "AccessDenied");
    let second = last_used().await.unwrap().access_key_last_used.unwrap();
    assert_eq!(second.service_name, "iam");
    let apart = second.last_used_date.unwrap().secs() - first.last_used_date.unwrap().secs();
    assert!(apart >= 30, "{apart}");
}

#[tokio::test]
async fn the_use_of_a_key_is_told_to_those_who_may_ask_about_its_owner() {
    let cloud = TestCloud::start().await;
    let of_u = "arn:aws:iam::123456789012:user/u";
    let policy = allow(r#""iam:GetAccessKeyLastUsed""#, of_u);
    let asking = cloud.iam_as(cloud.user("asking", &policy).await);
    let key = bare_user(&cloud, "u").await;
    let other = bare_user(&cloud, "other").await;
    let ask = |id: &str| asking.get_access_key_last_used().access_key_id(id).send();
    ask(key.access_key_id()).await.unwrap();
    assert_eq!(refusal(ask(other.access_key_id()).await).0, "AccessDenied");
    let absent = "AKIAAAAAAAAAAAAAAAAA";
    assert_eq!(refusal(ask(absent).await).0, "AccessDenied");
    let administrator = cloud.iam();
    let ask = administrator.get_access_key_last_used();
    let refused = refusal(ask.access_key_id(absent).send().await);
    assert_eq!(refused.0, "NoSuchEntity");
}
