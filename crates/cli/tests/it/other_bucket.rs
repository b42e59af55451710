//! `render --out-bucket`: exactly the policy that the documents give to the render role lets it move the result.

use std::process::{Command, Output};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, decided, said, site, venv};

const BUCKET: &str = "transfer-to-this-bucket-after-render";
const KEY: &str = "films/the-filename.mp4";

/// The statement of the documents, for the bucket of their example.
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Action":["s3:PutObject"],"Resource":["arn:aws:s3:::transfer-to-this-bucket-after-render","arn:aws:s3:::transfer-to-this-bucket-after-render/*"],"Effect":"Allow"}]}"#;

/// Runs the AWS CLI as the administrator of the cloud that told `told`.
fn aws(told: &Value, arguments: &[&str]) -> Output {
    let mut command = Command::new(venv().join("bin/aws"));
    command
        .args(["--endpoint-url", told["endpoint"].as_str().unwrap()])
        .args(arguments);
    for (name, value) in told["environment"].as_object().unwrap() {
        command.env(name, value.as_str().unwrap());
    }
    command.output().unwrap()
}

#[test]
fn the_render_role_moves_the_result_by_the_documented_policy() {
    let place = Place::new();
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let told: Value = serde_json::from_str(&cloud.lines().next().unwrap()).unwrap();
    let made = aws(&told, &["s3api", "create-bucket", "--bucket", BUCKET]);
    assert!(made.status.success(), "{}", said(&made));
    let render = || {
        let mut command = place.command(["render"]);
        command
            .arg(site())
            .args(["Hold", "--frames", "0-9", "--json"]);
        command.args(["--out-bucket", BUCKET, "--out-key", KEY]);
        command.output().unwrap()
    };
    let denied = render();
    assert_eq!(denied.status.code(), Some(1), "{}", said(&denied));
    assert!(said(&denied).contains("s3:PutObject"), "{}", said(&denied));

    let policy = [
        "iam",
        "put-role-policy",
        "--role-name",
        "remotion-lambda-role",
    ];
    let policy = [
        &policy[..],
        &["--policy-name", "other-bucket", "--policy-document", POLICY],
    ];
    let allowed = aws(&told, &policy.concat());
    assert!(allowed.status.success(), "{}", said(&allowed));
    let done = render();
    assert!(done.status.success(), "{}", said(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["out"], format!("s3://{BUCKET}/{KEY}"));
    let head = aws(
        &told,
        &["s3api", "head-object", "--bucket", BUCKET, "--key", KEY],
    );
    assert!(head.status.success(), "{}", said(&head));
    let head: Value = serde_json::from_slice(&head.stdout).unwrap();
    assert_eq!(head["ContentLength"], last["bytes"]);
    assert_eq!(head["ContentType"], "video/mp4");

    // It is there now, and is not replaced unless that is asked for.
    let again = render();
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert!(said(&again).contains("exists already"), "{}", said(&again));
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}

#[test]
fn the_keys_of_another_service_are_kept_where_no_viewer_reads_and_are_gone_afterwards() {
    let place = Place::new();
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let told: Value = serde_json::from_str(&cloud.lines().next().unwrap()).unwrap();
    let answer = |arguments: &[&str]| -> Value {
        let done = aws(&told, arguments);
        assert!(done.status.success(), "{}", said(&done));
        serde_json::from_slice(&done.stdout).unwrap_or_default()
    };
    answer(&["s3api", "create-bucket", "--bucket", BUCKET]);
    answer(&["iam", "create-user", "--user-name", "service"]);
    let policy = ["iam", "put-user-policy", "--user-name", "service"];
    let policy = [
        &policy[..],
        &["--policy-name", "put", "--policy-document", POLICY],
    ];
    answer(&policy.concat());
    let key = answer(&["iam", "create-access-key", "--user-name", "service"]);
    let [id, secret] =
        ["AccessKeyId", "SecretAccessKey"].map(|name| key["AccessKey"][name].as_str().unwrap());
    let done = place
        .command(["render"])
        .arg(site())
        .args(["Hold", "--frames", "0-9", "--json"])
        .args(["--out-bucket", BUCKET, "--out-key", KEY])
        .args(["--out-endpoint", told["endpoint"].as_str().unwrap()])
        .args(["--out-region", "us-east-1"])
        .env("REMOTION_S3_OUTPUT_PROVIDER_ACCESS_KEY_ID", id)
        .env("REMOTION_S3_OUTPUT_PROVIDER_SECRET_ACCESS_KEY", secret)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
    answer(&["s3api", "head-object", "--bucket", BUCKET, "--key", KEY]);
    let text = String::from_utf8(done.stdout).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let render = last["renderId"].as_str().unwrap();

    let apart = format!("/output-keys/{render}.json");
    let events = place.events();
    for action in ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"] {
        let touched = events
            .iter()
            .any(|event| decided(event, action).any(|resource| resource.ends_with(&apart)));
        assert!(touched, "{action} on {apart}");
    }
    let buckets = answer(&["s3api", "list-buckets"]);
    let names = buckets["Buckets"].as_array().unwrap();
    let mut names = names.iter().map(|bucket| bucket["Name"].as_str().unwrap());
    let own = names.find(|name| *name != BUCKET).unwrap();
    let list = ["s3api", "list-objects-v2", "--bucket", own, "--prefix"];
    let left = answer(&[&list[..], &["output-keys/"]].concat());
    assert_eq!(left["Contents"], Value::Null, "the keys are gone");
    let documents = answer(&[&list[..], &["renders/"]].concat());
    let documents = documents["Contents"].as_array().unwrap();
    assert!(documents.len() > 2, "{documents:?}");
    for document in documents {
        let file = place.path("document");
        let get = ["s3api", "get-object", "--bucket", own, "--key"];
        let key = document["Key"].as_str().unwrap();
        answer(&[&get[..], &[key, file.to_str().unwrap()]].concat());
        let bytes = std::fs::read(&file).unwrap();
        let holds = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert!(!holds(secret) && !holds(id), "{key} holds a key");
    }
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}

#[test]
fn an_output_bucket_may_be_in_another_region() {
    let place = Place::new();
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let told: Value = serde_json::from_str(&cloud.lines().next().unwrap()).unwrap();
    let answer = |arguments: &[&str]| -> Value {
        let there = [arguments, &["--region", "eu-west-1"]].concat();
        let done = aws(&told, &there);
        assert!(done.status.success(), "{}", said(&done));
        serde_json::from_slice(&done.stdout).unwrap_or_default()
    };
    let create = ["s3api", "create-bucket", "--bucket", BUCKET];
    let location = [
        "--create-bucket-configuration",
        "LocationConstraint=eu-west-1",
    ];
    answer(&[&create[..], &location].concat());
    let deploy = place.command(["functions", "deploy"]).output().unwrap();
    assert!(deploy.status.success(), "{}", said(&deploy));
    let put = [
        "iam",
        "put-role-policy",
        "--role-name",
        "remotion-lambda-role",
    ];
    let policy = ["--policy-name", "other-bucket", "--policy-document", POLICY];
    answer(&[&put[..], &policy].concat());
    let out = ["--out-bucket", BUCKET, "--out-key", KEY, "--json"];
    let done = place
        .command(["render"])
        .arg(site())
        .args(["Hold", "--frames", "0-9"])
        .args(out)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let head = answer(&["s3api", "head-object", "--bucket", BUCKET, "--key", KEY]);
    assert_eq!(head["ContentLength"], last["bytes"]);
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}
