//! Users, roles, policies and keys, through the SDK.

use crate::harness::{TestCloud, allow, refusal};

const TRUST_LAMBDA: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

#[tokio::test]
async fn users_are_made_shown_listed_and_deleted() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let made = iam
        .create_user()
        .user_name("Alice")
        .path("/team/")
        .send()
        .await
        .unwrap()
        .user
        .unwrap();
    assert_eq!(made.arn, "arn:aws:iam::123456789012:user/team/Alice");
    assert!(made.user_id.starts_with("AIDA") && made.user_id.len() == 21);
    let again = refusal(iam.create_user().user_name("alice").send().await);
    assert_eq!(
        again,
        (
            "EntityAlreadyExists".into(),
            "User with name alice already exists.".into()
        )
    );
    let shown = iam.get_user().user_name("Alice").send().await.unwrap();
    assert_eq!(shown.user.unwrap().user_id, made.user_id);
    let itself = iam.get_user().send().await.unwrap();
    assert_eq!(itself.user.unwrap().user_name, "administrator");
    let listed = iam.list_users().path_prefix("/team/").send().await.unwrap();
    assert_eq!(listed.users.len(), 1);
    iam.delete_user().user_name("Alice").send().await.unwrap();
    let gone = refusal(iam.get_user().user_name("Alice").send().await);
    assert_eq!(
        gone,
        (
            "NoSuchEntity".into(),
            "The user with name Alice cannot be found.".into()
        )
    );
}

#[tokio::test]
async fn lists_come_in_pages() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    for index in 0..5 {
        let name = format!("user-{index}");
        iam.create_user().user_name(name).send().await.unwrap();
    }
    let mut names = Vec::new();
    let mut pages = iam.list_users().into_paginator().page_size(2).send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += 1;
        names.extend(page.unwrap().users.into_iter().map(|user| user.user_name));
    }
    assert_eq!(count, 3);
    assert_eq!(
        names,
        [
            "administrator",
            "user-0",
            "user-1",
            "user-2",
            "user-3",
            "user-4"
        ]
    );
}

#[tokio::test]
async fn roles_carry_their_trust_tags_and_policies() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let tag = aws_sdk_iam::types::Tag::builder()
        .key("team")
        .value("video")
        .build()
        .unwrap();
    let made = iam
        .create_role()
        .role_name("render")
        .assume_role_policy_document(TRUST_LAMBDA)
        .description("renders")
        .tags(tag)
        .send()
        .await
        .unwrap()
        .role
        .unwrap();
    assert!(made.role_id.starts_with("AROA"));
    let policy = allow(r#""s3:GetObject""#, "*");
    iam.put_role_policy()
        .role_name("render")
        .policy_name("read")
        .policy_document(&policy)
        .send()
        .await
        .unwrap();
    let inline = iam
        .get_role_policy()
        .role_name("render")
        .policy_name("read")
        .send()
        .await
        .unwrap();
    let decoded = percent_encoding::percent_decode_str(&inline.policy_document)
        .decode_utf8()
        .unwrap()
        .into_owned();
    assert_eq!(decoded, policy);
    let conflict = refusal(iam.delete_role().role_name("render").send().await);
    assert_eq!(
        conflict,
        (
            "DeleteConflict".into(),
            "Cannot delete entity, must delete policies first.".into()
        )
    );
    let shown = iam.get_role().role_name("render").send().await.unwrap();
    let shown = shown.role.unwrap();
    assert_eq!(shown.tags()[0].value, "video");
    assert_eq!(shown.description(), Some("renders"));
    assert_eq!(shown.max_session_duration(), Some(3600));
}

#[tokio::test]
async fn managed_policies_have_versions_and_attachments() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let document = allow(r#""s3:GetObject""#, "*");
    let made = iam
        .create_policy()
        .policy_name("read")
        .policy_document(&document)
        .send()
        .await
        .unwrap();
    let arn = made.policy.unwrap().arn.unwrap();
    assert_eq!(arn, "arn:aws:iam::123456789012:policy/read");
    for _ in 0..4 {
        iam.create_policy_version()
            .policy_arn(&arn)
            .policy_document(&document)
            .set_as_default(true)
            .send()
            .await
            .unwrap();
    }
    let sixth = iam
        .create_policy_version()
        .policy_arn(&arn)
        .policy_document(&document)
        .send()
        .await;
    assert_eq!(refusal(sixth).0, "LimitExceeded");
    let versions = iam
        .list_policy_versions()
        .policy_arn(&arn)
        .send()
        .await
        .unwrap();
    let ids: Vec<_> = versions
        .versions()
        .iter()
        .filter_map(|v| v.version_id())
        .collect();
    assert_eq!(ids, ["v5", "v4", "v3", "v2", "v1"]);
    iam.create_user().user_name("a").send().await.unwrap();
    iam.attach_user_policy()
        .user_name("a")
        .policy_arn(&arn)
        .send()
        .await
        .unwrap();
    let shown = iam
        .get_policy()
        .policy_arn(&arn)
        .send()
        .await
        .unwrap()
        .policy
        .unwrap();
    assert_eq!(
        (shown.attachment_count(), shown.default_version_id()),
        (Some(1), Some("v5"))
    );
    let conflict = refusal(iam.delete_policy().policy_arn(&arn).send().await);
    assert_eq!(
        conflict,
        (
            "DeleteConflict".into(),
            "Cannot delete a policy attached to entities.".into()
        )
    );
    let in_force = iam
        .delete_policy_version()
        .policy_arn(&arn)
        .version_id("v5")
        .send()
        .await;
    assert_eq!(
        refusal(in_force).1,
        "Cannot delete the default version of a policy."
    );
    let missing = iam
        .attach_user_policy()
        .user_name("a")
        .policy_arn("arn:aws:iam::aws:policy/AdministratorAccess")
        .send()
        .await;
    assert_eq!(
        refusal(missing).1,
        "Policy arn:aws:iam::aws:policy/AdministratorAccess does not exist or is not attachable."
    );
}

