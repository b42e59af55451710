//! A cloud in which changes of IAM take their time, as they do on AWS.

use std::path::Path;
use std::process::Command;

use cloud::Record;
use serde_json::Value;

use crate::harness::{Place, said, venv};
use crate::served::Served;

const DELAY: &str = "4s";

/// A zip with a program that is never started, so that making the function takes no time.
fn small_zip(to: &Path) {
    let script = "import sys, zipfile\n\
        with zipfile.ZipFile(sys.argv[1], 'w') as zip:\n\
        \x20   zip.writestr('bootstrap', '#!/bin/sh')\n";
    let made = Command::new(venv().join("bin/python3"))
        .args(["-c", script])
        .arg(to)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", said(&made));
}

/// Runs a command that must succeed.
#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    String::from_utf8(done.stdout).unwrap()
}

/// The codes with which the calls of this name ended, the first first; nothing for a success.
fn ends<'a>(events: &'a [Record], name: &str) -> Vec<Option<&'a str>> {
    let calls = events.iter().rev();
    calls
        .filter(|event| event.event_name.as_deref() == Some(name))
        .map(|event| event.failure.as_ref().map(|failure| failure.code.as_str()))
        .collect()
}

#[test]
fn a_new_role_and_a_new_key_are_waited_for() {
    let served = Served::start(Place::new(), &["--iam-propagation", DELAY]);
    let root = served.root();
    // The role is made, and is no role of Lambda's for some seconds.
    let zip = served.place.path("small.zip");
    small_zip(&zip);
    let mut deploy = served.command(&root, ["functions", "deploy", "--json"]);
    let deployed = succeeds(deploy.env("FRAMEWRIGHT_FUNCTION_ZIP", &zip));
    let deployed: Value = serde_json::from_str(deployed.lines().last().unwrap()).unwrap();
    let changes = deployed["changes"].to_string();
    assert!(changes.contains("role remotion-lambda-role"), "{changes}");
    let events = served.events(None);
    let created = ends(&events, "CreateFunction");
    let (last, refused) = created.split_last().unwrap();
    assert_eq!(*last, None, "{created:?}");
    assert!(!refused.is_empty(), "nothing was to be waited for");
    for code in refused {
        assert_eq!(*code, Some("InvalidParameterValueException"));
    }

    // A key is shown when it can be used.
    let keys = served.place.path("keys.env");
    let setup = [
        "permissions",
        "setup",
        "--yes",
        "--user",
        "fresh",
        "--key-file",
    ];
    // The role that the deployment made is not setup's to change.
    let other = ["--render-role", "team/other-role"];
    succeeds(served.command(&root, setup).arg(&keys).args(other));
    let text = std::fs::read_to_string(&keys).unwrap();
    let value = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once('='));
        let found = lines.find(|(its, _)| *its == name);
        found.map(|(_, value)| value.to_owned()).unwrap()
    };
    let key = client::credentials::AccessKey {
        id: value("REMOTION_AWS_ACCESS_KEY_ID"),
        secret: value("REMOTION_AWS_SECRET_ACCESS_KEY"),
        session_token: None,
    };
    succeeds(&mut served.command(&key, ["functions", "ls"]));
    let events = served.events(None);
    let is_unknown = |event: &&Record| {
        let failure = event.failure.as_ref();
        failure.is_some_and(|failure| failure.code == "InvalidClientTokenId")
    };
    assert!(
        events.iter().filter(is_unknown).count() > 0,
        "the key was known at once"
    );
}
