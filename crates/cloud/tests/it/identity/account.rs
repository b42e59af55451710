//! The account as a whole.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{EntityType, PolicyUsageType, SummaryKeyType};

use super::{bare_user, managed, role};
use crate::harness::{TestCloud, allow, refusal};

/// A user in a group, a role in an instance profile, and a policy that is everywhere.
async fn populate(cloud: &TestCloud) -> String {
    let iam = cloud.iam();
    let arn = managed(cloud, "everywhere", &allow(r#""s3:GetObject""#, "*")).await;
    bare_user(cloud, "u").await;
    role(cloud, "r").await;
    iam.create_group().group_name("g").send().await.unwrap();
    let add = iam.add_user_to_group().group_name("g").user_name("u");
    add.send().await.unwrap();
    let make = iam.create_instance_profile().instance_profile_name("i");
    make.send().await.unwrap();
    let add = iam.add_role_to_instance_profile().role_name("r");
    add.instance_profile_name("i").send().await.unwrap();
    let attach = iam.attach_group_policy().group_name("g");
    attach.policy_arn(&arn).send().await.unwrap();
    let attach = iam.attach_role_policy().role_name("r");
    attach.policy_arn(&arn).send().await.unwrap();
    let bound = iam.put_user_permissions_boundary().user_name("u");
    bound.permissions_boundary(&arn).send().await.unwrap();
    arn
}

#[tokio::test]
async fn the_summary_counts_and_names_quotas() {
    let cloud = TestCloud::start().await;
    populate(&cloud).await;
    let summary = cloud.iam().get_account_summary().send().await.unwrap();
    let summary = summary.summary_map.unwrap();
    for (key, value) in [
        (SummaryKeyType::Users, 2),
        (SummaryKeyType::Groups, 1),
        (SummaryKeyType::Policies, 1),
        (SummaryKeyType::PolicyVersionsInUse, 1),
        (SummaryKeyType::UsersQuota, 5_000),
        (SummaryKeyType::PolicySizeQuota, 6_144),
        (SummaryKeyType::AccessKeysPerUserQuota, 2),
    ] {
        assert_eq!(summary.get(&key), Some(&value), "{key}");
    }
}

#[tokio::test]
async fn those_who_have_a_policy_are_found_by_kind_and_usage() {
    let cloud = TestCloud::start().await;
    let arn = populate(&cloud).await;
    let iam = cloud.iam();
    let list = || iam.list_entities_for_policy().policy_arn(&arn);
    let all = list().send().await.unwrap();
    assert_eq!(all.policy_groups()[0].group_name(), Some("g"));
    assert_eq!(all.policy_roles()[0].role_name(), Some("r"));
    assert_eq!(all.policy_users()[0].user_name(), Some("u"));
    let bounded = list()
        .policy_usage_filter(PolicyUsageType::PermissionsBoundary)
        .send()
        .await
        .unwrap();
    assert_eq!(bounded.policy_users().len(), 1);
    assert!(bounded.policy_groups().is_empty() && bounded.policy_roles().is_empty());
    let roles = list().entity_filter(EntityType::Role).send().await.unwrap();
    assert_eq!(roles.policy_roles().len(), 1);
    assert!(roles.policy_groups().is_empty() && roles.policy_users().is_empty());
    let mut pages = list().into_paginator().page_size(1).send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        page.unwrap();
        count += 1;
    }
    assert_eq!(count, 3);
    let policy = iam.get_policy().policy_arn(&arn).send().await.unwrap();
    let policy = policy.policy.unwrap();
    assert_eq!(policy.attachment_count, Some(2));
    assert_eq!(policy.permissions_boundary_usage_count, Some(1));
}

#[tokio::test]
async fn the_details_show_everybody_once_page_by_page() {
    let cloud = TestCloud::start().await;
    let arn = populate(&cloud).await;
    let iam = cloud.iam();
    let mut pages = iam
        .get_account_authorization_details()
        .into_paginator()
        .page_size(2)
        .send();
    let mut seen: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        for user in page.user_detail_list() {
            seen.entry("users")
                .or_default()
                .push(user.user_name.clone().unwrap());
            if user.user_name() == Some("u") {
                assert_eq!(user.group_list(), ["g"]);
                let boundary = user.permissions_boundary().unwrap();
                assert_eq!(boundary.permissions_boundary_arn(), Some(&*arn));
            }
        }
        for group in page.group_detail_list() {
            seen.entry("groups")
                .or_default()
                .push(group.group_name.clone().unwrap());
            let attached = &group.attached_managed_policies()[0];
            assert_eq!(attached.policy_arn(), Some(&*arn));
        }
        for role in page.role_detail_list() {
            seen.entry("roles")
                .or_default()
                .push(role.role_name.clone().unwrap());
            let profile = &role.instance_profile_list()[0];
            assert_eq!(profile.instance_profile_name, "i");
        }
        for policy in page.policies() {
            seen.entry("policies")
                .or_default()
                .push(policy.arn.clone().unwrap());
            assert_eq!(policy.policy_version_list()[0].version_id(), Some("v1"));
        }
    }
    let expected: BTreeMap<&str, Vec<String>> = BTreeMap::from([
        ("users", vec!["administrator".to_owned(), "u".to_owned()]),
        ("groups", vec!["g".to_owned()]),
        ("roles", vec!["r".to_owned()]),
        ("policies", vec![arn]),
    ]);
    assert_eq!(seen, expected);
    let roles = iam
        .get_account_authorization_details()
        .filter(EntityType::Role)
        .send()
        .await
        .unwrap();
    assert_eq!(roles.role_detail_list().len(), 1);
    assert!(roles.user_detail_list().is_empty() && roles.policies().is_empty());
    let nobody = cloud.iam_as(cloud.user("n", &allow(r#""iam:Get*Policy""#, "*")).await);
    let denied = nobody.get_account_authorization_details().send().await;
    assert_eq!(refusal(denied).0, "AccessDenied");
}
