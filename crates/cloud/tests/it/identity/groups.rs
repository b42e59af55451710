//! Groups: their policies count for their members.

use super::{bare_user, managed};
use crate::harness::{TestCloud, allow, refusal};

#[tokio::test]
async fn the_policies_of_a_group_count_for_its_members_alone() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let member = cloud.iam_as(bare_user(&cloud, "Ana").await);
    let other = cloud.iam_as(bare_user(&cloud, "bo").await);
    let made = iam.create_group().group_name("Editors").path("/video/");
    let made = made.send().await.unwrap().group.unwrap();
    assert_eq!(made.arn, "arn:aws:iam::123456789012:group/video/Editors");
    assert!(made.group_id.starts_with("AGPA") && made.group_id.len() == 21);
    iam.put_group_policy()
        .group_name("editors")
        .policy_name("inline")
        .policy_document(allow(r#""iam:ListUsers""#, "*"))
        .send()
        .await
        .unwrap();
    let arn = managed(&cloud, "groups", &allow(r#""iam:ListGroups""#, "*")).await;
    let attach = iam.attach_group_policy().group_name("Editors");
    attach.policy_arn(&arn).send().await.unwrap();

    assert_eq!(refusal(member.list_users().send().await).0, "AccessDenied");
    let add = iam.add_user_to_group().group_name("Editors");
    add.user_name("ana").send().await.unwrap();
    member.list_users().send().await.unwrap();
    member.list_groups().send().await.unwrap();
    assert_eq!(refusal(other.list_users().send().await).0, "AccessDenied");

    // What denies in a group denies.
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}]}"#;
    let put = iam.put_group_policy().group_name("Editors");
    put.policy_name("deny")
        .policy_document(deny)
        .send()
        .await
        .unwrap();
    let denied = refusal(member.list_users().send().await);
    assert!(denied.1.contains("explicit deny"), "{}", denied.1);

    let remove = iam.remove_user_from_group().group_name("Editors");
    remove.clone().user_name("ana").send().await.unwrap();
    let again = refusal(remove.user_name("ana").send().await);
    assert_eq!(again.0, "NoSuchEntity");
    assert_eq!(refusal(member.list_groups().send().await).0, "AccessDenied");
}

#[tokio::test]
async fn groups_are_shown_listed_renamed_and_deleted_when_empty() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    for name in ["a", "b", "c"] {
        iam.create_group().group_name(name).send().await.unwrap();
    }
    let again = refusal(iam.create_group().group_name("A").send().await);
    assert_eq!(
        again,
        (
            "EntityAlreadyExists".into(),
            "Group with name A already exists.".into()
        )
    );
    bare_user(&cloud, "ana").await;
    for group in ["a", "b"] {
        let add = iam.add_user_to_group().group_name(group);
        add.user_name("ana").send().await.unwrap();
    }
    let rename = iam.update_group().group_name("a");
    rename
        .new_group_name("z")
        .new_path("/x/")
        .send()
        .await
        .unwrap();
    let groups = iam.list_groups_for_user().user_name("ana").send().await;
    let arns: Vec<_> = groups
        .unwrap()
        .groups
        .into_iter()
        .map(|group| group.arn)
        .collect();
    assert_eq!(
        arns,
        [
            "arn:aws:iam::123456789012:group/b",
            "arn:aws:iam::123456789012:group/x/z"
        ]
    );
    let shown = iam.get_group().group_name("z").send().await.unwrap();
    assert_eq!(shown.users[0].user_name, "ana");
    let listed = iam.list_groups().max_items(2).send().await.unwrap();
    assert_eq!(listed.groups.len(), 2);
    assert!(listed.is_truncated);

    let user = refusal(iam.delete_user().user_name("ana").send().await);
    assert_eq!(user.0, "DeleteConflict");
    let populated = refusal(iam.delete_group().group_name("z").send().await);
    assert_eq!(
        populated,
        (
            "DeleteConflict".into(),
            "Cannot delete entity, must remove users from group first.".into()
        )
    );
    iam.delete_group().group_name("c").send().await.unwrap();
    let gone = refusal(iam.get_group().group_name("c").send().await);
    assert_eq!(
        gone,
        (
            "NoSuchEntity".into(),
            "The group with name c cannot be found.".into()
        )
    );
}

#[tokio::test]
async fn limits_of_groups_hold() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    bare_user(&cloud, "ana").await;
    for index in 0..=10 {
        let name = format!("g{index}");
        iam.create_group().group_name(&name).send().await.unwrap();
        let add = iam.add_user_to_group().group_name(&name).user_name("ana");
        let added = add.clone().send().await;
        if index < 10 {
            added.unwrap();
            // Again is no error.
            add.send().await.unwrap();
        } else {
            assert_eq!(
                refusal(added),
                (
                    "LimitExceeded".into(),
                    "Cannot exceed quota for GroupsPerUser: 10".into()
                )
            );
        }
    }
    let long = format!("arn:aws:s3:::{}", "b".repeat(5_120));
    let put = iam.put_group_policy().group_name("g0").policy_name("long");
    let refused = refusal(
        put.policy_document(allow(r#""s3:GetObject""#, &long))
            .send()
            .await,
    );
    assert_eq!(
        refused,
        (
            "LimitExceeded".into(),
            "Maximum policy size of 5120 bytes exceeded for group g0".into()
        )
    );
}
