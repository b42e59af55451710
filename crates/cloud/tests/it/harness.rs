//! A cloud in memory, and clients of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_iam::config::BehaviorVersion;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use cloud::{Administrator, Clock, Cloud, Config, Region, Running, StateLocation};
use jiff::{SignedDuration, Timestamp};

/// The time of the machine, moved by as much as a test says.
#[derive(Debug, Default)]
pub(crate) struct MovedClock(AtomicI64);

impl MovedClock {
    pub(crate) fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// A cloud in memory.
pub(crate) struct TestCloud {
    pub(crate) running: Running,
    pub(crate) clock: Arc<MovedClock>,
}

/// The configuration that tests open clouds with.
pub(crate) fn config(state: StateLocation) -> Config {
    let account = "123456789012".parse().unwrap();
    // Nothing here runs a function.
    Config::new(account, state, PathBuf::from("sandbox-init"))
}

impl TestCloud {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A cloud that is set up in another way than most.
    pub(crate) async fn with(set_up: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(MovedClock::default());
        let mut config = config(StateLocation::Memory);
        config.clock = clock.clone();
        set_up(&mut config);
        let running = Cloud::open(config).await.unwrap();
        Self { running, clock }
    }

    pub(crate) fn endpoint(&self) -> &str {
        self.running.endpoint()
    }

    /// The administrator's key.
    pub(crate) fn root(&self) -> Credentials {
        let key = self.running.administrator();
        credentials(&key.access_key_id, &key.secret_access_key, None)
    }

    /// IAM as the administrator sees it.
    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        self.iam_as(self.root())
    }

    pub(crate) fn iam_as(&self, credentials: Credentials) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::from_conf(
            aws_sdk_iam::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(aws_sdk_iam::config::Region::new("us-east-1"))
                .endpoint_url(self.endpoint())
                .retry_config(aws_sdk_iam::config::retry::RetryConfig::disabled())
                .http_client(http_client())
                .credentials_provider(credentials)
                .build(),
        )
    }

    pub(crate) fn sts_as(&self, credentials: Credentials) -> aws_sdk_sts::Client {
        aws_sdk_sts::Client::from_conf(
            aws_sdk_sts::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(aws_sdk_sts::config::Region::new("us-east-1"))
                .endpoint_url(self.endpoint())
                .retry_config(aws_sdk_sts::config::retry::RetryConfig::disabled())
                .http_client(http_client())
                .credentials_provider(credentials)
                .build(),
        )
    }

    /// The cloud's own calls, as its administrator.
    pub(crate) fn administrator(&self) -> Administrator {
        Administrator::new(
            self.endpoint(),
            self.running.administrator().clone(),
            Region::default(),
        )
    }

    /// A user with one inline policy, and a key of that user.
    pub(crate) async fn user(&self, name: &str, policy: &str) -> Credentials {
        let iam = self.iam();
        iam.create_user().user_name(name).send().await.unwrap();
        iam.put_user_policy()
            .user_name(name)
            .policy_name("inline")
            .policy_document(policy)
            .send()
            .await
            .unwrap();
        let made = iam
            .create_access_key()
            .user_name(name)
            .send()
            .await
            .unwrap();
        let key = made.access_key.unwrap();
        credentials(&key.access_key_id, &key.secret_access_key, None)
    }

    /// The configuration of clients that ask a region.
    pub(crate) fn sdk(&self, region: &'static str, credentials: Credentials) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_sdk_iam::config::Region::new(region))
            .endpoint_url(self.endpoint())
            .retry_config(aws_sdk_iam::config::retry::RetryConfig::disabled())
            .http_client(http_client())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build()
    }
}

pub(crate) fn credentials(id: &str, secret: &str, token: Option<String>) -> Credentials {
    Credentials::new(id, secret, token, None, "test")
}

pub(crate) fn http_client() -> SharedHttpClient {
    Builder::new().build_http()
}

/// Code and message of an answer that must be a refusal.
pub(crate) fn refusal<T, E, R>(answer: Result<T, SdkError<E, R>>) -> (String, String)
where
    E: ProvideErrorMetadata,
{
    match answer {
        Ok(_) => panic!("the call succeeded"),
        Err(error) => {
            let metadata = error
                .as_service_error()
                .expect("an answer of the service")
                .meta();
            (
                metadata.code().unwrap_or_default().to_owned(),
                metadata.message().unwrap_or_default().to_owned(),
            )
        }
    }
}

/// A policy with one statement.
pub(crate) fn allow(actions: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":[{actions}],"Resource":"{resource}"}}]}}"#
    )
}
