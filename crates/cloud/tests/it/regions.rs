//! Several regions in one state.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use crate::harness::{TestCloud, allow, refusal};
use crate::raw::{Answer, Raw};

const IRELAND: &str = "eu-west-1";
const VIRGINIA: &str = "us-east-1";

fn s3_in(cloud: &TestCloud, region: &'static str) -> aws_sdk_s3::Client {
    let shared = cloud.sdk(region, cloud.root());
    let config = aws_sdk_s3::config::Builder::from(&shared);
    aws_sdk_s3::Client::from_conf(config.force_path_style(true).build())
}

async fn bucket_in_ireland(cloud: &TestCloud) {
    let place = CreateBucketConfiguration::builder();
    let place = place.location_constraint(BucketLocationConstraint::EuWest1);
    s3_in(cloud, IRELAND)
        .create_bucket()
        .bucket("site")
        .create_bucket_configuration(place.build())
        .send()
        .await
        .unwrap();
}

/// A request for `target` of S3, signed for a region.
async fn asked(cloud: &TestCloud, method: &'static str, target: &str, region: &str) -> Answer {
    let mut request = Raw::get(target);
    request.method = method;
    let now = std::time::SystemTime::now();
    let request = request.signed_in(cloud, &cloud.root(), "s3", region, now);
    request.send(cloud).await
}

#[tokio::test]
async fn what_one_region_has_another_has_not() {
    let cloud = TestCloud::start().await;
    let logs = |region| aws_sdk_cloudwatchlogs::Client::new(&cloud.sdk(region, cloud.root()));
    let name = "/aws/lambda/f";
    let make = logs(IRELAND).create_log_group().log_group_name(name);
    make.send().await.unwrap();
    let here = logs(IRELAND).describe_log_groups().send().await.unwrap();
    assert_eq!(
        here.log_groups()[0].arn(),
        Some("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:*")
    );
    let there = logs(VIRGINIA).describe_log_groups().send().await.unwrap();
    assert!(there.log_groups().is_empty());
    // The same name is another group there.
    let make = logs(VIRGINIA).create_log_group().log_group_name(name);
    make.send().await.unwrap();

    let quotas = |region| aws_sdk_servicequotas::Client::new(&cloud.sdk(region, cloud.root()));
    let ask = quotas("ap-southeast-2").get_service_quota();
    let ask = ask.service_code("lambda").quota_code("L-B99A9384");
    let quota = ask.send().await.unwrap().quota.unwrap();
    assert_eq!(
        quota.quota_arn(),
        Some("arn:aws:servicequotas:ap-southeast-2:123456789012:lambda/L-B99A9384")
    );
    let lambda = aws_sdk_lambda::Client::new(&cloud.sdk(VIRGINIA, cloud.root()));
    let foreign = "arn:aws:lambda:eu-west-1:123456789012:function:f";
    let refused = refusal(lambda.get_function().function_name(foreign).send().await);
    assert_eq!(
        refused,
        (
            "ResourceNotFoundException".into(),
            "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')".into()
        )
    );
}

#[tokio::test]
async fn regions_are_kept_with_the_state() {
    let place = tempfile::tempdir().unwrap();
    let folder = cloud::StateLocation::Folder(place.path().to_owned());
    for round in 0..2 {
        let cloud = TestCloud::with(|config| {
            config.state = folder.clone();
            // Opened from elsewhere, the state is the same.
            let from = if round == 0 { VIRGINIA } else { "eu-central-1" };
            config.region = from.parse().unwrap();
        })
        .await;
        for region in [IRELAND, VIRGINIA] {
            let logs = aws_sdk_cloudwatchlogs::Client::new(&cloud.sdk(region, cloud.root()));
            if round == 0 {
                let make = logs.create_log_group().log_group_name(region);
                make.send().await.unwrap();
            }
            let groups = logs.describe_log_groups().send().await.unwrap();
            let names: Vec<_> = groups
                .log_groups()
                .iter()
                .filter_map(|group| group.log_group_name())
                .collect();
            assert_eq!(names, [region]);
        }
        cloud.running.shutdown().await;
    }
}

#[tokio::test]
async fn decisions_and_records_carry_the_region_that_was_asked() {
    let cloud = TestCloud::start().await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:DescribeLogGroups","iam:GetUser","sts:*"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":["us-east-1","ap-south-1"]}}},{"Effect":"Allow","Action":"logs:CreateLogGroup","Resource":"arn:aws:logs:eu-west-1:*:*"}]}"#;
    let user = cloud.user("u", policy).await;
    let logs = |region| aws_sdk_cloudwatchlogs::Client::new(&cloud.sdk(region, user.clone()));
    logs(VIRGINIA).describe_log_groups().send().await.unwrap();
    let denied = logs(IRELAND).describe_log_groups().send().await;
    assert_eq!(refusal(denied).0, "AccessDeniedException");
    // IAM is where it is, whatever the client is set to.
    let iam = aws_sdk_iam::Client::new(&cloud.sdk(IRELAND, user.clone()));
    iam.get_user().send().await.unwrap();
    let make = |region| logs(region).create_log_group().log_group_name("g").send();
    make(IRELAND).await.unwrap();
    let (_, message) = refusal(make(VIRGINIA).await);
    assert!(
        message.contains("arn:aws:logs:us-east-1:123456789012:log-group:g"),
        "{message}"
    );
    let query = cloud::EventQuery {
        event_name: Some("CreateLogGroup".into()),
        ..cloud::EventQuery::default()
    };
    let administrator = cloud.administrator();
    let made = administrator.events(&query).await.unwrap();
    let made = made.iter().find(|record| record.failure.is_none()).unwrap();
    assert_eq!(made.region, IRELAND);
    assert_eq!(
        made.decisions[0].resource,
        "arn:aws:logs:eu-west-1:123456789012:log-group:g:log-stream:"
    );
}

