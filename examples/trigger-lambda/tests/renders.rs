//! Renders that an HTTP API and a queue start, in an embedded cloud, watched by nobody.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use client::credentials::{AccessKey, with_key};
use cloud::{Cloud, Config, StateLocation};
use deploy::Account;
use deploy::calls::Part;
use deploy::functions::{Package, Settings};
use deploy::policy::generate;
use deploy::provision::{Wanted, provision};
use deploy::site::{Bundle, site_name, upload};
use tokio::process::Command;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const RENDER_FUNCTION: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";

/// What the test set-up makes and names.
fn made(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable);
    let value = value.unwrap_or_else(|| panic!("{variable}: `cargo xtask test` makes it"));
    value.into()
}

/// A program of this build that stands beside the one under test.
fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_trigger-lambda")).with_file_name(name)
}

/// This function as Lambda takes it.
fn zipped() -> Vec<u8> {
    let program = std::fs::read(env!("CARGO_BIN_EXE_trigger-lambda")).unwrap();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options).unwrap();
    zip.write_all(&program).unwrap();
    zip.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_and_a_queue_start_renders_that_nobody_watches() {
    let owner = "123456789012".parse().unwrap();
    let config = Config::new(owner, StateLocation::Memory, beside("sandbox-init"));
    let cloud = Cloud::open(config).await.unwrap();
    let key = cloud.administrator().clone();
    let config = with_key(
        "us-east-1",
        cloud.endpoint(),
        AccessKey {
            id: key.access_key_id.clone(),
            secret: key.secret_access_key.clone(),
            session_token: None,
        },
    );
    let account = Account::open(&config).await.unwrap();
    let zip = made("FRAMEWRIGHT_FUNCTION_ZIP");
    let wanted = Wanted {
        settings: Settings::of(RENDER_FUNCTION.parse().unwrap()),
        package: Package::of_code(&zip).unwrap(),
    };
    let scope = provision(&account, &wanted).await.unwrap().scope;
    let built = made("FRAMEWRIGHT_TEST_SITE");
    let bundle = Bundle::open(&built).unwrap();
    let site = site_name(&built).parse().unwrap();
    upload(account.s3(), &scope.bucket, &site, &bundle, |_| {})
        .await
        .unwrap();

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("trigger.zip"), zipped()).unwrap();
    let policy = generate(Part::Trigger, &scope).to_json();
    std::fs::write(folder.path().join("policy.json"), policy).unwrap();
    let done = Command::new(made("FRAMEWRIGHT_TEST_VENV").join("bin/python"))
        .arg("-B")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/renders.py"))
        .args([RENDER_FUNCTION, &scope.bucket, &site.to_string()])
        .current_dir(folder.path())
        .env("AWS_ENDPOINT_URL", cloud.endpoint())
        .env("AWS_ACCESS_KEY_ID", &key.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &key.secret_access_key)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(done.status.success(), "{said}");
    assert!(said.lines().any(|line| line == "done"), "{said}");
    cloud.shutdown().await;
}
