//! Instance profiles and the roles in them.

use super::role;
use crate::harness::{TestCloud, allow, refusal};

#[tokio::test]
async fn an_instance_profile_holds_one_role() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let make = iam.create_instance_profile().instance_profile_name("Web");
    let made = make.path("/edge/").send().await.unwrap();
    let made = made.instance_profile.unwrap();
    assert_eq!(
        made.arn,
        "arn:aws:iam::123456789012:instance-profile/edge/Web"
    );
    assert!(made.instance_profile_id.starts_with("AIPA"));
    let again = iam.create_instance_profile().instance_profile_name("web");
    assert_eq!(
        refusal(again.send().await),
        (
            "EntityAlreadyExists".into(),
            "Instance Profile web already exists.".into()
        )
    );
    role(&cloud, "first").await;
    role(&cloud, "second").await;
    let add = |name: &str| {
        let add = iam.add_role_to_instance_profile();
        add.instance_profile_name("Web").role_name(name).send()
    };
    add("first").await.unwrap();
    assert_eq!(
        refusal(add("second").await),
        (
            "LimitExceeded".into(),
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1".into()
        )
    );
    let shown = iam.get_instance_profile().instance_profile_name("Web");
    let shown = shown.send().await.unwrap().instance_profile.unwrap();
    assert_eq!(shown.roles[0].role_name, "first");
    assert!(shown.roles[0].assume_role_policy_document.is_some());
    let of_role = iam.list_instance_profiles_for_role().role_name("first");
    assert_eq!(of_role.send().await.unwrap().instance_profiles.len(), 1);
    let of_role = iam.list_instance_profiles_for_role().role_name("second");
    assert!(of_role.send().await.unwrap().instance_profiles.is_empty());
    let listed = iam.list_instance_profiles().path_prefix("/edge/");
    assert_eq!(listed.send().await.unwrap().instance_profiles.len(), 1);

    let conflict = "Cannot delete entity, must remove roles from instance profile first.";
    let delete = iam.delete_instance_profile().instance_profile_name("Web");
    let refused = refusal(delete.clone().send().await);
    assert_eq!(refused, ("DeleteConflict".into(), conflict.into()));
    let of_role = refusal(iam.delete_role().role_name("first").send().await);
    assert_eq!(of_role, ("DeleteConflict".into(), conflict.into()));
    let remove = |name: &str| {
        let remove = iam.remove_role_from_instance_profile();
        remove.instance_profile_name("Web").role_name(name).send()
    };
    assert_eq!(refusal(remove("second").await).0, "NoSuchEntity");
    remove("first").await.unwrap();
    iam.delete_role().role_name("first").send().await.unwrap();
    delete.send().await.unwrap();
    let gone = iam.get_instance_profile().instance_profile_name("Web");
    assert_eq!(
        refusal(gone.send().await),
        (
            "NoSuchEntity".into(),
            "Instance Profile Web cannot be found.".into()
        )
    );
}

#[tokio::test]
async fn whoever_puts_a_role_in_must_be_able_to_pass_it_to_instances() {
    let cloud = TestCloud::start().await;
    role(&cloud, "r").await;
    let make = cloud.iam().create_instance_profile();
    make.instance_profile_name("p").send().await.unwrap();
    let add = |client: aws_sdk_iam::Client| {
        let add = client.add_role_to_instance_profile();
        add.instance_profile_name("p").role_name("r").send()
    };
    let own = allow(r#""iam:AddRoleToInstanceProfile""#, "*");
    let without = cloud.iam_as(cloud.user("without", &own).await);
    let denied = refusal(add(without).await);
    assert_eq!(denied.0, "AccessDenied");
    assert!(denied.1.contains("iam:PassRole"), "{}", denied.1);
    let passing = |service: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"}},{{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{{"StringEquals":{{"iam:PassedToService":"{service}"}}}}}}]}}"#
        )
    };
    let elsewhere = passing("lambda.amazonaws.com");
    let elsewhere = cloud.iam_as(cloud.user("elsewhere", &elsewhere).await);
    assert_eq!(refusal(add(elsewhere).await).0, "AccessDenied");
    let right = passing("ec2.amazonaws.com");
    let right = cloud.iam_as(cloud.user("right", &right).await);
    add(right).await.unwrap();
}
