//! Policies and calls from an account: what an administrator reads of a user, and what the user may not read itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use aws_sdk_iam::Client;
use client::credentials::{AccessKey, with_key};
use cloud::{Cloud, Config, Running, StateLocation};
use tempfile::TempDir;

const USER: &str = "arn:aws:iam::123456789012:user/deployer";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-a";
const OWN: &str = r#"{"Version":"2012-10-17","Statement":{"Sid":"Other","Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:123456789012:function:other"}}"#;
const ATTACHED: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
const LIMITS: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["lambda:*","s3:*"],"Resource":"*"}}"#;

/// A cloud with a user that has an inline policy, a managed one and a boundary.
pub(crate) struct Account {
    pub(crate) running: Running,
    folder: TempDir,
    user: AccessKey,
}

impl Account {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = StateLocation::Folder(folder.path().join("state"));
        let account = "123456789012".parse().unwrap();
        // Nothing here runs a function.
        let config = Config::new(account, state, PathBuf::from("sandbox-init"));
        let running = Cloud::open(config).await.unwrap();
        let iam = Client::new(&with_key("us-east-1", running.endpoint(), root(&running)));
        let mut managed = Vec::new();
        for (name, document) in [("attached", ATTACHED), ("limits", LIMITS)] {
            let create = iam
                .create_policy()
                .policy_name(name)
                .policy_document(document);
            let policy = create.send().await.unwrap().policy.unwrap();
            managed.push(policy.arn.unwrap());
        }
        iam.create_user()
            .user_name("deployer")
            .permissions_boundary(&managed[1])
            .send()
            .await
            .unwrap();
        iam.put_user_policy()
            .user_name("deployer")
            .policy_name("own")
            .policy_document(OWN)
            .send()
            .await
            .unwrap();
        iam.attach_user_policy()
            .user_name("deployer")
            .policy_arn(&managed[0])
            .send()
            .await
            .unwrap();
        let key = iam.create_access_key().user_name("deployer").send().await;
        let key = key.unwrap().access_key.unwrap();
        let user = AccessKey {
            id: key.access_key_id,
            secret: key.secret_access_key,
            session_token: None,
        };
        Self {
            running,
            folder,
            user,
        }
    }

    /// What a command prints and says, as `key`.
    pub(crate) fn shown(&self, key: &AccessKey, arguments: &[&str]) -> String {
        let mut command = framewright(self.folder.path());
        command
            .args(arguments)
            .args(["--target", "aws"])
            .env("AWS_ENDPOINT_URL", self.running.endpoint())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", &key.id)
            .env("AWS_SECRET_ACCESS_KEY", &key.secret);
        let done = command.output().unwrap();
        assert!(done.status.code().is_some_and(|code| code < 2), "{done:?}");
        format!(
            "{}{}",
            String::from_utf8(done.stdout).unwrap(),
            String::from_utf8(done.stderr).unwrap()
        )
    }
}

pub(crate) fn root(running: &Running) -> AccessKey {
    let key = running.administrator();
    AccessKey {
        id: key.access_key_id.clone(),
        secret: key.secret_access_key.clone(),
        session_token: None,
    }
}

fn framewright(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_framewright"));
    command
        .current_dir(folder)
        .env_remove("AWS_PROFILE")
        .env("HOME", folder);
    command
}

#[track_caller]
pub(crate) fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in\n{text}");
    }
}

