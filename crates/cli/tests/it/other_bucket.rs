//! `render --out-bucket`: exactly the policy that the documents give to the render role lets it move the result.

use std::process::{Command, Output};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, said, site, venv};

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
