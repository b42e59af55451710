//! The AWS CLI and boto3 against `framewright cloud serve`.

use std::process::Command;

use nix::sys::signal::Signal;

use crate::harness::{Place, Running, said, venv};

#[test]
fn aws_cli_and_boto3_see_aws() {
    let place = Place::new();
    let mut cloud =
        Running::start(&mut place.command(["cloud", "serve", "--state", "memory", "--json"]));
    let line = cloud.lines().next().expect("what to export");
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/aws_clients.py");
    let mut python = Command::new(venv().join("bin/python"));
    python
        .arg("-B")
        .arg(script)
        .arg(told["endpoint"].as_str().unwrap())
        .arg(venv().join("bin/aws"));
    for (name, value) in told["environment"].as_object().unwrap() {
        python.env(name, value.as_str().unwrap());
    }
    let done = python.output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    let calls = text
        .lines()
        .last()
        .and_then(|line| line.strip_suffix(" calls")?.parse::<u32>().ok());
    assert!(calls.is_some_and(|calls| calls >= 40), "{text}");
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}
