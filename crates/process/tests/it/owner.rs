//! The owner itself dies.

use crate::{BOTH, PATIENCE, PIPE, Supervision, shell};
use std::io::{BufRead, BufReader, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Stdio;
use std::sync::mpsc;

const VARIABLE: &str = "FRAMEWRIGHT_TEST_SUPERVISION";

/// Not a test: the owner that the test below starts, and kills while its program runs.
#[tokio::test]
#[ignore = "run by `a_killed_owner_leaves_nothing`"]
async fn owner() {
    let supervision = match std::env::var(VARIABLE).unwrap().as_str() {
        "Default" => Supervision::Default,
        _ => Supervision::Subreaper,
    };
    let stdout: OwnedFd = std::io::stdout().as_fd().try_clone_to_owned().unwrap();
    let script = format!("setsid sh -c 'echo; echo ready; sleep 1000' >&{PIPE} & sleep 1000");
    let mut child = shell(&script, supervision)
        .pass_descriptor(stdout, PIPE)
        .spawn()
        .unwrap();
    child.wait().await;
}

#[test]
fn a_killed_owner_leaves_nothing() {
    for supervision in BOTH {
        let mut owner = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["owner::owner", "--exact", "--ignored", "--nocapture"])
            .env(VARIABLE, format!("{supervision:?}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(owner.stdout.take().unwrap());
        let (ended, end) = mpsc::channel();
        let (ready, started) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            while line != "ready\n" {
                line.clear();
                assert_ne!(
                    stdout.read_line(&mut line).unwrap(),
                    0,
                    "the program never started"
                );
            }
            ready.send(()).unwrap();
            ended
                .send(stdout.read_to_end(&mut Vec::new()).is_ok())
                .unwrap();
        });
        started.recv_timeout(PATIENCE).unwrap();
        owner.kill().unwrap();
        owner.wait().unwrap();
        assert!(end.recv_timeout(PATIENCE).unwrap(), "{supervision:?}");
    }
}
