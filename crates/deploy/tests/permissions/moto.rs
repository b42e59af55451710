//! Against moto's server, which nobody here wrote: setup, rotate, remove. It enforces no policies.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use aws_config::SdkConfig;
use client::credentials::{AccessKey, with_key};
use deploy::calls::{Compute, Scope};
use deploy::permissions::check::{Checker, Principal};
use deploy::permissions::remove::{Extent, Remover, Thing};
use deploy::permissions::rotate::Keys;
use deploy::permissions::{Budget, CallerChoice, Setup, State, Wanted};

use crate::linters::venv;

/// The account that moto's server has.
pub(crate) const ACCOUNT: &str = "123456789012";

/// What moto lacks, one call a line: a line that is no longer true fails the test.
const LACKS: &str = include_str!("moto-lacks.txt");

/// A server that ends with this value.
pub(crate) struct Moto {
    server: Child,
    endpoint: String,
}

impl Moto {
    pub(crate) fn start() -> Self {
        let mut server = Command::new(venv().join("bin/moto_server"))
            .args(["--host", "127.0.0.1", "--port", "0"])
            .env("PYTHONUNBUFFERED", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let endpoint = lines
            .find_map(|line| {
                let line = line.unwrap();
                let at = line.find("http://127.0.0.1:")?;
                Some(line[at..].split_whitespace().next()?.to_owned())
            })
            .expect("an address");
        // What it goes on saying must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { server, endpoint }
    }

    pub(crate) fn config(&self) -> SdkConfig {
        let key = AccessKey {
            id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            session_token: None,
        };
        with_key("us-east-1", &self.endpoint, key)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

#[tokio::test]
async fn setup_rotate_and_remove_work_against_moto() {
    let moto = Moto::start();
    let config = moto.config();
    let budget = Budget {
        usd: "20".into(),
        notify: "owner@example.com".into(),
    };
    let callers = [
        CallerChoice::User,
        CallerChoice::Made(Compute::Ec2),
        CallerChoice::Made(Compute::Fargate),
    ];
    for caller in callers {
        let scope = Scope::new("aws", ACCOUNT, "us-east-1");
        let is_user = caller == CallerChoice::User;
        let wanted = Wanted::new(scope, caller)
            .with_clip(true)
            .with_budget(Some(budget.clone()));
        let setup = Setup::new(&config, &wanted).unwrap();
        let plan = setup.plan().await.unwrap();
        assert!(
            plan.steps.iter().all(|step| step.state == State::Missing),
            "{plan:?}"
        );
        let key = setup.apply(&plan, |_| {}).await.unwrap();
        assert_eq!(key.is_some(), is_user);
        let plan = setup.plan().await.unwrap();
        assert!(
            plan.steps.iter().all(|step| step.state == State::Done),
            "{plan:?}"
        );
        if let Some(old) = key {
            let arn = old.verified(&config).await.unwrap();
            assert_eq!(arn, format!("arn:aws:iam::{ACCOUNT}:user/remotion-deploy"));
            let keys = Keys::new(&config, "remotion-deploy");
            let new = keys.make().await.unwrap();
            keys.verify(&new).await.unwrap();
            keys.deactivate(&old.id).await.unwrap();
            keys.delete(&old.id).await.unwrap();
            assert_eq!(keys.only().await.unwrap().id, new.id);
        }
        let remover = Remover::new(&config, wanted.scope().clone(), Extent::Everything);
        let found = remover.plan().await.unwrap();
        remover.apply(&found, |_| {}).await.unwrap();
        let mut left = remover.plan().await.unwrap();
        // A budget is not looked for: it goes by its name.
        left.retain(|one| one.what != Thing::Budget);
        assert_eq!(left, []);
    }
}

#[tokio::test]
async fn what_moto_lacks_it_still_lacks() {
    let moto = Moto::start();
    let config = moto.config();
    for line in LACKS.lines().filter(|line| !line.starts_with('#')) {
        let (call, expected) = line.split_once(": ").unwrap();
        let told = lacking(call, &config).await;
        assert!(told.contains(expected), "{call}: {told}");
    }
}

/// What moto says to a call, as its SDK shows it.
async fn lacking(call: &str, config: &SdkConfig) -> String {
    match call {
        "iam SimulatePrincipalPolicy" => {
            let iam = aws_sdk_iam::Client::new(config);
            let asked = iam
                .simulate_principal_policy()
                .policy_source_arn(format!("arn:aws:iam::{ACCOUNT}:user/u"))
                .action_names("s3:GetObject");
            format!("{:?}", asked.send().await)
        }
        "lambda PutRuntimeManagementConfig" => {
            let lambda = aws_sdk_lambda::Client::new(config);
            let asked = lambda
                .put_runtime_management_config()
                .function_name("f")
                .update_runtime_on(aws_sdk_lambda::types::UpdateRuntimeOn::Auto);
            format!("{:?}", asked.send().await)
        }
        "s3 PutBucketPolicy where public policies are blocked" => {
            let s3 = store::s3_client(config);
            let block = aws_sdk_s3::types::PublicAccessBlockConfiguration::builder();
            s3.create_bucket().bucket("blocked").send().await.unwrap();
            s3.put_public_access_block()
                .bucket("blocked")
                .public_access_block_configuration(block.block_public_policy(true).build())
                .send()
                .await
                .unwrap();
            let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::blocked/*"}}"#;
            let asked = s3.put_bucket_policy().bucket("blocked").policy(document);
            done(asked.send().await)
        }
        "s3 PutObject with an ACL where those are disabled" => {
            let s3 = store::s3_client(config);
            let ownership = aws_sdk_s3::types::ObjectOwnership::BucketOwnerEnforced;
            let create = s3.create_bucket().bucket("owned");
            create.object_ownership(ownership).send().await.unwrap();
            let asked = s3.put_object().bucket("owned").key("k");
            let acl = aws_sdk_s3::types::ObjectCannedAcl::PublicRead;
            done(asked.acl(acl).send().await)
        }
        "servicequotas GetServiceQuota" => {
            let quotas = aws_sdk_servicequotas::Client::new(config);
            let asked = quotas.get_service_quota().service_code("lambda");
            format!("{:?}", asked.quota_code("L-B99A9384").send().await)
        }
        "servicequotas GetAWSDefaultServiceQuota" => {
            let quotas = aws_sdk_servicequotas::Client::new(config);
            let asked = quotas.get_aws_default_service_quota();
            let asked = asked.service_code("lambda").quota_code("L-B99A9384");
            format!("{:?}", asked.send().await)
        }
        "servicequotas RequestServiceQuotaIncrease" => {
            let quotas = aws_sdk_servicequotas::Client::new(config);
            let asked = quotas.request_service_quota_increase();
            let asked = asked.service_code("lambda").quota_code("L-B99A9384");
            format!("{:?}", asked.desired_value(5000.0).send().await)
        }
        "cloudtrail LookupEvents" => {
            let trail = aws_sdk_cloudtrail::Client::new(config);
            format!("{:?}", trail.lookup_events().send().await)
        }
        "lambda InvokeWithResponseStream" => {
            let lambda = aws_sdk_lambda::Client::new(config);
            let asked = lambda.invoke_with_response_stream().function_name("f");
            format!("{:?}", asked.send().await)
        }
        "iam CreatePolicy over its size" => {
            let iam = aws_sdk_iam::Client::new(config);
            let long = "a".repeat(7_000);
            let document = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::{long}"}}}}"#
            );
            let asked = iam
                .create_policy()
                .policy_name("large")
                .policy_document(document);
            done(asked.send().await)
        }
        other => panic!("`{other}` is no call of this test"),
    }
}

/// `done`, where it should have been refused.
fn done<T, E: std::fmt::Debug>(asked: Result<T, E>) -> String {
    match asked {
        Ok(_) => "done".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

#[tokio::test]
async fn a_check_says_that_it_could_not_ask_moto() {
    let moto = Moto::start();
    let scope = Scope::new("aws", ACCOUNT, "us-east-1");
    let checker = Checker::new(&moto.config(), scope);
    let user = Principal::User("u".into());
    let refused = checker
        .principal(&user, &[deploy::calls::Part::Trigger])
        .await;
    assert!(refused.unwrap_err().to_string().contains("simulate"));
}