#[tokio::test]
async fn a_bucket_is_in_its_region_and_its_name_in_all() {
    let cloud = TestCloud::start().await;
    bucket_in_ireland(&cloud).await;
    let there = s3_in(&cloud, IRELAND);
    let put = there.put_object().bucket("site").key("k");
    put.send().await.unwrap();
    let head = there.head_bucket().bucket("site").send().await.unwrap();
    assert_eq!(head.bucket_region(), Some(IRELAND));

    let wrong = asked(&cloud, "GET", "/site/k", VIRGINIA).await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (400, "AuthorizationHeaderMalformed")
    );
    assert_eq!(
        wrong.between("<Message>", "</Message>"),
        "The authorization header is malformed; the region &apos;us-east-1&apos; is wrong; expecting &apos;eu-west-1&apos;"
    );
    assert_eq!(wrong.between("<Region>", "</Region>"), IRELAND);
    let head = asked(&cloud, "HEAD", "/site", VIRGINIA).await;
    assert_eq!(head.status, 400);
    assert!(
        head.text.contains("x-amz-bucket-region: eu-west-1"),
        "{}",
        head.text
    );
    // The first region answers the question where a bucket is for all.
    let location = asked(&cloud, "GET", "/site?location", VIRGINIA).await;
    assert!(
        location.text.contains("eu-west-1</LocationConstraint>"),
        "{}",
        location.text
    );
    let elsewhere = asked(&cloud, "GET", "/site?location", "eu-central-1").await;
    assert_eq!(elsewhere.status, 400);

    let again = s3_in(&cloud, VIRGINIA).create_bucket().bucket("site");
    let again = refusal(again.send().await);
    assert_eq!(again.0, "BucketAlreadyOwnedByYou");
    let listed = s3_in(&cloud, VIRGINIA).list_buckets().send().await.unwrap();
    assert_eq!(listed.buckets()[0].bucket_region(), Some(IRELAND));
}

#[tokio::test]
async fn the_endpoint_of_another_region_redirects() {
    let cloud = TestCloud::start().await;
    bucket_in_ireland(&cloud).await;
    // Sent to an endpoint of Virginia, signed for it: the host is what the client named.
    let host = "s3.us-east-1.amazonaws.com";
    let now = std::time::SystemTime::now();
    let request = Raw::get("/site/k").signed_for_host(host, &cloud.root(), "s3", VIRGINIA, now);
    let answer = request.send(&cloud).await;
    assert_eq!((answer.status, answer.code()), (301, "PermanentRedirect"));
    assert_eq!(
        answer.between("<Endpoint>", "</Endpoint>"),
        "site.s3.eu-west-1.amazonaws.com"
    );
    assert!(answer.text.contains("x-amz-bucket-region: eu-west-1"));
}

#[tokio::test]
async fn a_region_that_the_account_may_not_use_is_refused() {
    let cloud = TestCloud::start().await;
    let sts = aws_sdk_sts::Client::new(&cloud.sdk("eu-south-2", cloud.root()));
    let refused = refusal(sts.get_caller_identity().send().await);
    assert_eq!(refused.0, "SignatureDoesNotMatch");
    let other = TestCloud::with(|config| config.region = "eu-south-2".parse().unwrap()).await;
    let sts = aws_sdk_sts::Client::new(&other.sdk("eu-south-2", other.root()));
    sts.get_caller_identity().send().await.unwrap();
}

#[tokio::test]
async fn a_session_of_one_region_is_one_in_all() {
    let cloud = TestCloud::start().await;
    let user = cloud.user("u", &allow(r#""sts:AssumeRole""#, "*")).await;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}"#;
    let make = cloud.iam().create_role().role_name("r");
    let made = make.assume_role_policy_document(trust).send().await;
    let arn = made.unwrap().role.unwrap().arn;
    let sts = aws_sdk_sts::Client::new(&cloud.sdk(IRELAND, user));
    let assume = sts.assume_role().role_arn(arn).role_session_name("s1");
    let key = assume.send().await.unwrap().credentials.unwrap();
    let session = crate::harness::credentials(
        &key.access_key_id,
        &key.secret_access_key,
        Some(key.session_token),
    );
    let sts = aws_sdk_sts::Client::new(&cloud.sdk(VIRGINIA, session));
    let caller = sts.get_caller_identity().send().await.unwrap();
    assert_eq!(
        caller.arn(),
        Some("arn:aws:sts::123456789012:assumed-role/r/s1")
    );
}
