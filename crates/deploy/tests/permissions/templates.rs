//! Terraform and CDK, read by what their users read them with.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use deploy::calls::{Call, of};
use deploy::permissions::{Desired, ManagedPolicy, show};
use serde_json::Value;

use crate::linters::desired;
use crate::rows::{USER, allows};

/// Parses and formats the HCL files that it is given, with the packages of a folder.
const READ_HCL: &str = include_str!("read-hcl.mjs");

/// The npm packages that the set-up installed in a folder of the checkout.
fn packages(folder: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let packages = root.join(folder).join("node_modules");
    assert!(
        packages.exists(),
        "{} is not there: run `cargo xtask setup`",
        packages.display()
    );
    packages.canonicalize().unwrap()
}

#[track_caller]
fn succeeds(command: &mut Command) -> Output {
    let done = command.output().unwrap();
    let said = [&done.stdout[..], &done.stderr].concat();
    assert!(
        done.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&said)
    );
    done
}

/// What Terraform makes of `$${`.
fn unescaped(text: &str) -> String {
    text.replace("$${", "${")
}

/// Holds the policies of a parsed configuration against those that it was made of.
fn decide_the_same(found: &Value, desired: &Desired, decides: impl Fn(&ManagedPolicy, &str)) {
    let policies = found["resource"]["aws_iam_policy"].as_object().unwrap();
    assert_eq!(policies.len(), desired.policies.len());
    for policy in &desired.policies {
        let mut found = policies.values().map(|blocks| &blocks[0]);
        let found = found.find(|block| block["name"] == policy.name).unwrap();
        decides(policy, &unescaped(found["policy"].as_str().unwrap()));
    }
}

#[test]
fn terraform_reads_what_was_meant_and_has_nothing_to_format() {
    let folder = tempfile::tempdir().unwrap();
    let all = desired();
    let mut files = Vec::new();
    for (number, (_, desired)) in all.iter().enumerate() {
        let file = folder.path().join(format!("{number}.tf"));
        std::fs::write(&file, show::terraform(desired)).unwrap();
        files.push(file);
    }
    let script = folder.path().join("read-hcl.mjs");
    std::fs::write(&script, READ_HCL).unwrap();
    let read = succeeds(
        Command::new("node")
            .arg(&script)
            .arg(packages("xtask/npm"))
            .args(&files),
    );
    let read: Vec<Value> = serde_json::from_slice(&read.stdout).unwrap();
    assert_eq!(read.len(), all.len());
    for ((scope, desired), read) in all.iter().zip(&read) {
        assert_eq!(read["formatted"], show::terraform(desired));
        decide_the_same(&read["parsed"], desired, |policy, found| {
            let generated = policy.document.to_json();
            let calls = policy.parts.iter().flat_map(|part| of(*part, scope));
            for mut question in calls.flat_map(|call: &Call| call.questions(scope, USER)) {
                assert!(allows(found, scope, &question), "{question:?}");
                // And what is not meant to be allowed is not.
                question.resource = "arn:aws:s3:::somebody-elses/key".to_owned();
                assert_eq!(
                    allows(found, scope, &question),
                    allows(&generated, scope, &question),
                    "{question:?}"
                );
            }
        });
    }
    // Terraform's own word counts where it is installed.
    let terraform = Command::new("terraform")
        .args(["fmt", "-check"])
        .arg(folder.path())
        .output();
    if let Ok(done) = terraform {
        assert!(done.status.success(), "{done:?}");
    }
}

#[test]
fn the_cdk_stacks_are_typescript() {
    let folder = tempfile::tempdir().unwrap();
    let modules = packages("examples/cdk");
    symlink(&modules, folder.path().join("node_modules")).unwrap();
    let options = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/cdk/tsconfig.json"
    );
    let mut options: Value =
        serde_json::from_str(&std::fs::read_to_string(options).unwrap()).unwrap();
    options["include"] = serde_json::json!(["*.ts"]);
    std::fs::write(folder.path().join("tsconfig.json"), options.to_string()).unwrap();
    for (number, (scope, desired)) in desired().iter().enumerate() {
        let file = folder.path().join(format!("stack{number}.ts"));
        std::fs::write(file, show::cdk(desired, scope)).unwrap();
    }
    // What is wrong is found, and nothing else is.
    let wrong = "import { Stack } from 'aws-cdk-lib';\nexport const wrong: Stack = 'no stack';\n";
    std::fs::write(folder.path().join("wrong.ts"), wrong).unwrap();
    let checked = Command::new(modules.join(".bin/tsc"))
        .args(["--noEmit", "--preserveSymlinks"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    let mut found = said.lines().filter(|line| line.contains(": error "));
    let only = found.next().expect("tsc does not look");
    assert!(only.starts_with("wrong.ts(2,"), "{said}");
    assert_eq!(found.next(), None, "{said}");
}
