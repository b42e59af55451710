//! Arguments, pipes, exit codes.

use crate::{BOTH, Supervision, shell};
use process::{Command, Exit, Input, Output, SpawnError};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn an_exit_code_and_the_end_of_stderr_are_reported() {
    for supervision in BOTH {
        let mut child = shell("echo one >&2; echo two >&2; exit 3", supervision)
            .spawn()
            .unwrap();
        let ended = child.wait().await;
        assert_eq!(ended.exit, Exit::Code(3), "{supervision:?}");
        assert_eq!(ended.stderr.to_string(), "one\ntwo");
        assert_eq!(child.wait().await, ended);
    }
}

#[tokio::test]
async fn a_signal_of_its_own_is_told_from_a_kill() {
    // The first process of a PID namespace cannot signal itself, a child of it can.
    let mut child = shell("kill -TERM $$; exec sleep 1000", Supervision::Subreaper)
        .spawn()
        .unwrap();
    assert_eq!(child.wait().await.exit, Exit::Signal(libc::SIGTERM));
    let mut child = shell("exec sleep 1000", Supervision::Subreaper)
        .spawn()
        .unwrap();
    assert_eq!(child.kill().await.exit, Exit::Killed);
}

#[tokio::test]
async fn input_reaches_output() {
    for supervision in BOTH {
        let mut child = shell("cat", supervision)
            .stdin(Input::Piped)
            .stdout(Output::Piped)
            .spawn()
            .unwrap();
        let mut stdin = child.take_stdin().unwrap();
        let mut stdout = child.take_stdout().unwrap();
        let sent = vec![7; 3 << 20];
        let writing = {
            let sent = sent.clone();
            tokio::spawn(async move { stdin.write_all(&sent).await })
        };
        let mut received = Vec::new();
        stdout.read_to_end(&mut received).await.unwrap();
        writing.await.unwrap().unwrap();
        assert!(sent == received);
        assert_eq!(child.wait().await.exit, Exit::Code(0));
    }
}

#[tokio::test]
async fn descriptors_arrive_under_their_numbers() {
    let (mut from_three, three) = std::io::pipe().unwrap();
    let (mut from_four, four) = std::io::pipe().unwrap();
    let mut child = shell("echo three >&3; echo four >&4", Supervision::Default)
        .pass_descriptor(OwnedFd::from(three), 3)
        .pass_descriptor(OwnedFd::from(four), 4)
        .spawn()
        .unwrap();
    assert_eq!(child.wait().await.exit, Exit::Code(0));
    let mut said = String::new();
    from_three.read_to_string(&mut said).unwrap();
    from_four.read_to_string(&mut said).unwrap();
    assert_eq!(said, "three\nfour\n");
}

#[tokio::test]
async fn environment_and_folder_are_as_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = shell("pwd; echo $WORD; env | wc -l", Supervision::Default)
        .env_clear()
        .env("WORD", "hello")
        .env("PATH", "/usr/bin:/bin")
        .current_dir(folder.path())
        .stdout(Output::Piped)
        .spawn()
        .unwrap();
    let mut said = String::new();
    child
        .take_stdout()
        .unwrap()
        .read_to_string(&mut said)
        .await
        .unwrap();
    assert_eq!(child.wait().await.exit, Exit::Code(0));
    // PWD is the shell's own.
    assert_eq!(
        said,
        format!(
            "{}\nhello\n3\n",
            folder.path().canonicalize().unwrap().display()
        )
    );
}

#[tokio::test]
async fn a_missing_program_is_named() {
    let error = Command::new("framewright-no-such-program")
        .spawn()
        .unwrap_err();
    assert!(matches!(error, SpawnError::NotFound { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "no program `framewright-no-such-program`"
    );
}

#[tokio::test]
async fn the_usage_of_descendants_is_counted() {
    // Some 0.1 s of work in a child of the program, which the program waits for.
    let work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    for supervision in BOTH {
        let mut child = shell(&format!("sh -c '{work}'; true"), supervision)
            .spawn()
            .unwrap();
        let usage = child.wait().await.usage;
        assert!(usage.user > Duration::from_millis(20), "{usage:?}");
        assert!(usage.peak_resident_bytes > 100_000, "{usage:?}");
    }
}
