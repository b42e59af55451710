//! Sessions: who may assume a role, what a session may, and when it ends.

use aws_credential_types::Credentials;
use jiff::SignedDuration;

use crate::harness::{TestCloud, allow, credentials, refusal};

fn trust(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}

async fn role(cloud: &TestCloud, name: &str, trust: &str, policy: &str) -> String {
    let iam = cloud.iam();
    let made = iam
        .create_role()
        .role_name(name)
        .assume_role_policy_document(trust)
        .send()
        .await
        .unwrap();
    iam.put_role_policy()
        .role_name(name)
        .policy_name("inline")
        .policy_document(policy)
        .send()
        .await
        .unwrap();
    made.role.unwrap().arn
}

fn of_session(made: aws_sdk_sts::operation::assume_role::AssumeRoleOutput) -> Credentials {
    let made = made.credentials.unwrap();
    credentials(
        &made.access_key_id,
        &made.secret_access_key,
        Some(made.session_token),
    )
}

#[tokio::test]
async fn a_session_has_the_permissions_of_its_role_alone() {
    let cloud = TestCloud::start().await;
    let user = cloud.user("alice", &allow(r#""iam:*""#, "*")).await;
    let arn = role(
        &cloud,
        "render",
        &trust("arn:aws:iam::123456789012:user/alice"),
        &allow(r#""iam:GetRole""#, "*"),
    )
    .await;
    let sts = cloud.sts_as(user);
    let made = sts
        .assume_role()
        .role_arn(&arn)
        .role_session_name("job-1")
        .send()
        .await
        .unwrap();
    let assumed = made.assumed_role_user().unwrap();
    assert_eq!(
        assumed.arn,
        "arn:aws:sts::123456789012:assumed-role/render/job-1"
    );
    let session = of_session(made);
    assert!(session.access_key_id().starts_with("ASIA"));
    let whoami = cloud
        .sts_as(session.clone())
        .get_caller_identity()
        .send()
        .await
        .unwrap();
    assert_eq!(
        whoami.arn(),
        Some("arn:aws:sts::123456789012:assumed-role/render/job-1")
    );
    assert!(whoami.user_id().unwrap().starts_with("AROA"));
    let iam = cloud.iam_as(session);
    iam.get_role().role_name("render").send().await.unwrap();
    assert_eq!(
        refusal(iam.list_users().send().await).1,
        "User: arn:aws:sts::123456789012:assumed-role/render/job-1 is not authorized to perform: iam:ListUsers on \
         resource: arn:aws:iam::123456789012:user/ because no identity-based policy allows the iam:ListUsers action"
    );
}

#[tokio::test]
async fn a_session_policy_narrows_and_never_widens() {
    let cloud = TestCloud::start().await;
    let user = cloud
        .user("alice", &allow(r#""sts:AssumeRole""#, "*"))
        .await;
    let arn = role(
        &cloud,
        "render",
        &trust("123456789012"),
        &allow(r#""iam:GetRole","iam:ListRoles""#, "*"),
    )
    .await;
    let made = cloud
        .sts_as(user)
        .assume_role()
        .role_arn(&arn)
        .role_session_name("narrow")
        .policy(allow(r#""iam:GetRole","iam:CreateUser""#, "*"))
        .send()
        .await
        .unwrap();
    let iam = cloud.iam_as(of_session(made));
    iam.get_role().role_name("render").send().await.unwrap();
    let outside = refusal(iam.list_roles().send().await);
    assert!(
        outside
            .1
            .ends_with("because no session policy allows the iam:ListRoles action"),
        "{}",
        outside.1
    );
    let wider = refusal(iam.create_user().user_name("x").send().await);
    assert_eq!(wider.0, "AccessDenied");
}

#[tokio::test]
async fn sessions_end() {
    let cloud = TestCloud::start().await;
    let arn = role(
        &cloud,
        "render",
        &trust("arn:aws:iam::123456789012:user/administrator"),
        &allow(r#""*""#, "*"),
    )
    .await;
    let sts = cloud.sts_as(cloud.root());
    let made = sts
        .assume_role()
        .role_arn(&arn)
        .role_session_name("short")
        .duration_seconds(900)
        .send()
        .await
        .unwrap();
    let session = of_session(made);
    let without_token = credentials(session.access_key_id(), session.secret_access_key(), None);
    assert_eq!(
        refusal(cloud.iam_as(without_token).list_users().send().await).0,
        "InvalidClientTokenId"
    );
    cloud
        .iam_as(session.clone())
        .list_users()
        .send()
        .await
        .unwrap();
    // Signatures are as old as the clock says, so the session must end within their skew.
    cloud.clock.advance(SignedDuration::from_secs(880));
    let almost = cloud.iam_as(session.clone()).list_users().send().await;
    assert!(almost.is_ok());
    cloud.clock.advance(SignedDuration::from_secs(20));
    let expired = cloud.iam_as(session).list_users().send().await;
    assert_eq!(
        refusal(expired),
        (
            "ExpiredToken".into(),
            "The security token included in the request is expired".into()
        )
    );
}

#[tokio::test]
async fn trust_is_in_the_role_that_was_named() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let user = cloud
        .user("alice", &allow(r#""sts:AssumeRole""#, "*"))
        .await;
    let arn = role(
        &cloud,
        "render",
        &trust("arn:aws:iam::123456789012:user/alice"),
        &allow(r#""*""#, "*"),
    )
    .await;
    let id = iam
        .get_user()
        .user_name("alice")
        .send()
        .await
        .unwrap()
        .user
        .unwrap()
        .user_id;
    let sts = cloud.sts_as(user.clone());
    let assume = || {
        sts.assume_role()
            .role_arn(&arn)
            .role_session_name("s1")
            .send()
    };
    assume().await.unwrap();
    // Another user of the same name is another user.
    iam.delete_user_policy()
        .user_name("alice")
        .policy_name("inline")
        .send()
        .await
        .unwrap();
    iam.delete_access_key()
        .user_name("alice")
        .access_key_id(user.access_key_id())
        .send()
        .await
        .unwrap();
    iam.delete_user().user_name("alice").send().await.unwrap();
    let second = cloud
        .user("alice", &allow(r#""sts:AssumeRole""#, "*"))
        .await;
    let refused = cloud
        .sts_as(second)
        .assume_role()
        .role_arn(&arn)
        .role_session_name("s1")
        .send()
        .await;
    assert_eq!(refusal(refused).0, "AccessDenied");
    let shown = iam
        .get_role()
        .role_name("render")
        .send()
        .await
        .unwrap()
        .role
        .unwrap();
    let trust = percent_encoding::percent_decode_str(shown.assume_role_policy_document().unwrap())
        .decode_utf8()
        .unwrap()
        .into_owned();
    assert!(trust.contains(&id), "{trust}");
}

#[tokio::test]
async fn a_role_that_does_not_exist_reads_like_one_that_trusts_others() {
    let cloud = TestCloud::start().await;
    let user = cloud
        .user("alice", &allow(r#""sts:AssumeRole""#, "*"))
        .await;
    role(
        &cloud,
        "theirs",
        &trust("arn:aws:iam::123456789012:user/administrator"),
        &allow(r#""*""#, "*"),
    )
    .await;
    let sts = cloud.sts_as(user);
    let mut texts = Vec::new();
    for name in ["theirs", "absent"] {
        let arn = format!("arn:aws:iam::123456789012:role/{name}");
        let refused = sts
            .assume_role()
            .role_arn(arn)
            .role_session_name("s1")
            .send()
            .await;
        let (code, message) = refusal(refused);
        assert_eq!(code, "AccessDenied");
        texts.push(message.replace(name, "ROLE"));
    }
    assert_eq!(texts[0], texts[1]);
}

#[tokio::test]
async fn sessions_stay_in_their_bounds() {
    let cloud = TestCloud::start().await;
    let arn = role(
        &cloud,
        "render",
        &trust("123456789012"),
        &allow(r#""sts:AssumeRole""#, "*"),
    )
    .await;
    let sts = cloud.sts_as(cloud.root());
    let too_long = sts
        .assume_role()
        .role_arn(&arn)
        .role_session_name("s1")
        .duration_seconds(7200)
        .send()
        .await;
    assert_eq!(
        refusal(too_long),
        (
            "ValidationError".into(),
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
                .into()
        )
    );
    let short_name = sts
        .assume_role()
        .role_arn(&arn)
        .role_session_name("s")
        .send()
        .await;
    assert_eq!(refusal(short_name).0, "ValidationError");
    let large_policy = allow(r#""s3:GetObject""#, &"x".repeat(2048));
    let too_large = sts
        .assume_role()
        .role_arn(&arn)
        .role_session_name("s1")
        .policy(large_policy)
        .send()
        .await;
    assert_eq!(refusal(too_large).0, "ValidationError");
    let unknown = cloud
        .iam()
        .create_role()
        .role_name("other")
        .assume_role_policy_document(trust("arn:aws:iam::123456789012:user/nobody"))
        .send()
        .await;
    assert_eq!(
        refusal(unknown),
        (
            "MalformedPolicyDocument".into(),
            "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:user/nobody\"".into()
        )
    );
}
