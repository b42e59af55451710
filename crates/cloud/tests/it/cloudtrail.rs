//! The history as CloudTrail tells it.

use std::time::Duration;

use aws_credential_types::Credentials;
use serde_json::{Value, json};

use crate::harness::{TestCloud, allow, refusal};
use crate::raw::Raw;

/// What LookupEvents answers in a region.
async fn lookup(cloud: &TestCloud, credentials: &Credentials, region: &str, input: Value) -> Value {
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
    let mut request = Raw::form(&input.to_string());
    request.headers = vec![("content-type".into(), "application/x-amz-json-1.1".into())];
    let now = std::time::SystemTime::now();
    let request = request.header("x-amz-target", target).signed_in(
        cloud,
        credentials,
        "cloudtrail",
        region,
        now,
    );
    let answer = request.send(cloud).await;
    let (_, body) = answer.text.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

/// The events of a call, once there are as many.
async fn of_call(cloud: &TestCloud, region: &str, name: &str, count: usize) -> Vec<Value> {
    let wanted =
        json!({ "LookupAttributes": [{ "AttributeKey": "EventName", "AttributeValue": name }] });
    tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            let found = lookup(cloud, &cloud.root(), region, wanted.clone()).await;
            let events = found["Events"].as_array().unwrap();
            if events.len() >= count {
                return events.clone();
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("events within ten seconds")
}

fn inside(event: &Value) -> Value {
    serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn an_event_says_who_asked_for_what_and_why_it_was_refused() {
    let cloud = TestCloud::start().await;
    let user = cloud.user("bob", &allow(r#""iam:GetUser""#, "*")).await;
    let make = cloud.iam_as(user.clone()).create_user().user_name("eve");
    let (_, message) = refusal(make.path("/p/").send().await);
    let events = of_call(&cloud, "us-east-1", "CreateUser", 2).await;
    let event = &events[0];
    assert_eq!(event["Username"], "bob");
    assert_eq!(event["AccessKeyId"], user.access_key_id());
    assert_eq!(event["ReadOnly"], "false");
    assert_eq!(
        event["Resources"][0],
        json!({ "ResourceType": "AWS::IAM::User", "ResourceName": "arn:aws:iam::123456789012:user/p/eve" })
    );
    let inside = inside(event);
    let identity = &inside["userIdentity"];
    assert_eq!(identity["type"], "IAMUser");
    assert_eq!(identity["userName"], "bob");
    assert_eq!(identity["arn"], "arn:aws:iam::123456789012:user/bob");
    for (member, value) in [
        ("eventSource", "iam.amazonaws.com"),
        ("eventName", "CreateUser"),
        ("awsRegion", "us-east-1"),
        ("errorCode", "AccessDenied"),
        ("errorMessage", &message),
        ("eventType", "AwsApiCall"),
        ("eventCategory", "Management"),
    ] {
        assert_eq!(inside[member], value, "{member}");
    }
    assert_eq!(
        inside["requestParameters"],
        json!({ "userName": "eve", "path": "/p/" })
    );
    assert_eq!(
        inside["resources"][0]["ARN"],
        "arn:aws:iam::123456789012:user/p/eve"
    );
}

#[tokio::test]
async fn a_session_is_told_with_its_role() {
    let cloud = TestCloud::start().await;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}"#;
    let make = cloud.iam().create_role().role_name("r");
    let made = make.assume_role_policy_document(trust).send().await;
    let arn = made.unwrap().role.unwrap().arn;
    let user = cloud.user("u", &allow(r#""sts:AssumeRole""#, "*")).await;
    let assume = cloud.sts_as(user).assume_role().role_arn(&arn);
    let key = assume.role_session_name("s1").send().await.unwrap();
    let key = key.credentials.unwrap();
    let (id, secret) = (&key.access_key_id, &key.secret_access_key);
    let session = crate::harness::credentials(id, secret, Some(key.session_token.clone()));
    cloud
        .sts_as(session)
        .get_caller_identity()
        .send()
        .await
        .unwrap();
    let event = &of_call(&cloud, "us-east-1", "GetCallerIdentity", 1).await[0];
    let identity = &inside(event)["userIdentity"];
    assert_eq!(identity["type"], "AssumedRole");
    let issuer = &identity["sessionContext"]["sessionIssuer"];
    assert_eq!(issuer["userName"], "r");
    assert_eq!(issuer["arn"], arn.as_str());
    let everything = event.to_string();
    assert!(!everything.contains(&key.session_token) && !everything.contains(secret));
}

#[tokio::test]
async fn each_region_tells_its_own_events_by_attribute_time_and_page() {
    let cloud = TestCloud::start().await;
    let logs = |region| aws_sdk_cloudwatchlogs::Client::new(&cloud.sdk(region, cloud.root()));
    for name in ["a", "b", "c"] {
        let make = logs("eu-west-1").create_log_group().log_group_name(name);
        make.send().await.unwrap();
    }
    let found = of_call(&cloud, "eu-west-1", "CreateLogGroup", 3).await;
    assert_eq!(inside(&found[0])["awsRegion"], "eu-west-1");
    let root = cloud.root();
    let ask = |input| lookup(&cloud, &root, "eu-west-1", input);
    let there = lookup(&cloud, &root, "us-east-1", json!({})).await;
    let names = there["Events"].as_array().unwrap();
    assert!(
        names
            .iter()
            .all(|event| event["EventName"] != "CreateLogGroup")
    );

    let kind = json!({ "AttributeKey": "ResourceType", "AttributeValue": "AWS::Logs::LogGroup" });
    let mut seen = Vec::new();
    let mut token = Value::Null;
    loop {
        let page = ask(json!({
            "LookupAttributes": [kind],
            "MaxResults": 2,
            "NextToken": token,
        }))
        .await;
        let events = page["Events"].as_array().unwrap();
        seen.extend(
            events
                .iter()
                .map(|event| inside(event)["requestParameters"].clone()),
        );
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    let expected = ["c", "b", "a"].map(|name| json!({ "logGroupName": name }));
    assert_eq!(seen, expected);
    let future = ask(json!({ "StartTime": 4_000_000_000_u64 })).await;
    assert_eq!(future["Events"], json!([]));
    for (input, code) in [
        (
            json!({ "StartTime": 2, "EndTime": 1 }),
            "InvalidTimeRangeException",
        ),
        (json!({ "MaxResults": 51 }), "InvalidMaxResultsException"),
        (json!({ "NextToken": "x" }), "InvalidNextTokenException"),
        (
            json!({ "LookupAttributes": [{ "AttributeKey": "x", "AttributeValue": "y" }] }),
            "InvalidLookupAttributesException",
        ),
    ] {
        assert_eq!(ask(input).await["__type"], code);
    }
}
