//! A cloud that serves, in AWS's place.

use std::process::{Command, Output};

use aws_config::SdkConfig;
use client::credentials::{AccessKey, with_key};
use cloud::{Administrator, AdministratorKey, EventQuery, Outcome, Record, Region};
use deploy::Account;
use nix::sys::signal::Signal;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::harness::{Place, Running, said, venv};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "us-east-1";

/// A cloud that serves, and its administrator.
pub(crate) struct Served {
    pub(crate) place: Place,
    cloud: Option<Running>,
    endpoint: String,
    root: AdministratorKey,
    runtime: Runtime,
}

impl Served {
    /// Serves the state of `place`; `options` are those of `cloud serve`.
    pub(crate) fn start(place: Place, options: &[&str]) -> Self {
        let mut cloud = Running::start(place.command(["cloud", "serve", "--json"]).args(options));
        let line = cloud.lines().next().expect("what to export");
        let told: Value = serde_json::from_str(&line).unwrap();
        let variable = |name: &str| told["environment"][name].as_str().unwrap().to_owned();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        Self {
            place,
            cloud: Some(cloud),
            endpoint: told["endpoint"].as_str().unwrap().to_owned(),
            root: AdministratorKey {
                access_key_id: variable("AWS_ACCESS_KEY_ID"),
                secret_access_key: variable("AWS_SECRET_ACCESS_KEY"),
            },
            runtime: runtime.unwrap(),
        }
    }

    pub(crate) fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    /// The key of the administrator.
    pub(crate) fn root(&self) -> AccessKey {
        AccessKey {
            id: self.root.access_key_id.clone(),
            secret: self.root.secret_access_key.clone(),
            session_token: None,
        }
    }

    /// Where the cloud listens.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(crate) fn config(&self, key: AccessKey) -> SdkConfig {
        with_key(REGION, &self.endpoint, key)
    }

    /// IAM as the administrator.
    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.config(self.root()))
    }

    /// A user with nothing but a key.
    pub(crate) fn user(&self, name: &str) -> AccessKey {
        let iam = self.iam();
        let made = async {
            iam.create_user().user_name(name).send().await.unwrap();
            let key = iam.create_access_key().user_name(name).send().await;
            key.unwrap().access_key.unwrap()
        };
        let key = self.wait(made);
        AccessKey {
            id: key.access_key_id,
            secret: key.secret_access_key,
            session_token: None,
        }
    }

    /// Gives a user a policy of this name. It is a managed one: those may be long.
    pub(crate) fn user_may(&self, policy: &str, user: &str, document: &str) {
        let iam = self.iam();
        self.wait(async {
            let made = iam.create_policy().policy_name(policy);
            let made = made.policy_document(document).send().await.unwrap();
            let arn = made.policy.unwrap().arn.unwrap();
            let attach = iam.attach_user_policy().user_name(user).policy_arn(arn);
            attach.send().await.unwrap();
        });
    }

    /// Writes the inline policy `policy` of a role.
    pub(crate) fn role_may(&self, role: &str, policy: &str, document: &str) {
        let put = self.iam().put_role_policy().role_name(role);
        let put = put.policy_name(policy).policy_document(document);
        self.wait(put.send()).unwrap();
    }

    /// `framewright` with `key`, in whose place the cloud is AWS.
    pub(crate) fn command<'a>(
        &self,
        key: &AccessKey,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Command {
        let mut command = self.place.command(arguments);
        command
            .env("FRAMEWRIGHT_TARGET", "aws")
            .env("HOME", self.place.path("home"))
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", &key.id)
            .env("AWS_SECRET_ACCESS_KEY", &key.secret)
            .envs(
                key.session_token
                    .iter()
                    .map(|token| ("AWS_SESSION_TOKEN", token)),
            );
        command
    }

    /// What the AWS CLI answers to the administrator.
    pub(crate) fn aws(&self, arguments: &[&str]) -> Value {
        let done = self.aws_as(&self.root(), arguments);
        assert!(done.status.success(), "{arguments:?}: {}", said(&done));
        serde_json::from_slice(&done.stdout).unwrap_or_default()
    }

    /// The AWS CLI with `key`.
    pub(crate) fn aws_as(&self, key: &AccessKey, arguments: &[&str]) -> Output {
        let mut aws = Command::new(venv().join("bin/aws"));
        aws.args(arguments)
            .args(["--output", "json"])
            // Services of an older kind heed no variable.
            .args(["--endpoint-url", &self.endpoint])
            // The older CLI knows this variable alone.
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", &key.id)
            .env("AWS_SECRET_ACCESS_KEY", &key.secret);
        aws.output().unwrap()
    }

    /// The keys of the objects of `bucket` below `prefix`.
    pub(crate) fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let config = self.config(self.root());
        self.wait(async {
            let account = Account::open(&config).await.unwrap();
            let list = account.s3().list_objects_v2().bucket(bucket).prefix(prefix);
            let listed = list.send().await.unwrap();
            let keys = listed.contents.unwrap_or_default().into_iter();
            keys.filter_map(|object| object.key).collect()
        })
    }

    /// The newest records of the event history, the newest first.
    pub(crate) fn events(&self, limit: Option<usize>) -> Vec<Record> {
        let query = EventQuery {
            limit,
            ..EventQuery::default()
        };
        let region = Region::default();
        let administrator = Administrator::new(&self.endpoint, self.root.clone(), region);
        self.wait(administrator.events(&query)).unwrap()
    }

    /// How often `action` was denied so far.
    pub(crate) fn denials(&self, action: &str) -> usize {
        let events = self.events(None);
        let decisions = events.iter().flat_map(|event| &event.decisions);
        decisions
            .filter(|one| one.action == action && one.outcome != Outcome::Allowed)
            .count()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(cloud) = self.cloud.take() {
            cloud.signal(Signal::SIGINT);
            cloud.wait();
        }
    }
}
