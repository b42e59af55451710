//! Regions of the account, budgets, and encoded denials: calls for which there is no SDK here.

use aws_credential_types::Credentials;
use serde_json::{Value, json};

use crate::harness::{TestCloud, allow, refusal};
use crate::raw::Raw;

async fn sent(cloud: &TestCloud, request: Raw, key: &Credentials, service: &str) -> (u16, Value) {
    let answer = request.signed(cloud, key, service).send(cloud).await;
    let (_, body) = answer.text.split_once("\r\n\r\n").unwrap();
    (answer.status, serde_json::from_str(body).unwrap())
}

async fn account(cloud: &TestCloud, key: &Credentials, path: &str, input: Value) -> (u16, Value) {
    let mut request = Raw::form(&input.to_string());
    request.target = path.to_owned();
    request.headers = vec![("content-type".into(), "application/json".into())];
    sent(cloud, request, key, "account").await
}

async fn budgets(
    cloud: &TestCloud,
    key: &Credentials,
    call: &str,
    mut input: Value,
) -> (u16, Value) {
    input["AccountId"] = "123456789012".into();
    let mut request = Raw::form(&input.to_string());
    request.headers = vec![("content-type".into(), "application/x-amz-json-1.1".into())];
    let request = request.header("x-amz-target", &format!("AWSBudgetServiceGateway.{call}"));
    sent(cloud, request, key, "budgets").await
}

#[tokio::test]
async fn regions_are_listed_with_their_status_page_by_page() {
    let cloud = TestCloud::start().await;
    let root = cloud.root();
    let mut names = Vec::new();
    let mut token = Value::Null;
    loop {
        let input = json!({
            "MaxResults": 10,
            "NextToken": token,
            "RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"],
        });
        let (status, page) = account(&cloud, &root, "/listRegions", input).await;
        assert_eq!(status, 200, "{page}");
        let regions = page["Regions"].as_array().unwrap();
        names.extend(regions.iter().map(|region| region["RegionName"].clone()));
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(names.len(), 17);
    assert!(names.contains(&json!("us-east-1")) && !names.contains(&json!("eu-south-2")));
    let of = |name: &str| {
        let input = json!({ "RegionName": name });
        let (cloud, root) = (&cloud, &root);
        async move { account(cloud, root, "/getRegionOptStatus", input).await }
    };
    assert_eq!(of("eu-south-2").await.1["RegionOptStatus"], "DISABLED");
    assert_eq!(
        of("eu-west-1").await.1["RegionOptStatus"],
        "ENABLED_BY_DEFAULT"
    );
    assert_eq!(of("xx-nowhere-1").await.0, 400);

    let policy = allow(
        r#""account:ListRegions""#,
        "arn:aws:account::123456789012:account",
    );
    let user = cloud.user("u", &policy).await;
    assert_eq!(
        account(&cloud, &user, "/listRegions", json!({})).await.0,
        200
    );
    let input = json!({ "RegionName": "eu-west-1" });
    let (status, denied) = account(&cloud, &user, "/getRegionOptStatus", input).await;
    assert_eq!(status, 403);
    let message = denied["Message"].as_str().unwrap();
    assert!(message.contains("account:GetRegionOptStatus"), "{message}");
}

#[tokio::test]
async fn a_budget_is_kept_shown_and_deleted_by_permission() {
    let cloud = TestCloud::start().await;
    let root = cloud.root();
    let budget = |name: &str| {
        json!({
            "Budget": {
                "BudgetName": name,
                "BudgetLimit": { "Amount": "20", "Unit": "USD" },
                "TimeUnit": "MONTHLY",
                "BudgetType": "COST",
            },
            "NotificationsWithSubscribers": [{
                "Notification": { "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80 },
                "Subscribers": [{ "SubscriptionType": "EMAIL", "Address": "ana@example.com" }],
            }],
        })
    };
    let (status, made) = budgets(&cloud, &root, "CreateBudget", budget("remotion")).await;
    assert_eq!((status, made), (200, json!({})));
    let (status, again) = budgets(&cloud, &root, "CreateBudget", budget("remotion")).await;
    assert_eq!(status, 400);
    assert_eq!(again["__type"], "DuplicateRecordException");
    let mut unlimited = budget("other");
    unlimited["Budget"]["BudgetLimit"]["Amount"] = "-1".into();
    let (_, wrong) = budgets(&cloud, &root, "CreateBudget", unlimited).await;
    assert_eq!(wrong["__type"], "InvalidParameterException");
    let (_, listed) = budgets(&cloud, &root, "DescribeBudgets", json!({})).await;
    let listed = listed["Budgets"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["BudgetLimit"]["Amount"], "20");

    let own = allow(
        r#""budgets:ModifyBudget""#,
        "arn:aws:budgets::123456789012:budget/mine",
    );
    let user = cloud.user("u", &own).await;
    let (_, denied) = budgets(&cloud, &user, "CreateBudget", budget("theirs")).await;
    assert_eq!(denied["__type"], "AccessDeniedException");
    let message = denied["message"].as_str().unwrap();
    assert!(
        message.contains(
            "budgets:ModifyBudget on resource: arn:aws:budgets::123456789012:budget/theirs"
        ),
        "{message}"
    );
    let (status, _) = budgets(&cloud, &user, "CreateBudget", budget("mine")).await;
    assert_eq!(status, 200);
    let name = json!({ "BudgetName": "remotion" });
    let (status, _) = budgets(&cloud, &root, "DeleteBudget", name.clone()).await;
    assert_eq!(status, 200);
    let (_, gone) = budgets(&cloud, &root, "DescribeBudget", name).await;
    assert_eq!(gone["__type"], "NotFoundException");
}

#[tokio::test]
async fn whoever_may_decode_is_told_that_nothing_here_is_encoded() {
    let cloud = TestCloud::start().await;
    let nobody = cloud.user("n", &allow(r#""iam:GetUser""#, "*")).await;
    let decode = |key| {
        let decode = cloud.sts_as(key).decode_authorization_message();
        decode.encoded_message("abc").send()
    };
    let (code, message) = refusal(decode(nobody).await);
    assert_eq!(code, "AccessDenied");
    assert!(
        message.contains("sts:DecodeAuthorizationMessage"),
        "{message}"
    );
    assert_eq!(
        refusal(decode(cloud.root()).await).0,
        "InvalidAuthorizationMessageException"
    );
}
