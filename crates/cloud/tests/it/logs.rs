//! CloudWatch Logs by the AWS SDK.

use aws_sdk_cloudwatchlogs::types::{InputLogEvent, OrderBy};

use crate::harness::{TestCloud, http_client, refusal};

const GROUP: &str = "/aws/lambda/f";
const HOUR_MS: i64 = 60 * 60 * 1000;

impl TestCloud {
    fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        use aws_sdk_cloudwatchlogs::config::{BehaviorVersion, Config, Region, retry::RetryConfig};
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(self.endpoint())
            .retry_config(RetryConfig::disabled())
            .http_client(http_client())
            .credentials_provider(self.root());
        aws_sdk_cloudwatchlogs::Client::from_conf(config.build())
    }
}

fn event(at: i64, message: &str) -> InputLogEvent {
    let event = InputLogEvent::builder().timestamp(at).message(message);
    event.build().unwrap()
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

async fn with_group(cloud: &TestCloud) -> aws_sdk_cloudwatchlogs::Client {
    let logs = cloud.logs();
    logs.create_log_group()
        .log_group_name(GROUP)
        .send()
        .await
        .unwrap();
    logs
}

async fn put(logs: &aws_sdk_cloudwatchlogs::Client, stream: &str, events: Vec<InputLogEvent>) {
    // It may be there already.
    let create = logs
        .create_log_stream()
        .log_group_name(GROUP)
        .log_stream_name(stream);
    let _ = create.send().await;
    let put = logs
        .put_log_events()
        .log_group_name(GROUP)
        .log_stream_name(stream);
    put.set_log_events(Some(events)).send().await.unwrap();
}

#[tokio::test]
async fn groups_are_made_once_and_found_by_prefix() {
    let cloud = TestCloud::start().await;
    let logs = with_group(&cloud).await;
    let again = logs.create_log_group().log_group_name(GROUP).send().await;
    assert_eq!(
        refusal(again),
        (
            "ResourceAlreadyExistsException".to_owned(),
            "The specified log group already exists".to_owned()
        )
    );
    logs.create_log_group()
        .log_group_name("/other")
        .send()
        .await
        .unwrap();
    let retention = logs.put_retention_policy().log_group_name(GROUP);
    retention.retention_in_days(14).send().await.unwrap();
    let wrong = logs
        .put_retention_policy()
        .log_group_name(GROUP)
        .retention_in_days(15);
    assert_eq!(refusal(wrong.send().await).0, "InvalidParameterException");

    let described = logs.describe_log_groups().log_group_name_prefix("/aws/");
    let groups = described.send().await.unwrap().log_groups.unwrap();
    let [group] = groups.as_slice() else {
        panic!("{groups:?}");
    };
    assert_eq!(group.retention_in_days, Some(14));
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f";
    assert_eq!(group.arn.as_deref(), Some(format!("{arn}:*").as_str()));
    assert_eq!(group.log_group_arn.as_deref(), Some(arn));

    logs.delete_log_group()
        .log_group_name(GROUP)
        .send()
        .await
        .unwrap();
    let gone = logs.delete_log_group().log_group_name(GROUP).send().await;
    assert_eq!(refusal(gone).0, "ResourceNotFoundException");
}

#[tokio::test]
async fn pages_of_groups_lead_on() {
    let cloud = TestCloud::start().await;
    let logs = cloud.logs();
    for name in ["a", "b", "c"] {
        logs.create_log_group()
            .log_group_name(name)
            .send()
            .await
            .unwrap();
    }
    let mut names = Vec::new();
    let mut token = None;
    loop {
        let page = logs.describe_log_groups().limit(2).set_next_token(token);
        let page = page.send().await.unwrap();
        let groups = page.log_groups.unwrap_or_default();
        names.extend(groups.into_iter().filter_map(|group| group.log_group_name));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(names, ["a", "b", "c"]);
}

#[tokio::test]
async fn events_are_read_from_either_end() {
    let cloud = TestCloud::start().await;
    let logs = with_group(&cloud).await;
    let start = now() - HOUR_MS;
    let events = (0..5)
        .map(|n| event(start + n, &format!("line {n}")))
        .collect();
    put(&logs, "s", events).await;
    put(&logs, "other", vec![event(start + 2, "elsewhere")]).await;

    let read = || {
        logs.get_log_events()
            .log_group_name(GROUP)
            .log_stream_name("s")
            .limit(2)
    };
    let page = async |head: bool, token: Option<String>| {
        let page = read().start_from_head(head).set_next_token(token);
        let page = page.send().await.unwrap();
        let messages: Vec<String> = page
            .events
            .unwrap_or_default()
            .into_iter()
            .filter_map(|event| event.message)
            .collect();
        (
            messages,
            page.next_forward_token.unwrap(),
            page.next_backward_token.unwrap(),
        )
    };
    let (messages, forward, _) = page(true, None).await;
    assert_eq!(messages, ["line 0", "line 1"]);
    let (messages, forward, backward) = page(true, Some(forward)).await;
    assert_eq!(messages, ["line 2", "line 3"]);
    let (messages, end, _) = page(true, Some(forward)).await;
    assert_eq!(messages, ["line 4"]);
    let (messages, same, _) = page(true, Some(end.clone())).await;
    assert_eq!((messages, same), (Vec::new(), end));
    let (messages, _, _) = page(true, Some(backward)).await;
    assert_eq!(messages, ["line 0", "line 1"]);
    let (messages, _, _) = page(false, None).await;
    assert_eq!(messages, ["line 3", "line 4"]);
}

#[tokio::test]
async fn events_are_filtered_across_streams() {
    let cloud = TestCloud::start().await;
    let logs = with_group(&cloud).await;
    let start = now() - HOUR_MS;
    put(
        &logs,
        "a",
        vec![event(start, "ERROR one"), event(start + 2, "fine")],
    )
    .await;
    put(
        &logs,
        "b",
        vec![
            event(start + 1, "ERROR two"),
            event(start + 3, "ERROR three"),
        ],
    )
    .await;
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let page = logs.filter_log_events().log_group_name(GROUP);
        let page = page
            .filter_pattern("\"ERROR\"")
            .limit(2)
            .set_next_token(token);
        let page = page.send().await.unwrap();
        for event in page.events.unwrap_or_default() {
            found.push((event.log_stream_name.unwrap(), event.message.unwrap()));
        }
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    let expected = [("a", "ERROR one"), ("b", "ERROR two"), ("b", "ERROR three")];
    assert_eq!(
        found,
        expected.map(|(stream, text)| (stream.to_owned(), text.to_owned()))
    );

    let within = logs.filter_log_events().log_group_name(GROUP);
    let within = within.start_time(start + 1).end_time(start + 2);
    assert_eq!(within.send().await.unwrap().events.unwrap().len(), 1);
    let json = logs
        .filter_log_events()
        .log_group_name(GROUP)
        .filter_pattern("{ $.a = 1 }");
    assert_eq!(refusal(json.send().await).0, "InvalidParameterException");
}

#[tokio::test]
async fn streams_tell_when_they_were_written() {
    let cloud = TestCloud::start().await;
    let logs = with_group(&cloud).await;
    let start = now() - HOUR_MS;
    put(&logs, "late", vec![event(start + 5, "x")]).await;
    put(
        &logs,
        "soon",
        vec![event(start, "x"), event(start + 1, "y")],
    )
    .await;
    let described = logs.describe_log_streams().log_group_name(GROUP);
    let described = described.order_by(OrderBy::LastEventTime).descending(true);
    let streams = described.send().await.unwrap().log_streams.unwrap();
    let seen: Vec<_> = streams
        .iter()
        .map(|stream| {
            (
                stream.log_stream_name.as_deref().unwrap(),
                stream.first_event_timestamp.unwrap() - start,
                stream.last_event_timestamp.unwrap() - start,
            )
        })
        .collect();
    assert_eq!(seen, [("late", 5, 5), ("soon", 0, 1)]);
}

#[tokio::test]
async fn what_is_too_old_is_rejected_and_said() {
    let cloud = TestCloud::start().await;
    let logs = with_group(&cloud).await;
    put(&logs, "s", vec![event(now(), "x")]).await;
    let old = now() - 15 * 24 * HOUR_MS;
    let put = logs
        .put_log_events()
        .log_group_name(GROUP)
        .log_stream_name("s");
    let answer = put.log_events(event(old, "old")).send().await.unwrap();
    let rejected = answer.rejected_log_events_info.unwrap();
    assert_eq!(rejected.too_old_log_event_end_index, Some(1));
}

#[tokio::test]
async fn events_go_when_their_time_is_over() {
    let cloud = TestCloud::start().await;
    let logs = with_group(&cloud).await;
    put(&logs, "s", vec![event(now() - 25 * HOUR_MS, "x")]).await;
    let count = async || {
        let read = logs.filter_log_events().log_group_name(GROUP).send().await;
        read.unwrap().events.unwrap_or_default().len()
    };
    assert_eq!(count().await, 1);
    let retention = logs.put_retention_policy().log_group_name(GROUP);
    retention.retention_in_days(1).send().await.unwrap();
    assert_eq!(count().await, 0);
}
