//! Boundaries that are put on and taken off.

use super::{bare_user, managed, role};
use crate::harness::{TestCloud, allow, refusal};

#[tokio::test]
async fn a_boundary_binds_from_the_moment_it_is_put_until_it_is_taken_off() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let user = cloud.iam_as(cloud.user("b", &allow(r#""iam:*""#, "*")).await);
    user.list_users().send().await.unwrap();
    let bound = managed(&cloud, "bound", &allow(r#""iam:GetUser""#, "*")).await;
    let put = iam.put_user_permissions_boundary().user_name("b");
    put.permissions_boundary(&bound).send().await.unwrap();
    let denied = refusal(user.list_users().send().await);
    assert!(denied.1.contains("no permissions boundary"), "{}", denied.1);
    let shown = user.get_user().send().await.unwrap().user.unwrap();
    let shown = shown.permissions_boundary.unwrap();
    assert_eq!(shown.permissions_boundary_arn.as_deref(), Some(&*bound));

    let in_use = refusal(iam.delete_policy().policy_arn(&bound).send().await);
    assert_eq!(in_use.0, "DeleteConflict");
    let take = iam.delete_user_permissions_boundary().user_name("b");
    take.clone().send().await.unwrap();
    user.list_users().send().await.unwrap();
    assert_eq!(refusal(take.send().await).0, "NoSuchEntity");
    iam.delete_policy().policy_arn(&bound).send().await.unwrap();
}

#[tokio::test]
async fn who_must_bound_others_cannot_do_without() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let bound = managed(&cloud, "bound", &allow(r#""s3:*""#, "*")).await;
    let other = managed(&cloud, "other", &allow(r#""*""#, "*")).await;
    let delegated = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["iam:CreateRole","iam:PutRolePolicy","iam:AttachRolePolicy","iam:PutRolePermissionsBoundary"],"Resource":"*","Condition":{{"StringEquals":{{"iam:PermissionsBoundary":"{bound}"}}}}}}]}}"#
    );
    let delegate = cloud.iam_as(cloud.user("delegate", &delegated).await);
    role(&cloud, "free").await;
    let attach = |name: &str| {
        let attach = delegate.attach_role_policy().role_name(name);
        attach.policy_arn(&other).send()
    };
    assert_eq!(refusal(attach("free").await).0, "AccessDenied");
    let wrong = delegate.put_role_permissions_boundary().role_name("free");
    let wrong = wrong.permissions_boundary(&other).send().await;
    assert_eq!(refusal(wrong).0, "AccessDenied");
    let right = delegate.put_role_permissions_boundary().role_name("free");
    right.permissions_boundary(&bound).send().await.unwrap();
    attach("free").await.unwrap();
    let take = delegate.delete_role_permissions_boundary();
    let take = take.role_name("free").send().await;
    assert_eq!(refusal(take).0, "AccessDenied");
    let take = iam.delete_role_permissions_boundary();
    take.role_name("free").send().await.unwrap();
}

#[tokio::test]
async fn a_boundary_must_exist() {
    let cloud = TestCloud::start().await;
    bare_user(&cloud, "b").await;
    let absent = "arn:aws:iam::123456789012:policy/absent";
    let iam = cloud.iam();
    let put = iam.put_user_permissions_boundary().user_name("b");
    let refused = refusal(put.permissions_boundary(absent).send().await);
    assert_eq!(
        refused,
        (
            "NoSuchEntity".into(),
            format!("Scope ARN: {absent} does not exist or is not attachable.")
        )
    );
}
