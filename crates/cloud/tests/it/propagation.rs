//! Changes of IAM that take their time.

use aws_credential_types::Credentials;
use jiff::SignedDuration;

use crate::harness::{TestCloud, allow, refusal};

const PROPAGATION: SignedDuration = SignedDuration::from_secs(10);

async fn slow_cloud() -> TestCloud {
    TestCloud::with(|config| config.iam_propagation = PROPAGATION).await
}

async fn user_with_key(cloud: &TestCloud) -> Credentials {
    cloud.user("u", &allow(r#""iam:GetUser""#, "*")).await
}

#[tokio::test]
async fn a_new_key_is_unknown_for_a_while() {
    let cloud = slow_cloud().await;
    let key = user_with_key(&cloud).await;
    let user = cloud.iam_as(key.clone());
    assert_eq!(
        refusal(user.get_user().send().await),
        (
            "InvalidClientTokenId".into(),
            "The security token included in the request is invalid.".into()
        )
    );
    let lambda = aws_sdk_lambda::Client::new(&cloud.sdk("us-east-1", key));
    let refused = refusal(lambda.list_functions().send().await);
    assert_eq!(refused.0, "UnrecognizedClientException");
    // Those who look after users see them at once.
    let listed = cloud.iam().list_access_keys().user_name("u").send().await;
    assert_eq!(listed.unwrap().access_key_metadata.len(), 1);
    cloud.clock.advance(PROPAGATION);
    user.get_user().send().await.unwrap();
}

#[tokio::test]
async fn a_change_of_policies_is_in_force_later() {
    let cloud = slow_cloud().await;
    let user = cloud.iam_as(user_with_key(&cloud).await);
    cloud.clock.advance(PROPAGATION);
    let put = cloud.iam().put_user_policy().user_name("u");
    put.policy_name("more")
        .policy_document(allow(r#""iam:ListUsers""#, "*"))
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(user.list_users().send().await).0, "AccessDenied");
    cloud.clock.advance(PROPAGATION);
    user.list_users().send().await.unwrap();
    let take = cloud.iam().delete_user_policy().user_name("u");
    take.policy_name("more").send().await.unwrap();
    // What is taken away works on for as long.
    user.list_users().send().await.unwrap();
    cloud.clock.advance(PROPAGATION);
    assert_eq!(refusal(user.list_users().send().await).0, "AccessDenied");
}

#[tokio::test]
async fn a_new_role_cannot_be_assumed_for_a_while() {
    let cloud = slow_cloud().await;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com","AWS":"123456789012"},"Action":"sts:AssumeRole"}]}"#;
    let make = cloud.iam().create_role().role_name("r");
    let made = make.assume_role_policy_document(trust).send().await;
    let arn = made.unwrap().role.unwrap().arn;
    let sts = cloud.sts_as(cloud.root());
    let assume = || {
        let assume = sts.assume_role().role_arn(&arn);
        assume.role_session_name("session").send()
    };
    assert_eq!(refusal(assume().await).0, "AccessDenied");
    let lambda = aws_sdk_lambda::Client::new(&cloud.sdk("us-east-1", cloud.root()));
    let zip = crate::lambda::setup::pack(&[("bootstrap", b"#!/bin/sh\n", 0o755)]);
    let make = || {
        let code = aws_sdk_lambda::types::FunctionCode::builder();
        let code = code.zip_file(aws_sdk_lambda::primitives::Blob::new(zip.clone()));
        lambda
            .create_function()
            .function_name("f")
            .role(&arn)
            .runtime(aws_sdk_lambda::types::Runtime::Providedal2023)
            .handler("bootstrap")
            .code(code.build())
            .send()
    };
    assert_eq!(
        refusal(make().await),
        (
            "InvalidParameterValueException".into(),
            "The role defined for the function cannot be assumed by Lambda.".into()
        )
    );
    cloud.clock.advance(PROPAGATION);
    assume().await.unwrap();
    make().await.unwrap();
}
