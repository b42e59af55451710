//! An account of the embedded cloud, and identities in it.

use aws_config::SdkConfig;
use client::credentials::{AccessKey, with_key};
use cloud::{Administrator, Cloud, Config, EventQuery, Record, Region, Running, StateLocation};
use deploy::calls::Scope;
use deploy::policy::Policy;

pub(crate) const ACCOUNT: &str = "123456789012";

pub(crate) struct Account {
    running: Running,
}

impl Account {
    pub(crate) async fn new() -> Self {
        // Nothing here runs a function.
        let helper = "sandbox-init".into();
        let config = Config::new(ACCOUNT.parse().unwrap(), StateLocation::Memory, helper);
        Self {
            running: Cloud::open(config).await.unwrap(),
        }
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope::new("aws", ACCOUNT, "us-east-1")
    }

    pub(crate) fn root(&self) -> SdkConfig {
        let key = self.running.administrator();
        self.with(&key.access_key_id, &key.secret_access_key)
    }

    pub(crate) fn root_iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.root())
    }

    fn with(&self, id: &str, secret: &str) -> SdkConfig {
        let key = AccessKey {
            id: id.to_owned(),
            secret: secret.to_owned(),
            session_token: None,
        };
        with_key("us-east-1", self.running.endpoint(), key)
    }

    /// A user with `policy` and nothing else.
    pub(crate) async fn user(&self, name: &str, policy: &Policy) -> SdkConfig {
        self.user_by(name, &policy.to_json()).await
    }

    /// The same by the policy's text.
    pub(crate) async fn user_by(&self, name: &str, policy: &str) -> SdkConfig {
        let iam = self.root_iam();
        iam.create_user().user_name(name).send().await.unwrap();
        let arn = iam
            .create_policy()
            .policy_name(name)
            .policy_document(policy)
            .send()
            .await
            .unwrap();
        let arn = arn.policy().unwrap().arn().unwrap().to_owned();
        let attached = iam.attach_user_policy().user_name(name).policy_arn(arn);
        attached.send().await.unwrap();
        let key = iam
            .create_access_key()
            .user_name(name)
            .send()
            .await
            .unwrap();
        let key = key.access_key().unwrap();
        self.with(key.access_key_id(), key.secret_access_key())
    }

    /// Every request so far.
    pub(crate) async fn events(&self) -> Vec<Record> {
        let administrator = Administrator::new(
            self.running.endpoint(),
            self.running.administrator().clone(),
            Region::default(),
        );
        administrator.events(&EventQuery::default()).await.unwrap()
    }
}
