//! SimulatePrincipalPolicy, through the SDK.

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};

use crate::harness::{TestCloud, allow, refusal};

#[tokio::test]
async fn tells_what_a_user_could_do() {
    let cloud = TestCloud::start().await;
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::mine/*"},
        {"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}
    ]}"#;
    cloud.user("alice", policy).await;
    let simulate = || {
        cloud
            .iam()
            .simulate_principal_policy()
            .policy_source_arn("arn:aws:iam::123456789012:user/alice")
            .resource_arns("arn:aws:s3:::mine/a")
            .action_names("s3:GetObject")
            .action_names("s3:DeleteObject")
            .action_names("iam:GetUser")
    };
    let decisions = |output: aws_sdk_iam::operation::simulate_principal_policy::SimulatePrincipalPolicyOutput| {
        output
            .evaluation_results
            .unwrap()
            .into_iter()
            .map(|result| result.eval_decision)
            .collect::<Vec<_>>()
    };
    use PolicyEvaluationDecisionType::{Allowed, ExplicitDeny, ImplicitDeny};
    let answer = simulate().send().await.unwrap();
    let missing = answer.evaluation_results()[1].missing_context_values();
    assert_eq!(missing, ["aws:requestedregion"]);
    assert_eq!(decisions(answer), [Allowed, Allowed, ImplicitDeny]);
    let region = ContextEntry::builder()
        .context_key_name("aws:RequestedRegion")
        .context_key_type(ContextKeyTypeEnum::String)
        .context_key_values("eu-west-1")
        .build();
    let answer = simulate().context_entries(region).send().await.unwrap();
    assert_eq!(decisions(answer), [Allowed, ExplicitDeny, ImplicitDeny]);
}

#[tokio::test]
async fn needs_its_own_permission() {
    let cloud = TestCloud::start().await;
    let credentials = cloud.user("bob", &allow(r#""iam:GetUser""#, "*")).await;
    let refused = cloud
        .iam_as(credentials)
        .simulate_principal_policy()
        .policy_source_arn("arn:aws:iam::123456789012:user/bob")
        .action_names("s3:GetObject")
        .send()
        .await;
    assert_eq!(refusal(refused).0, "AccessDenied");
}
