//! A function where the host allows no namespaces: a child that sees the host.
//!
//! What remains is that nothing outlives the environment. This process adopts
//! every orphan below it, and kills whatever descends from it in the end.

use std::fs;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use cloud::sandbox::{End, Report, Spec};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, wait, waitpid};
use nix::unistd::{ForkResult, Pid, fork, getpid, setsid};

use crate::refusal::{Refusal, Step};
use crate::{privileges, program, send};

/// Runs the function and returns how it ended; nothing of it is left then.
pub(crate) fn run(spec: &Spec, cloud: &mut UnixStream) -> Result<End, Refusal> {
    prctl::set_child_subreaper(true).step(|| "adopt orphans".into())?;
    let mut children = SigSet::empty();
    children.add(Signal::SIGCHLD);
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&children), None).step(|| "block SIGCHLD".into())?;
    let endings = SignalFd::with_flags(&children, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
        .step(|| "watch children".into())?;
    send(cloud, &Report::Ready).step(|| "report".into())?;

    let program = start(spec, cloud)?;
    let end = supervise(program, &endings, cloud);
    end_descendants();
    end
}

fn start(spec: &Spec, cloud: &mut UnixStream) -> Result<Pid, Refusal> {
    #[expect(unsafe_code, reason = "fork")]
    // SAFETY: this process has one thread.
    match unsafe { fork() }.step(|| "fork".into())? {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => {
            let prepared = privileges::limit()
                .and_then(|()| privileges::forbid_new())
                .and_then(|()| setsid().step(|| "start a session".into()))
                .and_then(|_| {
                    prctl::set_pdeathsig(Signal::SIGKILL).step(|| "follow the parent".into())
                });
            let reported = match prepared {
                Ok(()) => program::execute(spec, &spec.code, cloud),
                Err(refusal) => send(
                    cloud,
                    &Report::Unstartable {
                        absent: false,
                        reason: refusal.to_string(),
                    },
                ),
            };
            std::process::exit(if reported.is_ok() { 127 } else { 126 });
        }
    }
}

fn supervise(program: Pid, endings: &SignalFd, cloud: &UnixStream) -> Result<End, Refusal> {
    loop {
        let mut ends = [
            PollFd::new(endings.as_fd(), PollFlags::POLLIN),
            PollFd::new(cloud.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut ends, PollTimeout::NONE) {
            Err(Errno::EINTR) => continue,
            other => other.step(|| "poll".into())?,
        };
        if ends[1].any() == Some(true) {
            return Ok(End::Killed(Signal::SIGKILL as i32));
        }
        while let Ok(Some(_)) = endings.read_signal() {}
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(pid, status)) if pid == program => {
                    return Ok(End::Exited(status));
                }
                Ok(WaitStatus::Signaled(pid, signal, _)) if pid == program => {
                    return Ok(End::Killed(signal as i32));
                }
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => break,
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(error).step(|| "reap".into()),
            }
        }
    }
}

/// Kills all descendants. One that forks while we look is found in the next
/// round, since its orphans come to this process.
fn end_descendants() {
    loop {
        for pid in descendants(getpid()) {
            // It may be gone by now.
            let _ = kill(pid, Signal::SIGKILL);
        }
        if wait() == Err(Errno::ECHILD) {
            return;
        }
    }
}

fn descendants(root: Pid) -> Vec<Pid> {
    let pairs: Vec<(Pid, Pid)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid: i32| Some((Pid::from_raw(pid), parent_of(pid)?)))
        .collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(
            pairs
                .iter()
                .filter(|(_, its_parent)| *its_parent == parent)
                .map(|(pid, _)| *pid),
        );
        next += 1;
    }
    found.split_off(1)
}

/// The parent as `/proc/PID/stat` has it, behind a name that may hold anything.
fn parent_of(pid: i32) -> Option<Pid> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after_name = &stat[stat.rfind(')')? + 1..];
    let parent = after_name.split_ascii_whitespace().nth(1)?;
    Some(Pid::from_raw(parent.parse().ok()?))
}
