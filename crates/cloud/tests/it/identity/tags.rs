//! Tags, and the decisions that depend on them.

use super::{managed, role, tag};
use crate::harness::{TestCloud, allow, refusal};

#[tokio::test]
async fn tags_are_put_replaced_listed_and_taken_off() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    role(&cloud, "r").await;
    let put = iam.tag_role().role_name("r");
    put.tags(tag("Team", "video"))
        .tags(tag("stage", "test"))
        .send()
        .await
        .unwrap();
    // Keys that differ in case alone are one key.
    let put = iam.tag_role().role_name("r").tags(tag("team", "audio"));
    put.send().await.unwrap();
    let listed = iam.list_role_tags().role_name("r").send().await.unwrap();
    let listed: Vec<_> = listed
        .tags
        .iter()
        .map(|tag| (tag.key.as_str(), tag.value.as_str()))
        .collect();
    assert_eq!(listed, [("stage", "test"), ("team", "audio")]);
    let take = iam.untag_role().role_name("r").tag_keys("TEAM");
    take.send().await.unwrap();
    let shown = iam.get_role().role_name("r").send().await.unwrap();
    assert_eq!(shown.role.unwrap().tags().len(), 1);

    let arn = managed(&cloud, "p", &allow(r#""s3:*""#, "*")).await;
    let put = iam.tag_policy().policy_arn(&arn).tags(tag("a", "1"));
    put.send().await.unwrap();
    let listed = iam.list_policy_tags().policy_arn(&arn).send().await;
    assert_eq!(listed.unwrap().tags[0].key, "a");
    let take = iam.untag_policy().policy_arn(&arn).tag_keys("a");
    take.send().await.unwrap();
    let listed = iam.list_policy_tags().policy_arn(&arn).send().await;
    assert!(listed.unwrap().tags.is_empty());

    let made = iam.create_instance_profile().instance_profile_name("i");
    made.tags(tag("a", "1")).send().await.unwrap();
    let put = iam.tag_instance_profile().instance_profile_name("i");
    put.tags(tag("b", "2")).send().await.unwrap();
    let take = iam.untag_instance_profile().instance_profile_name("i");
    take.tag_keys("a").send().await.unwrap();
    let listed = iam.list_instance_profile_tags().instance_profile_name("i");
    let listed = listed.send().await.unwrap().tags;
    assert_eq!((listed.len(), listed[0].key.as_str()), (1, "b"));
}

#[tokio::test]
async fn limits_of_tags_hold() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let make = iam.create_user().user_name("u").tags(tag("first", "1"));
    make.send().await.unwrap();
    let fifty = (0..50)
        .map(|index| tag(&format!("k{index}"), "v"))
        .collect();
    let put = iam.tag_user().user_name("u").set_tags(Some(fifty));
    let refused = refusal(put.send().await);
    assert_eq!(
        refused,
        (
            "LimitExceeded".into(),
            "The number of tags has reached the maximum limit: 50".into()
        )
    );
    let listed = iam.list_user_tags().user_name("u").send().await.unwrap();
    assert_eq!(listed.tags.len(), 1, "a refused call changes nothing");
    let reserved = iam.tag_user().user_name("u").tags(tag("aws:x", "v"));
    assert_eq!(refusal(reserved.send().await).0, "InvalidInput");
    let twice = iam.tag_user().user_name("u").tags(tag("a", "v"));
    let twice = twice.tags(tag("A", "v")).send().await;
    assert_eq!(refusal(twice).0, "InvalidInput");
}

#[tokio::test]
async fn decisions_see_the_tags_of_principal_resource_and_request() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:GetRole","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}},
        {"Effect":"Allow","Action":"iam:ListRolePolicies","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/team":"video"}}},
        {"Effect":"Allow","Action":"iam:TagRole","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/stage":"test"},"ForAllValues:StringEquals":{"aws:TagKeys":["stage"]}}},
        {"Effect":"Allow","Action":"iam:UntagRole","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["stage"]}}}
    ]}"#;
    let user = cloud.iam_as(cloud.user("u", policy).await);
    for (name, team) in [("ours", "video"), ("theirs", "audio")] {
        role(&cloud, name).await;
        let put = iam.tag_role().role_name(name).tags(tag("team", team));
        put.send().await.unwrap();
    }
    let get = |name: &str| user.get_role().role_name(name).send();
    assert_eq!(refusal(get("ours").await).0, "AccessDenied");
    let put = iam.tag_user().user_name("u").tags(tag("team", "video"));
    put.send().await.unwrap();
    get("ours").await.unwrap();
    assert_eq!(refusal(get("theirs").await).0, "AccessDenied");
    let list = |name: &str| user.list_role_policies().role_name(name).send();
    list("ours").await.unwrap();
    assert_eq!(refusal(list("theirs").await).0, "AccessDenied");
    let put = |one| user.tag_role().role_name("ours").tags(one);
    put(tag("stage", "test")).send().await.unwrap();
    let live = put(tag("stage", "live")).send().await;
    assert_eq!(refusal(live).0, "AccessDenied");
    let more = put(tag("stage", "test")).tags(tag("x", "y")).send().await;
    assert_eq!(refusal(more).0, "AccessDenied");
    let take = |key: &str| user.untag_role().role_name("ours").tag_keys(key).send();
    take("stage").await.unwrap();
    assert_eq!(refusal(take("team").await).0, "AccessDenied");
}
