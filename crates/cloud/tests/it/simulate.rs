//! SimulatePrincipalPolicy, SimulateCustomPolicy and the keys that they ask for, through the SDK.

use aws_sdk_iam::error::SdkError;
use aws_sdk_iam::operation::simulate_custom_policy::SimulateCustomPolicyError;
use aws_sdk_iam::operation::simulate_custom_policy::builders::SimulateCustomPolicyFluentBuilder;
use aws_sdk_iam::types::PolicyEvaluationDecisionType::{Allowed, ExplicitDeny, ImplicitDeny};
use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicySourceType, Position,
};

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
    let answer = simulate().send().await.unwrap();
    let missing = answer.evaluation_results()[1].missing_context_values();
    assert_eq!(missing, ["aws:RequestedRegion"]);
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

/// Two statements, the first from line 3 to line 3, the second from line 4 to line 5.
const VIEWER: &str = r#"{
  "Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::mine/${aws:username}/*"},
    {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::mine/*",
     "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
  ]
}"#;

const BOUNDARY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;

async fn one(
    question: SimulateCustomPolicyFluentBuilder,
) -> Result<EvaluationResult, SdkError<SimulateCustomPolicyError>> {
    let answer = question.send().await?;
    assert!(!answer.is_truncated());
    let mut results = answer.evaluation_results.unwrap();
    assert_eq!(results.len(), 1);
    Ok(results.remove(0))
}

fn text(key: &str, value: &str) -> ContextEntry {
    ContextEntry::builder()
        .context_key_name(key)
        .context_key_type(ContextKeyTypeEnum::String)
        .context_key_values(value)
        .build()
}

#[tokio::test]
async fn custom_policies_are_decided_on_with_their_places() {
    let cloud = TestCloud::start().await;
    let question = || {
        cloud
            .iam()
            .simulate_custom_policy()
            .policy_input_list(VIEWER)
            .action_names("s3:GetObject")
            .context_entries(text("aws:SecureTransport", "true"))
    };
    let result = one(question()
        .resource_arns("arn:aws:s3:::mine/alice/a.mp4")
        .resource_arns("arn:aws:s3:::theirs/a.mp4"))
    .await
    .unwrap();
    assert_eq!(result.eval_decision, ImplicitDeny);
    assert_eq!(
        result.eval_resource_name(),
        Some("arn:${Partition}:s3:::${Name}/${Name}")
    );
    // What allowed on one resource did not contribute to the denial of all.
    assert!(result.matched_statements().is_empty());
    assert_eq!(result.missing_context_values(), ["aws:username"]);
    let [mine, theirs] = result.resource_specific_results() else {
        panic!("{result:?}")
    };
    assert_eq!(mine.eval_resource_name(), "arn:aws:s3:::mine/alice/a.mp4");
    assert_eq!(mine.eval_resource_decision, Allowed);
    assert_eq!(theirs.eval_resource_decision, ImplicitDeny);
    let [statement] = mine.matched_statements() else {
        panic!("{mine:?}")
    };
    assert_eq!(statement.source_policy_id(), Some("PolicyInputList.1"));
    assert_eq!(
        statement.source_policy_type(),
        Some(&PolicySourceType::None)
    );
    let at = |line, column| Position::builder().line(line).column(column).build();
    assert_eq!(statement.start_position(), Some(&at(4, 5)));
    assert_eq!(statement.end_position(), Some(&at(5, 61)));
    // Inside one account there are details without entries, and nothing else where nothing is named.
    assert!(result.eval_decision_details().unwrap().is_empty());
    assert!(mine.eval_decision_details().unwrap().is_empty());
    assert!(result.permissions_boundary_decision_detail().is_none());
    assert!(result.organizations_decision_detail().is_none());
    let unnamed = one(question()).await.unwrap();
    assert!(unnamed.eval_decision_details().is_none());
}

#[tokio::test]
async fn boundaries_are_told_apart() {
    let cloud = TestCloud::start().await;
    let question = |action: &str| {
        cloud
            .iam()
            .simulate_custom_policy()
            .policy_input_list(allow(r#""s3:*""#, "*"))
            .permissions_boundary_policy_input_list(BOUNDARY)
            .resource_arns("arn:aws:s3:::mine/a")
            .action_names(action)
    };
    for (action, decision, by_boundary) in [
        ("s3:GetObject", Allowed, true),
        ("s3:PutObject", ImplicitDeny, false),
        // The boundary takes no part in what the policies deny themselves.
        ("lambda:InvokeFunction", ImplicitDeny, false),
    ] {
        let result = one(question(action)).await.unwrap();
        assert_eq!(result.eval_decision, decision, "{action}");
        let detail = result.permissions_boundary_decision_detail().unwrap();
        assert_eq!(
            detail.allowed_by_permissions_boundary(),
            by_boundary,
            "{action}"
        );
        let specific = &result.resource_specific_results()[0];
        let detail = specific.permissions_boundary_decision_detail().unwrap();
        assert_eq!(
            detail.allowed_by_permissions_boundary(),
            by_boundary,
            "{action}"
        );
    }
    let denied = question("s3:GetObject").policy_input_list(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#,
    );
    let result = one(denied).await.unwrap();
    assert_eq!(result.eval_decision, ExplicitDeny);
    let detail = result.permissions_boundary_decision_detail().unwrap();
    assert!(detail.allowed_by_permissions_boundary());
    assert_eq!(
        result.matched_statements()[0].source_policy_id(),
        Some("PolicyInputList.2")
    );
    let two = question("s3:GetObject").permissions_boundary_policy_input_list(BOUNDARY);
    assert_eq!(refusal(two.send().await).0, "InvalidInput");
}

#[tokio::test]
async fn between_accounts_both_sides_are_told() {
    let cloud = TestCloud::start().await;
    let bucket_policy = |principal: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::theirs/*"}}}}"#
        )
    };
    let bob = "arn:aws:iam::444455556666:user/bob";
    let question = |owner: &str, principal: &str| {
        cloud
            .iam()
            .simulate_custom_policy()
            .policy_input_list(allow(r#""s3:GetObject""#, "arn:aws:s3:::theirs/*"))
            .resource_policy(bucket_policy(principal))
            .caller_arn(bob)
            .resource_owner(owner)
            .resource_arns("arn:aws:s3:::theirs/a")
            .action_names("s3:GetObject")
    };
    let foreign = "arn:aws:iam::123456789012:root";
    for (principal, decision) in [
        (bob, Allowed),
        ("arn:aws:iam::444455556666:user/eve", ImplicitDeny),
    ] {
        let result = one(question(foreign, principal)).await.unwrap();
        assert_eq!(result.eval_decision, decision, "{principal}");
        let details = result.eval_decision_details().unwrap();
        assert_eq!(details.get("IAM Policy"), Some(&Allowed));
        assert_eq!(
            details.get("Resource Policy"),
            Some(&decision),
            "{principal}"
        );
        assert_eq!(
            result.resource_specific_results()[0].eval_decision_details(),
            Some(details)
        );
    }
    // Without an owner the resource is the caller's account's, whose identity policies are enough.
    let mut own = question(foreign, bob);
    own = own.set_resource_owner(None);
    let result = one(own).await.unwrap();
    assert!(result.eval_decision_details().unwrap().is_empty());
    let types: Vec<_> = result
        .matched_statements()
        .iter()
        .map(|statement| statement.source_policy_type().cloned().unwrap())
        .collect();
    assert!(types.contains(&PolicySourceType::Resource), "{types:?}");
    // The principal of the resource's policy needs somebody to be compared with.
    let nobody = question(foreign, bob).set_caller_arn(None);
    assert_eq!(refusal(nobody.send().await).0, "InvalidInput");
    let session = question(foreign, bob).caller_arn("arn:aws:sts::444455556666:assumed-role/r/s");
    assert_eq!(refusal(session.send().await).0, "InvalidInput");
    let role = question(foreign, bob).resource_arns("arn:aws:iam::123456789012:role/r");
    assert_eq!(refusal(role.send().await).0, "InvalidInput");
}

#[tokio::test]
async fn a_principal_is_simulated_as_another_with_its_policies() {
    let cloud = TestCloud::start().await;
    cloud.user("david", &allow(r#""s3:GetObject""#, "*")).await;
    let result = cloud
        .iam()
        .simulate_principal_policy()
        .policy_source_arn("arn:aws:iam::123456789012:user/david")
        .caller_arn("arn:aws:iam::444455556666:user/bob")
        .resource_arns("arn:aws:lambda:us-east-1:123456789012:function:f")
        .resource_arns("arn:aws:s3:::theirs/a")
        .action_names("s3:GetObject")
        .send()
        .await
        .unwrap();
    let result = &result.evaluation_results()[0];
    let decisions: Vec<_> = result
        .resource_specific_results()
        .iter()
        .map(|specific| specific.eval_resource_decision.clone())
        .collect();
    // The function's ARN says whose it is, and that account would have to agree.
    assert_eq!(decisions, [ImplicitDeny, Allowed]);
    let matched = &result.resource_specific_results()[1].matched_statements()[0];
    assert_eq!(matched.source_policy_type(), Some(&PolicySourceType::User));
}

#[tokio::test]
async fn launching_an_instance_needs_its_resources() {
    let cloud = TestCloud::start().await;
    let arn = |kind: &str| format!("arn:aws:ec2:us-east-1:123456789012:{kind}/x");
    let question = |kinds: &[&str], scenario: &str| {
        let question = cloud
            .iam()
            .simulate_custom_policy()
            .policy_input_list(allow(r#""ec2:RunInstances""#, "*"))
            .action_names("ec2:RunInstances")
            .resource_handling_option(scenario);
        kinds
            .iter()
            .fold(question, |question, kind| question.resource_arns(arn(kind)))
    };
    let all = [
        "instance",
        "image",
        "security-group",
        "network-interface",
        "volume",
    ];
    assert_eq!(
        one(question(&all, "EC2-VPC-EBS"))
            .await
            .unwrap()
            .eval_decision,
        Allowed
    );
    for (kinds, scenario) in [
        (&all[..4], "EC2-VPC-EBS"),
        (&all[..], "EC2-VPC-EBS-Subnet"),
        (&all[1..], "EC2-VPC-InstanceStore"),
        (&all[..], "EC2-Unheard-Of"),
    ] {
        assert_eq!(
            refusal(question(kinds, scenario).send().await).0,
            "InvalidInput",
            "{scenario}"
        );
    }
}

#[tokio::test]
async fn results_come_page_by_page() {
    let cloud = TestCloud::start().await;
    let actions = [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "iam:GetUser",
        "s3:ListBucket",
    ];
    let mut marker = None;
    let mut seen = Vec::new();
    loop {
        let answer = cloud
            .iam()
            .simulate_custom_policy()
            .policy_input_list(VIEWER)
            .set_action_names(Some(actions.map(str::to_owned).to_vec()))
            .max_items(2)
            .set_marker(marker)
            .send()
            .await
            .unwrap();
        assert!(answer.evaluation_results().len() <= 2);
        seen.extend(
            answer
                .evaluation_results()
                .iter()
                .map(|result| result.eval_action_name.clone()),
        );
        assert_eq!(answer.is_truncated(), answer.marker().is_some());
        marker = answer.marker().map(str::to_owned);
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, actions);
}

#[tokio::test]
async fn policies_tell_which_keys_they_ask_for() {
    let cloud = TestCloud::start().await;
    let answer = cloud
        .iam()
        .get_context_keys_for_custom_policy()
        .policy_input_list(VIEWER)
        .policy_input_list(VIEWER.replace("aws:SecureTransport", "AWS:securetransport"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        answer.context_key_names(),
        ["aws:SecureTransport", "aws:username"]
    );
    let credentials = cloud.user("alice", VIEWER).await;
    let answer = cloud
        .iam()
        .get_context_keys_for_principal_policy()
        .policy_source_arn("arn:aws:iam::123456789012:user/alice")
        .policy_input_list(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:userid}","Condition":{"Null":{"aws:TokenIssueTime":"true"}}}}"#)
        .send()
        .await
        .unwrap();
    // The older version of the language knows no variables.
    assert_eq!(
        answer.context_key_names(),
        ["aws:SecureTransport", "aws:TokenIssueTime", "aws:username"]
    );
    let refused = cloud
        .iam_as(credentials)
        .get_context_keys_for_custom_policy()
        .policy_input_list(VIEWER)
        .send()
        .await;
    assert_eq!(refusal(refused).0, "AccessDenied");
    let nonsense = cloud
        .iam()
        .get_context_keys_for_custom_policy()
        .policy_input_list("{}")
        .send()
        .await;
    assert_eq!(refusal(nonsense).0, "InvalidInput");
}

#[tokio::test]
async fn groups_are_simulated_alone_and_with_their_members() {
    let cloud = TestCloud::start().await;
    cloud.user("alice", &allow(r#""iam:GetUser""#, "*")).await;
    let iam = cloud.iam();
    iam.create_group()
        .group_name("readers")
        .send()
        .await
        .unwrap();
    iam.put_group_policy()
        .group_name("readers")
        .policy_name("reading")
        .policy_document(VIEWER.replace("aws:SecureTransport", "aws:MultiFactorAuthPresent"))
        .send()
        .await
        .unwrap();
    iam.add_user_to_group()
        .group_name("readers")
        .user_name("alice")
        .send()
        .await
        .unwrap();
    for source in ["user/alice", "group/readers"] {
        let answer = iam
            .simulate_principal_policy()
            .policy_source_arn(format!("arn:aws:iam::123456789012:{source}"))
            .resource_arns("arn:aws:s3:::mine/a")
            .action_names("s3:GetObject")
            .context_entries(text("aws:MultiFactorAuthPresent", "true"))
            .send()
            .await
            .unwrap();
        let result = &answer.evaluation_results()[0];
        assert_eq!(result.eval_decision, Allowed, "{source}");
        let matched = &result.matched_statements()[0];
        assert_eq!(matched.source_policy_type(), Some(&PolicySourceType::Group));
        let keys = iam
            .get_context_keys_for_principal_policy()
            .policy_source_arn(format!("arn:aws:iam::123456789012:{source}"))
            .send()
            .await
            .unwrap();
        assert_eq!(
            keys.context_key_names(),
            ["aws:MultiFactorAuthPresent", "aws:username"]
        );
    }
}
