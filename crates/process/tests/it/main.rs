//! Real programs under supervision.
//!
//! How a test knows that a tree is gone: every process of it inherits the write end of a pipe, so the read end
//! comes to its end exactly when the last of them is dead.

#![expect(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod basics;
mod owner;
mod tree;

use process::{Child, Command};
use std::io::{PipeReader, Read};
use std::os::fd::OwnedFd;
use std::time::Duration;

/// The number under which the tree of a test holds its pipe.
const PIPE: i32 = 9;

/// Far more than anything here takes; a test that needs it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a program is supervised.
#[derive(Debug, Clone, Copy)]
enum Supervision {
    /// In a PID namespace where this machine allows one.
    Default,
    /// By a subreaper.
    Subreaper,
}

const BOTH: [Supervision; 2] = [Supervision::Default, Supervision::Subreaper];

fn shell(script: &str, supervision: Supervision) -> Command {
    let command = Command::new("/bin/sh").args(["-c", script]);
    match supervision {
        Supervision::Default => command,
        Supervision::Subreaper => command.without_namespace(),
    }
}

/// Starts `script` with the pipe, and waits until it has said `ready` on it.
async fn start_ready(command: Command) -> (Child, PipeReader) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let child = command
        .pass_descriptor(OwnedFd::from(writer), PIPE)
        .spawn()
        .unwrap();
    let reader = tokio::task::spawn_blocking(move || {
        let mut word = [0; 6];
        reader.read_exact(&mut word).unwrap();
        assert_eq!(&word, b"ready\n");
        reader
    });
    let reader = tokio::time::timeout(PATIENCE, reader)
        .await
        .unwrap()
        .unwrap();
    (child, reader)
}

/// Passes if no process holds the pipe any more: reads its end without waiting for it.
fn assert_gone(reader: PipeReader) {
    use std::os::fd::AsRawFd;
    let mut reader = reader;
    nonblocking(reader.as_raw_fd());
    let mut rest = Vec::new();
    let read = reader.read_to_end(&mut rest);
    assert!(read.is_ok(), "a descendant is still alive: {read:?}");
}

fn nonblocking(fd: i32) {
    // SAFETY: `fd` is open for the length of the call.
    #[expect(unsafe_code, reason = "std has no non-blocking anonymous pipe")]
    unsafe {
        assert_eq!(libc::fcntl(fd, libc::F_SETFL, libc::O_NONBLOCK), 0);
    }
}