fn denial() -> String {
    format!(
        "An error occurred (AccessDeniedException) when calling the Invoke operation: User: {USER} is not authorized to \
         perform: lambda:InvokeFunction on resource: {FUNCTION} because no identity-based policy allows the \
         lambda:InvokeFunction action"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_reads_what_a_user_has() {
    let account = Account::start().await;
    let root = root(&account.running);
    let explained = account.shown(
        &root,
        &[
            "policies",
            "explain",
            USER,
            "lambda:InvokeFunction",
            FUNCTION,
        ],
    );
    has(
        &explained,
        &[
            "implicitDeny",
            "identity: `own`",
            "identity: `attached`",
            "boundary: `limits`",
        ],
    );
    let fixed = account.shown(&root, &["policies", "fix", &denial(), "--from-target"]);
    has(
        &fixed,
        &[
            "implicitDeny before, allowed after",
            "of 2048 remain for",
            &format!("shorter: add {FUNCTION} to the Resource of statement 0 (`Other`) of `own`"),
        ],
    );
    let unknown = fixed
        .lines()
        .find(|line| line.starts_with("not known"))
        .unwrap();
    assert!(
        !unknown.contains("identity") && !unknown.contains("boundary"),
        "{unknown}"
    );
    let foreign = USER.replace("123456789012", "210987654321");
    let explained = account.shown(
        &root,
        &[
            "policies",
            "explain",
            &foreign,
            "s3:GetObject",
            "arn:aws:s3:::b/k",
        ],
    );
    has(
        &explained,
        &[
            "unknown: the policies of",
            "are those of account 123456789012",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_is_unknown() {
    let account = Account::start().await;
    let fixed = account.shown(
        &account.user,
        &["policies", "fix", &denial(), "--from-target"],
    );
    has(
        &fixed,
        &[
            "unknown: which inline policies the user `deployer` has",
            "iam:ListUserPolicies",
            "unknown: the permissions boundary of the user `deployer`",
            "remaining unknown",
        ],
    );
    let unknown = fixed
        .lines()
        .find(|line| line.starts_with("not known"))
        .unwrap();
    assert!(
        unknown.contains("identity") && unknown.contains("boundary"),
        "{unknown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_derived_from_the_event_history() {
    let account = Account::start().await;
    let iam = Client::new(&with_key(
        "us-east-1",
        account.running.endpoint(),
        root(&account.running),
    ));
    iam.put_user_policy()
        .user_name("deployer")
        .policy_name("reading")
        .policy_document(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}}"#)
        .send()
        .await
        .unwrap();
    iam.delete_user_policy()
        .user_name("deployer")
        .policy_name("own")
        .send()
        .await
        .unwrap();
    // The boundary has to allow it, too.
    iam.create_policy_version()
        .policy_arn("arn:aws:iam::123456789012:policy/limits")
        .policy_document(LIMITS.replace("s3:*", "iam:*"))
        .set_as_default(true)
        .send()
        .await
        .unwrap();
    let deployer = Client::new(&with_key(
        "us-east-1",
        account.running.endpoint(),
        account.user.clone(),
    ));
    deployer
        .get_user()
        .user_name("deployer")
        .send()
        .await
        .unwrap();
    deployer.list_users().send().await.unwrap_err();
    let Account {
        running, folder, ..
    } = account;
    running.shutdown().await;
    let mut command = framewright(folder.path());
    command
        .args([
            "policies",
            "derive",
            "--from-target",
            "--principal",
            USER,
            "--json",
        ])
        .env("FRAMEWRIGHT_STATE", folder.path().join("state"))
        .env("FRAMEWRIGHT_SANDBOX_INIT", crate::harness::sandbox_init());
    let done = command.output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let answer: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let statement = &answer["document"]["Statement"][0];
    assert_eq!(statement["Action"], "iam:GetUser");
    assert_eq!(statement["Resource"], USER);
    assert_eq!(answer["document"]["Statement"].as_array().unwrap().len(), 1);
    assert_eq!(answer["denied"], 1);
    assert_eq!(answer["removals"][0]["fails"], serde_json::json!([0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn recent_denials_are_found_in_the_history_and_fixed() {
    let account = Account::start().await;
    let root = root(&account.running);
    let none = account.shown(&root, &["policies", "fix", "--from-cloudtrail"]);
    has(&none, &["no denial is among the"]);
    has(
        &account.shown(&account.user, &["functions", "ls"]),
        &["not authorized to perform: lambda:ListFunctions"],
    );
    has(
        &account.shown(&account.user, &["permissions", "rotate", "deployer"]),
        &["not authorized to perform: iam:ListAccessKeys"],
    );

    let newest = account.shown(&root, &["policies", "fix", "--from-cloudtrail"]);
    has(
        &newest,
        &[
            "lambda:ListFunctions",
            "iam:ListAccessKeys",
            USER,
            "\"Action\": \"iam:ListAccessKeys\"",
        ],
    );
    let listed = account.shown(&root, &["policies", "fix", "--from-cloudtrail", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(
        listed
            .lines()
            .find(|line| line.contains("\"denials\":"))
            .unwrap(),
    )
    .unwrap();
    let denials = listed["denials"].as_array().unwrap();
    assert_eq!(listed["fixes"], denials[0]["eventId"]);
    let older = denials
        .iter()
        .find(|denied| denied["call"].as_str().unwrap().starts_with("lambda:"))
        .unwrap();
    let fixed = account.shown(
        &root,
        &[
            "policies",
            "fix",
            "--from-cloudtrail",
            "--event",
            older["eventId"].as_str().unwrap(),
            "--apply",
        ],
    );
    has(&fixed, &["lambda:ListFunctions", "the call is allowed now"]);
    let unknown = ["policies", "fix", "--from-cloudtrail", "--event", "nothing"];
    has(
        &account.shown(&root, &unknown),
        &["no denial with the event id `nothing`"],
    );

    // Who may not look is told what would allow it.
    let denied = account.shown(&account.user, &["policies", "fix", "--from-cloudtrail"]);
    has(
        &denied,
        &[
            "not authorized to perform: cloudtrail:LookupEvents",
            "permissions show auditor",
            "\"Action\":\"cloudtrail:LookupEvents\"",
        ],
    );

    // The embedded cloud of a state folder is asked in the same words.
    let mut command = framewright(account.folder.path());
    command
        .args(["policies", "fix", "--from-cloudtrail", "--json"])
        .env("FRAMEWRIGHT_STATE", account.folder.path().join("state"))
        .env("FRAMEWRIGHT_SANDBOX_INIT", crate::harness::sandbox_init());
    let done = command.output().unwrap();
    assert!(done.status.success(), "{done:?}");
    has(
        &String::from_utf8(done.stdout).unwrap(),
        &["\"outcome\":\"proposal\"", "cloudtrail:LookupEvents"],
    );
}
