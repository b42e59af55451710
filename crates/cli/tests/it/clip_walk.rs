//! The document that shows the clip cutter's denial, walked from the denial to the clip: the account, the user and the
//! message are the document's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use client::credentials::{AccessKey, with_key};
use cloud::{Cloud, Config, Running, StateLocation};
use deploy::Account;
use deploy::functions::Package;
use deploy::provision::{ClipWanted, provision_clip};
use serde_json::{Value, json};

use crate::harness::{Place, clip_zip, said, sandbox_init, venv};

const ACCOUNT: &str = "281502313273";
const USER: &str = "remotion_user";
const CUTTER: &str = "ffmpeg-clip-cutter";

const SETUP: &str = include_str!("../../../iam/tests/data/seeds/000-aws-iam-setup.txt");
const DENIAL: &str =
    include_str!("../../../iam/tests/data/seeds/004-fix-lambda-invoke-permission.txt");

/// Somebody who uses the AWS CLI.
struct Caller {
    endpoint: String,
    id: String,
    secret: String,
}

impl Caller {
    fn aws(&self, arguments: &[&str]) -> Output {
        Command::new(venv().join("bin/aws"))
            .args(arguments)
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", &self.id)
            .env("AWS_SECRET_ACCESS_KEY", &self.secret)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .output()
            .unwrap()
    }

    fn done(&self, arguments: &[&str]) -> Value {
        let done = self.aws(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", said(&done));
        serde_json::from_slice(&done.stdout).unwrap_or_default()
    }

    /// Invokes a function: its answer, or what AWS says.
    fn invoke(&self, function: &str, payload: &Value, out: &Path) -> Result<Value, String> {
        let (payload, file) = (payload.to_string(), out.to_str().unwrap());
        let done = self.aws(&[
            "lambda",
            "invoke",
            "--function-name",
            function,
            "--payload",
            &payload,
            file,
        ]);
        if done.status.success() {
            return Ok(serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap());
        }
        let text = String::from_utf8(done.stderr).unwrap();
        let (_, message) = text.split_once("operation: ").expect(&text);
        Err(message.trim().to_owned())
    }

    /// Gives a user an inline policy.
    fn allow(&self, name: &str, document: &str) {
        self.done(&[
            "iam",
            "put-user-policy",
            "--user-name",
            USER,
            "--policy-name",
            name,
            "--policy-document",
            document,
        ]);
    }
}

/// The first document of this kind in a text.
fn fenced<'a>(text: &'a str, start: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect(start);
    rest.split_once("```").unwrap().0
}

/// The document's message, which it breaks into lines.
fn documented_denial() -> String {
    let lines = fenced(DENIAL, "## Error\n```\n").lines();
    lines.map(str::trim_end).collect::<Vec<_>>().join(" ")
}

fn administrator(cloud: &Running) -> Caller {
    let key = cloud.administrator();
    Caller {
        endpoint: cloud.endpoint().to_owned(),
        id: key.access_key_id.clone(),
        secret: key.secret_access_key.clone(),
    }
}

fn sample(folder: &Path) -> PathBuf {
    let path = folder.join("sample.mp4");
    let source = "testsrc2=size=320x180:rate=30:duration=6";
    let made = Command::new("ffmpeg")
        .args([
            "-loglevel",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            source,
            "-g",
            "60",
        ])
        .arg(&path)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", said(&made));
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn the_denial_of_the_document_is_fixed_as_the_answer_says() {
    let place = Place::new();
    let account = ACCOUNT.parse().unwrap();
    let cloud = Cloud::open(Config::new(account, StateLocation::Memory, sandbox_init())).await;
    let cloud = cloud.unwrap();
    let administrator = administrator(&cloud);
    let key = AccessKey {
        id: administrator.id.clone(),
        secret: administrator.secret.clone(),
        session_token: None,
    };
    let config = with_key("us-east-1", cloud.endpoint(), key);
    let wanted = ClipWanted {
        package: Package::of_code(&clip_zip()).unwrap(),
        source: None,
    };
    let account = Account::open(&config).await.unwrap();
    let provisioned = provision_clip(&account, &wanted).await.unwrap();
    let bucket = provisioned.scope.bucket;
    let folder = place.path(".");
    tokio::task::spawn_blocking(move || walk(&place, &administrator, &bucket, &folder))
        .await
        .unwrap();
    cloud.shutdown().await;
}

fn walk(place: &Place, administrator: &Caller, bucket: &str, folder: &Path) {
    let key = "renders/abcdefghij/out.mp4";
    let file = sample(folder);
    administrator.done(&[
        "s3api",
        "put-object",
        "--bucket",
        bucket,
        "--key",
        key,
        "--body",
        file.to_str().unwrap(),
    ]);
    administrator.done(&["iam", "create-user", "--user-name", USER]);
    let setup = fenced(SETUP, "```json\n");
    let policy = administrator.done(&[
        "iam",
        "create-policy",
        "--policy-name",
        "RemotionLambdaDeployPolicy",
        "--policy-document",
        setup,
    ]);
    let policy = policy["Policy"]["Arn"].as_str().unwrap().to_owned();
    administrator.done(&[
        "iam",
        "attach-user-policy",
        "--user-name",
        USER,
        "--policy-arn",
        &policy,
    ]);
    let made = administrator.done(&["iam", "create-access-key", "--user-name", USER]);
    let user = Caller {
        endpoint: administrator.endpoint.clone(),
        id: made["AccessKey"]["AccessKeyId"]
            .as_str()
            .unwrap()
            .to_owned(),
        secret: made["AccessKey"]["SecretAccessKey"]
            .as_str()
            .unwrap()
            .to_owned(),
    };
    let payload = json!({ "source": { "bucket": bucket, "key": key }, "from": 1, "to": "90f", "exact": true });
    let out = folder.join("answer.json");

    let denied = user.invoke(CUTTER, &payload, &out).unwrap_err();
    assert_eq!(denied, documented_denial());

    let fix = place
        .command(["policies", "fix", denied.as_str(), "--json"])
        .output()
        .unwrap();
    assert!(fix.status.success(), "{}", said(&fix));
    let fix: Value = serde_json::from_slice(&fix.stdout).unwrap();
    let proposed = &fix["document"];
    let exact = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:{CUTTER}");
    assert_eq!(proposed["Statement"][0]["Resource"], exact);
    administrator.allow("LambdaInvokePermission", &proposed.to_string());

    let answer = user.invoke(CUTTER, &payload, &out).unwrap();
    assert_eq!(answer["type"], "success", "{answer}");
    assert_eq!(
        (&answer["frames"], &answer["reencoded"]),
        (&json!(60), &json!(true))
    );

    // The exact ARN neither allows a function whose name begins alike, nor a version of this one.
    for (other, resource) in [
        (format!("{CUTTER}-evil"), format!("{exact}-evil")),
        (format!("{exact}:$LATEST"), format!("{exact}:$LATEST")),
    ] {
        let denied = user.invoke(&other, &payload, &out).unwrap_err();
        let expected = format!(
            "User: arn:aws:iam::{ACCOUNT}:user/{USER} is not authorized to perform: lambda:InvokeFunction on resource: {resource} because no identity-based policy allows the lambda:InvokeFunction action"
        );
        assert_eq!(denied, expected);
    }
}