#[tokio::test]
async fn documented_limits_hold() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    iam.create_user().user_name("a").send().await.unwrap();
    for _ in 0..2 {
        iam.create_access_key().user_name("a").send().await.unwrap();
    }
    assert_eq!(
        refusal(iam.create_access_key().user_name("a").send().await),
        (
            "LimitExceeded".into(),
            "Cannot exceed quota for AccessKeysPerUser: 2".into()
        )
    );
    let long = allow(
        r#""s3:GetObject""#,
        &format!("arn:aws:s3:::{}", "x".repeat(2000)),
    );
    let too_large = iam
        .put_user_policy()
        .user_name("a")
        .policy_name("p")
        .policy_document(long)
        .send()
        .await;
    assert_eq!(
        refusal(too_large),
        (
            "LimitExceeded".into(),
            "Maximum policy size of 2048 bytes exceeded for user a".into()
        )
    );
    // A change that is refused leaves nothing behind.
    let policies = iam
        .list_user_policies()
        .user_name("a")
        .send()
        .await
        .unwrap();
    assert!(policies.policy_names.is_empty());
    let name = refusal(iam.create_user().user_name("a b").send().await);
    assert_eq!(
        name,
        (
            "ValidationError".into(),
            "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [\\w+=,.@-]+"
                .into()
        )
    );
    let malformed = iam
        .put_user_policy()
        .user_name("a")
        .policy_name("p")
        .policy_document(TRUST_LAMBDA)
        .send()
        .await;
    assert_eq!(
        refusal(malformed),
        (
            "MalformedPolicyDocument".into(),
            "Policy document should not specify a principal.".into()
        )
    );
}

#[tokio::test]
async fn denials_name_the_user_the_action_and_the_layer() {
    let cloud = TestCloud::start().await;
    let credentials = cloud.user("bob", &allow(r#""iam:GetUser""#, "*")).await;
    let iam = cloud.iam_as(credentials);
    iam.get_user().send().await.unwrap();
    assert_eq!(
        refusal(iam.create_user().user_name("eve").send().await),
        (
            "AccessDenied".into(),
            "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: iam:CreateUser on resource: user eve \
             because no identity-based policy allows the iam:CreateUser action"
                .into()
        )
    );
    let exists = cloud.iam().get_user().user_name("eve").send().await;
    assert_eq!(refusal(exists).0, "NoSuchEntity");
}

#[tokio::test]
async fn a_boundary_bounds() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let made = iam
        .create_policy()
        .policy_name("bound")
        .policy_document(allow(r#""iam:GetUser""#, "*"))
        .send()
        .await
        .unwrap();
    iam.create_user()
        .user_name("b")
        .permissions_boundary(made.policy.unwrap().arn.unwrap())
        .send()
        .await
        .unwrap();
    iam.put_user_policy()
        .user_name("b")
        .policy_name("all")
        .policy_document(allow(r#""*""#, "*"))
        .send()
        .await
        .unwrap();
    let key = iam.create_access_key().user_name("b").send().await.unwrap();
    let key = key.access_key.unwrap();
    let credentials = crate::harness::credentials(&key.access_key_id, &key.secret_access_key, None);
    let bounded = cloud.iam_as(credentials);
    bounded.get_user().send().await.unwrap();
    let denied = refusal(bounded.list_users().send().await);
    assert!(
        denied
            .1
            .ends_with("because no permissions boundary allows the iam:ListUsers action"),
        "{}",
        denied.1
    );
}

#[tokio::test]
async fn an_inactive_or_deleted_key_signs_nothing() {
    let cloud = TestCloud::start().await;
    let credentials = cloud.user("c", &allow(r#""*""#, "*")).await;
    let id = credentials.access_key_id().to_owned();
    let user = cloud.iam_as(credentials);
    user.get_user().send().await.unwrap();
    cloud
        .iam()
        .update_access_key()
        .user_name("c")
        .access_key_id(&id)
        .status(aws_sdk_iam::types::StatusType::Inactive)
        .send()
        .await
        .unwrap();
    let inactive = refusal(user.get_user().send().await);
    assert_eq!(
        inactive,
        (
            "InvalidClientTokenId".into(),
            "The security token included in the request is invalid.".into()
        )
    );
    cloud
        .iam()
        .delete_access_key()
        .user_name("c")
        .access_key_id(&id)
        .send()
        .await
        .unwrap();
    assert_eq!(
        refusal(user.get_user().send().await).0,
        "InvalidClientTokenId"
    );
}
