//! Runtimes that others wrote, unchanged.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::setup::{FunctionCloud, Settings, example, pack};

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_runtime_of_aws_runs() {
    let cloud = FunctionCloud::start().await;
    let program = fs::read(example("echo")).unwrap();
    let settings = Settings {
        zip: pack(&[("bootstrap", &program, 0o755)]),
        ..Settings::default()
    };
    cloud.address.function(settings).await;
    for said in ["hello", "again"] {
        let answer = cloud.address.ask(json!({ "said": said })).await;
        assert_eq!(answer["event"], json!({ "said": said }));
        assert_eq!(
            answer["arn"],
            "arn:aws:lambda:us-east-1:123456789012:function:f"
        );
    }
    cloud.end().await;
}

const HANDLER: &str = r#"
def handler(event, context):
    if event.get("fail"):
        raise ValueError("as asked")
    print("said", event["said"])
    return {"event": event, "id": context.aws_request_id, "memory": context.memory_limit_in_mb,
            "left": context.get_remaining_time_in_millis() > 0}
"#;

const BOOTSTRAP: &str = "#!/bin/sh\nexec python3 -m awslambdaric handler.handler\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_python_runtime_of_aws_runs() {
    let cloud = FunctionCloud::start().await;
    let mut entries = vec![
        ("bootstrap".to_owned(), BOOTSTRAP.into(), 0o755),
        ("handler.py".to_owned(), HANDLER.into(), 0o644),
    ];
    take_in(&site_packages(), &mut entries);
    let entries: Vec<(&str, &[u8], u32)> = entries
        .iter()
        .map(|(name, content, mode)| (name.as_str(), content.as_slice(), *mode))
        .collect();
    let settings = Settings {
        zip: pack(&entries),
        ..Settings::default()
    };
    cloud.address.function(settings).await;
    let answer = cloud.address.ask(json!({ "said": "hello" })).await;
    assert_eq!(answer["event"], json!({ "said": "hello" }));
    assert_eq!(answer["memory"], "256");
    assert_eq!(answer["left"], true);
    let (answer, failed) = cloud.address.invoke(json!({ "fail": true })).await;
    assert!(failed);
    assert_eq!(answer["errorType"], "ValueError");
    assert_eq!(answer["errorMessage"], "as asked");
    cloud.end().await;
}

/// The Python packages of the test tools.
fn site_packages() -> PathBuf {
    let venv = std::env::var_os("FRAMEWRIGHT_TEST_VENV")
        .expect("FRAMEWRIGHT_TEST_VENV: `cargo xtask test` makes the environment and names it");
    let mut versions = fs::read_dir(PathBuf::from(venv).join("lib")).unwrap();
    versions
        .next()
        .unwrap()
        .unwrap()
        .path()
        .join("site-packages")
}

/// What the Python runtime consists of: its package, those it needs, and its native client.
fn take_in(site_packages: &Path, entries: &mut Vec<(String, Vec<u8>, u32)>) {
    for entry in fs::read_dir(site_packages).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let wanted = [
            "awslambdaric",
            "simplejson",
            "snapshot_restore_py",
            "runtime_client",
        ];
        if wanted.iter().any(|wanted| name.starts_with(wanted)) {
            add(&path, name, entries);
        }
    }
}

fn add(path: &Path, name: String, entries: &mut Vec<(String, Vec<u8>, u32)>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let below = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
            add(&path, below, entries);
        }
    } else {
        entries.push((name, fs::read(path).unwrap(), 0o644));
    }
}
