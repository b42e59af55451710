//! `framewright doctor` in front of a whole installation, as the user that setup makes.

use std::process::Command;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, said, site};

#[track_caller]
fn result(place: &Place, arguments: &[&str]) -> Value {
    let done = place.command(arguments).arg("--json").output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

fn git(place: &Place, arguments: &[&str]) {
    let mut git = Command::new("git");
    let git = git.arg("-C").arg(place.path("")).args(arguments);
    assert!(git.status().unwrap().success());
}

#[test]
fn everything_between_here_and_a_render_is_looked_at() {
    let place = Place::new();
    result(&place, &["functions", "deploy"]);
    let bundle = site();
    let made = result(&place, &["sites", "create", bundle.to_str().unwrap()]);
    let setup = ["permissions", "setup", "--yes", "--key-file", ".env"];
    result(&place, &setup);
    git(&place, &["init", "--quiet"]);
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let line = cloud.lines().next().expect("it tells where it listens");
    let told: Value = serde_json::from_str(&line).unwrap();
    let endpoint = told["endpoint"].as_str().unwrap();
    let doctor = |more: &[&str]| {
        let mut doctor = place.command(["doctor", "--target", "aws", "--region", "us-east-1"]);
        doctor
            .args(more)
            .env_remove("AWS_ACCESS_KEY_ID")
            .env_remove("AWS_SECRET_ACCESS_KEY")
            .env("HOME", place.path("home"))
            .env("AWS_ENDPOINT_URL", endpoint);
        doctor.output().unwrap()
    };
    let examined = doctor(&["--json"]);
    assert!(examined.status.success(), "{}", said(&examined));
    let text = String::from_utf8(examined.stdout).unwrap();
    let mut report: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    for finding in report["findings"].as_array_mut().unwrap() {
        if finding["subject"] == "clock" {
            assert_eq!(finding["verdict"], "good");
            // A second is no difference.
            finding["seen"] = "CLOCK".into();
        }
    }
    let shown = serde_json::to_string_pretty(&report).unwrap();
    let names = [
        (endpoint, "ENDPOINT"),
        (made["bucket"].as_str().unwrap(), "BUCKET"),
        (made["site"].as_str().unwrap(), "SITE"),
    ];
    let shown = names
        .iter()
        .fold(shown, |shown, (its, name)| shown.replace(its, name));
    insta::assert_snapshot!("doctor_json", shown);

    std::fs::write(place.path(".gitignore"), ".env\n").unwrap();
    let text = said(&doctor(&[]));
    assert!(text.contains("git ignores it"), "{text}");
    assert!(text.contains("Nothing to do."), "{text}");

    // Without a right that renders need, that is what comes first.
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"lambda:InvokeFunction","Resource":"*"}]}"#;
    let put = ["iam", "put-user-policy", "--user-name", "remotion-deploy"];
    let policy = ["--policy-name", "deny", "--policy-document", deny];
    aws(&told, &[&put[..], &policy].concat());
    let sick = doctor(&["--json"]);
    assert_eq!(sick.status.code(), Some(1), "{}", said(&sick));
    let text = String::from_utf8(sick.stdout).unwrap();
    let report: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let first = &report["first"];
    assert_eq!(first["subject"], "permissions of the caller, to render");
    let seen = first["seen"].as_str().unwrap();
    assert!(
        seen.contains("lambda:InvokeFunction") && seen.contains("denies it"),
        "{seen}"
    );
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}

/// The AWS CLI as the administrator of the cloud that told `told`.
fn aws(told: &Value, arguments: &[&str]) {
    let mut aws = Command::new(crate::harness::venv().join("bin/aws"));
    aws.args(["--endpoint-url", told["endpoint"].as_str().unwrap()])
        .args(arguments);
    for (name, value) in told["environment"].as_object().unwrap() {
        aws.env(name, value.as_str().unwrap());
    }
    let done = aws.output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
}
