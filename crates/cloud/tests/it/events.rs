//! The history of requests.

use std::time::Duration;

use cloud::{EventQuery, Outcome, Record};

use crate::harness::{TestCloud, allow, refusal};
use crate::raw::Raw;

async fn of_call(cloud: &TestCloud, name: &str, count: usize) -> Vec<Record> {
    let query = EventQuery {
        event_name: Some(name.into()),
        ..EventQuery::default()
    };
    // Reads and refusals are written within 100 milliseconds.
    tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            let found = cloud.administrator().events(&query).await.unwrap();
            if found.len() >= count {
                return found;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("records within five seconds")
}

#[tokio::test]
async fn changes_reads_and_refusals_are_recorded() {
    let cloud = TestCloud::start().await;
    let credentials = cloud.user("bob", &allow(r#""iam:GetUser""#, "*")).await;
    let bob = cloud.iam_as(credentials.clone());
    bob.get_user().send().await.unwrap();
    let (_, message) = refusal(bob.create_user().user_name("eve").send().await);

    let read = &of_call(&cloud, "GetUser", 1).await[0];
    assert!(read.read_only && read.failure.is_none());
    assert_eq!(
        read.principal.arn.as_deref(),
        Some("arn:aws:iam::123456789012:user/bob")
    );
    assert_eq!(
        read.principal.access_key_id.as_deref(),
        Some(credentials.access_key_id())
    );
    let decision = &read.decisions[0];
    assert_eq!(decision.outcome, Outcome::Allowed);
    assert_eq!(decision.action, "iam:GetUser");
    assert_eq!(decision.resource, "arn:aws:iam::123456789012:user/bob");
    assert_eq!(decision.matched_statements, ["inline/0"]);
    assert!(read.bytes_in > 0 && read.bytes_out > 0);

    let created = of_call(&cloud, "CreateUser", 2).await;
    let refused = &created[0];
    assert_eq!(refused.failure.as_ref().unwrap().message, message);
    assert_eq!(refused.decisions[0].outcome, Outcome::ImplicitDeny);
    assert_eq!(refused.decisions[0].layer.as_deref(), Some("identity"));
    let change = &created[1];
    assert!(!change.read_only && change.failure.is_none());
}

#[tokio::test]
async fn a_change_is_recorded_before_it_is_answered() {
    let cloud = TestCloud::start().await;
    for index in 0..5 {
        let name = format!("user-{index}");
        cloud
            .iam()
            .create_user()
            .user_name(&name)
            .send()
            .await
            .unwrap();
        let query = EventQuery {
            resource: Some(format!("arn:aws:iam::123456789012:user/{name}")),
            ..EventQuery::default()
        };
        assert_eq!(cloud.administrator().events(&query).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_request_of_unknown_sender_is_recorded_with_the_key_it_named() {
    let cloud = TestCloud::start().await;
    let unknown = crate::harness::credentials("AKIAABCDEFGHIJKLMNOP", "secret", None);
    let answer = Raw::form("Action=ListUsers&Version=2010-05-08")
        .signed(&cloud, &unknown, "iam")
        .send(&cloud)
        .await;
    let id = answer.between("<RequestId>", "</RequestId>").to_owned();
    let query = EventQuery {
        request_id: Some(id),
        ..EventQuery::default()
    };
    let found = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            if let Some(found) = cloud.administrator().events(&query).await.unwrap().pop() {
                return found;
            }
        }
    })
    .await
    .unwrap();
    assert_eq!(
        found.principal.access_key_id.as_deref(),
        Some("AKIAABCDEFGHIJKLMNOP")
    );
    assert_eq!(found.principal.arn, None);
    assert_eq!(found.failure.unwrap().code, "InvalidClientTokenId");
}

#[tokio::test]
async fn history_is_read_by_permission() {
    let cloud = TestCloud::start().await;
    let bob = cloud.user("bob", &allow(r#""iam:*""#, "*")).await;
    let mut lookup = Raw::form("{}");
    lookup.headers = vec![(
        "x-amz-target".into(),
        "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents".into(),
    )];
    let answer = lookup.signed(&cloud, &bob, "cloudtrail").send(&cloud).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.text.contains("AccessDeniedException"),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("cloudtrail:LookupEvents"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn pages_cover_the_history_once() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    for index in 0..120 {
        let name = format!("user-{index}");
        iam.create_user().user_name(name).send().await.unwrap();
    }
    let ids = async |limit| {
        let query = EventQuery {
            event_name: Some("CreateUser".into()),
            limit,
            ..EventQuery::default()
        };
        let found = cloud.administrator().events(&query).await.unwrap();
        assert!(found.is_sorted_by(|newer, older| newer.time >= older.time));
        found
            .into_iter()
            .map(|record| record.request_id)
            .collect::<Vec<_>>()
    };
    let all = ids(None).await;
    assert_eq!(all.len(), 120);
    assert_eq!(ids(Some(70)).await, all[..70]);
}
