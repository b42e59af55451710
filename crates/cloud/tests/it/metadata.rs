//! The metadata endpoints, as AWS's SDKs and others ask them.

use cloud::{AskError, Metadata, MetadataEndpoint, MetadataError};
use serde_json::Value;

use crate::harness::{TestCloud, credentials};
use crate::raw::ask;

async fn role(cloud: &TestCloud, name: &str, service: &str, condition: &str) {
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"{condition}}}]}}"#
    );
    let iam = cloud.iam();
    let made = iam.create_role().role_name(name);
    made.assume_role_policy_document(trust)
        .send()
        .await
        .unwrap();
}

async fn instance(cloud: &TestCloud) -> String {
    role(cloud, "web", "ec2.amazonaws.com", "").await;
    let iam = cloud.iam();
    let profile = iam.create_instance_profile().instance_profile_name("Web");
    profile.send().await.unwrap();
    let add = iam
        .add_role_to_instance_profile()
        .instance_profile_name("Web");
    add.role_name("web").send().await.unwrap();
    "Web".to_owned()
}

fn variable(endpoint: &MetadataEndpoint, name: &str) -> String {
    let variables = endpoint.variables().iter();
    let mut found = variables.filter(|(its, _)| *its == name);
    found.next().unwrap().1.clone()
}

async fn arn_of(cloud: &TestCloud, id: &Value, secret: &Value, token: &Value) -> String {
    let token = token.as_str().unwrap().to_owned();
    let key = credentials(id.as_str().unwrap(), secret.as_str().unwrap(), Some(token));
    let caller = cloud.sts_as(key).get_caller_identity().send().await;
    caller.unwrap().arn.unwrap()
}

#[tokio::test]
async fn an_instance_gets_its_roles_credentials_with_a_token() {
    let cloud = TestCloud::start().await;
    let profile = Metadata::Instance(instance(&cloud).await);
    let endpoint = MetadataEndpoint::start(cloud.administrator(), &profile, Some(60));
    let endpoint = endpoint.await.unwrap();
    let root = variable(&endpoint, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
    let tokens = format!("{root}/latest/api/token");
    let put = |headers| ask("PUT", &tokens, headers);
    for (headers, status) in [
        (&[][..], 400),
        (&[(TTL, "0")], 400),
        (&[(TTL, "21601")], 400),
        (&[(TTL, "60"), ("x-forwarded-for", "10.0.0.1")], 403),
    ] {
        assert_eq!(put(headers).await.0, status, "{headers:?}");
    }
    let (status, token) = put(&[(TTL, "60")]).await;
    assert_eq!(status, 200);
    let list = format!("{root}/latest/meta-data/iam/security-credentials/");
    let name = "x-aws-ec2-metadata-token";
    assert_eq!(ask("GET", &list, &[]).await.0, 401, "version 1");
    assert_eq!(ask("GET", &list, &[(name, "AAAA")]).await.0, 401);
    let (status, role) = ask("GET", &list, &[(name, &token)]).await;
    assert_eq!((status, role.as_str()), (200, "web"));
    let (status, _) = ask("GET", &format!("{list}other"), &[(name, &token)]).await;
    assert_eq!(status, 404);
    let (_, document) = ask("GET", &format!("{list}web"), &[(name, &token)]).await;
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["Code"], "Success");
    let (id, secret) = (&document["AccessKeyId"], &document["SecretAccessKey"]);
    let arn = arn_of(&cloud, id, secret, &document["Token"]).await;
    assert!(
        arn.starts_with("arn:aws:sts::123456789012:assumed-role/web/i-"),
        "{arn}"
    );
    endpoint.shutdown().await;
    cloud.running.shutdown().await;
}

#[tokio::test]
async fn a_task_gets_its_roles_credentials_with_its_own_token() {
    let cloud = TestCloud::start().await;
    let condition = r#","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}"#;
    role(&cloud, "task", "ecs-tasks.amazonaws.com", condition).await;
    let task = Metadata::Task("task".to_owned());
    let endpoint = MetadataEndpoint::start(cloud.administrator(), &task, None);
    let endpoint = endpoint.await.unwrap();
    let address = variable(&endpoint, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    let token = variable(&endpoint, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    for headers in [&[][..], &[("authorization", "guess")]] {
        assert_eq!(ask("GET", &address, headers).await.0, 401, "{headers:?}");
    }
    let (status, document) = ask("GET", &address, &[("authorization", &token)]).await;
    assert_eq!(status, 200);
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["RoleArn"], "arn:aws:iam::123456789012:role/task");
    let (id, secret) = (&document["AccessKeyId"], &document["SecretAccessKey"]);
    let arn = arn_of(&cloud, id, secret, &document["Token"]).await;
    assert!(arn.contains(":assumed-role/task/"), "{arn}");
    endpoint.shutdown().await;
    cloud.running.shutdown().await;
}

#[tokio::test]
async fn a_role_that_does_not_trust_the_service_is_refused_at_once() {
    let cloud = TestCloud::start().await;
    role(&cloud, "lambda", "lambda.amazonaws.com", "").await;
    let other = r#","Condition":{"StringEquals":{"aws:SourceAccount":"999999999999"}}"#;
    role(&cloud, "other", "ecs-tasks.amazonaws.com", other).await;
    let nobody = Metadata::Task("nobody".to_owned());
    let missing = MetadataEndpoint::start(cloud.administrator(), &nobody, None).await;
    let said = missing.map(drop).map_err(|error| error.to_string());
    assert_eq!(
        said,
        Err("The role with name nobody cannot be found.".to_owned())
    );
    for name in ["lambda", "other"] {
        let task = Metadata::Task(name.to_owned());
        let refused = MetadataEndpoint::start(cloud.administrator(), &task, None).await;
        assert!(
            matches!(refused, Err(MetadataError::Role(AskError::Refused { .. }))),
            "{name}: {refused:?}"
        );
    }
    cloud.running.shutdown().await;
}
