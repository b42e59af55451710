//! Service Quotas by the AWS SDK.

use aws_credential_types::Credentials;

use crate::harness::{TestCloud, allow, http_client, refusal};

const CODE: &str = "L-B99A9384";

impl TestCloud {
    fn quotas_as(&self, credentials: Credentials) -> aws_sdk_servicequotas::Client {
        use aws_sdk_servicequotas::config::{BehaviorVersion, Config, Region, retry::RetryConfig};
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(self.endpoint())
            .retry_config(RetryConfig::disabled())
            .http_client(http_client())
            .credentials_provider(credentials);
        aws_sdk_servicequotas::Client::from_conf(config.build())
    }
}

#[tokio::test]
async fn the_limit_on_environments_is_a_quota() {
    let cloud = TestCloud::start().await;
    let quotas = cloud.quotas_as(cloud.root());
    let applied = quotas
        .get_service_quota()
        .service_code("lambda")
        .quota_code(CODE);
    let applied = applied.send().await.unwrap().quota.unwrap();
    assert_eq!(applied.value, Some(16.0));
    assert!(applied.adjustable);
    let default = quotas
        .get_aws_default_service_quota()
        .service_code("lambda");
    let default = default
        .quota_code(CODE)
        .send()
        .await
        .unwrap()
        .quota
        .unwrap();
    assert_eq!(default.value, Some(1000.0));
    let listed = quotas
        .list_service_quotas()
        .service_code("lambda")
        .send()
        .await
        .unwrap();
    assert_eq!(listed.quotas.unwrap().len(), 1);
    let unknown = quotas
        .get_service_quota()
        .service_code("lambda")
        .quota_code("L-0");
    assert_eq!(refusal(unknown.send().await).0, "NoSuchResourceException");
}

#[tokio::test]
async fn requests_to_raise_it_are_kept() {
    let cloud = TestCloud::start().await;
    let quotas = cloud.quotas_as(cloud.root());
    let ask = |value: f64| {
        let call = quotas
            .request_service_quota_increase()
            .service_code("lambda");
        call.quota_code(CODE).desired_value(value).send()
    };
    assert_eq!(refusal(ask(1.0).await).0, "IllegalArgumentException");
    let asked = ask(5000.0).await.unwrap().requested_quota.unwrap();
    assert_eq!(asked.desired_value, Some(5000.0));
    assert_eq!(
        refusal(ask(6000.0).await).0,
        "ResourceAlreadyExistsException"
    );
    let history = quotas.list_requested_service_quota_change_history_by_quota();
    let history = history
        .service_code("lambda")
        .quota_code(CODE)
        .send()
        .await
        .unwrap();
    let history = history.requested_quotas.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].id, asked.id);
}

#[tokio::test]
async fn the_first_request_needs_the_linked_role() {
    let cloud = TestCloud::start().await;
    let policy = allow(r#""servicequotas:RequestServiceQuotaIncrease""#, "*");
    let user = cloud.user("asker", &policy).await;
    let call = cloud.quotas_as(user).request_service_quota_increase();
    let call = call
        .service_code("lambda")
        .quota_code(CODE)
        .desired_value(5000.0);
    let (code, message) = refusal(call.send().await);
    assert_eq!(code, "AccessDeniedException");
    assert!(message.contains("iam:CreateServiceLinkedRole"), "{message}");
}
