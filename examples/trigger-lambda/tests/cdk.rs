//! `examples/cdk` describes what CloudFormation takes, without asking AWS anything.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use deploy::calls::{Part, Scope};
use deploy::policy::generate;
use serde_json::Value;

fn app() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../cdk")
}

/// Runs a program, which must succeed, without credentials and with no way out.
fn run(command: &mut Command) {
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env_remove("AWS_PROFILE")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("https_proxy", "http://127.0.0.1:9")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .stdin(Stdio::null());
    let done = command.output().unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(done.status.success(), "{command:?}: {said}");
}

/// A program of the app's npm packages, which the test set-up installs.
fn of_the_app(name: &str) -> Command {
    let program = app().join("node_modules/.bin").join(name);
    assert!(
        program.exists(),
        "{}: `cargo xtask test` installs it",
        program.display()
    );
    let mut command = Command::new(program);
    command.current_dir(app());
    command
}

#[test]
fn the_cdk_app_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let scope = Scope {
        bucket: "remotionlambda-useast1-abcdefghij".into(),
        function: "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec".into(),
        ..Scope::new("aws", "123456789012", "us-east-1")
    };
    let policy = generate(Part::Trigger, &scope).to_json();
    std::fs::write(place("policy.json"), &policy).unwrap();
    std::fs::write(place("trigger.zip"), "what AWS would get").unwrap();

    run(of_the_app("tsc").arg("--noEmit"));
    run(of_the_app("cdk")
        .args(["synth", "--quiet", "--output"])
        .arg(place("out"))
        .args([
            "--context",
            &format!("code={}", place("trigger.zip").display()),
        ])
        .args([
            "--context",
            &format!("policy={}", place("policy.json").display()),
        ])
        .args(["--context", &format!("renderFunction={}", scope.function)])
        .args(["--context", &format!("renderBucket={}", scope.bucket)]));

    let template = place("out/FramewrightTrigger.template.json");
    let venv = std::env::var_os("FRAMEWRIGHT_TEST_VENV")
        .expect("FRAMEWRIGHT_TEST_VENV: `cargo xtask test` makes the environment and names it");
    run(Command::new(PathBuf::from(venv).join("bin/cfn-lint"))
        .args(["--non-zero-exit-code", "error"])
        .arg(&template));

    let template: Value = serde_json::from_slice(&std::fs::read(template).unwrap()).unwrap();
    let mut kinds: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for resource in template["Resources"].as_object().unwrap().values() {
        let kind = resource["Type"].as_str().unwrap();
        kinds.entry(kind).or_default().push(&resource["Properties"]);
    }
    let only = |kind: &str| match kinds.get(kind).map(Vec::as_slice) {
        Some([one]) => *one,
        other => panic!("{kind}: {other:?}"),
    };
    // What starting renders needs is what the table of calls says, to the letter.
    let granted = &only("AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"];
    let generated: Value = serde_json::from_str(&policy).unwrap();
    let plain = |statements: &Value| -> Vec<Value> {
        let list = |value: &Value| match value {
            Value::Array(one) if one.len() == 1 => one[0].clone(),
            other => other.clone(),
        };
        let plain = |statement: &Value| {
            let mut statement = statement.clone();
            for element in ["Action", "Resource"] {
                statement[element] = list(&statement[element]);
            }
            statement
        };
        statements.as_array().unwrap().iter().map(plain).collect()
    };
    assert_eq!(plain(granted), plain(&generated["Statement"]));

    let mapping = only("AWS::Lambda::EventSourceMapping");
    assert_eq!(
        mapping["FunctionResponseTypes"][0],
        "ReportBatchItemFailures"
    );
    assert_eq!(
        only("AWS::ApiGatewayV2::Route")["RouteKey"],
        "POST /renders"
    );
    let permission = only("AWS::Lambda::Permission");
    assert_eq!(permission["Principal"], "apigateway.amazonaws.com");
    let source = permission["SourceArn"].to_string();
    assert!(
        source.contains("/*/*/renders") || source.contains("/*/POST/renders"),
        "{source}"
    );
    let redriven = kinds["AWS::SQS::Queue"].iter();
    assert_eq!(
        redriven
            .filter(|queue| queue["RedrivePolicy"].is_object())
            .count(),
        1
    );
}
