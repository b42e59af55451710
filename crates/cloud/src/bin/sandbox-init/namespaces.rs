//! A function in namespaces of its own.
//!
//! Three processes: the supervisor stays outside and listens to the cloud; the
//! first process of the new PID namespace builds the sandbox, then reaps; the
//! program is its child. When the first process ends, by itself or by SIGKILL,
//! the kernel ends every process of the namespace, and only then lets the
//! supervisor reap it.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use cloud::sandbox::{End, Report, Spec, TASK_ROOT};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, clone};
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, wait, waitpid};
use nix::unistd::{ForkResult, Pid, fork, sethostname};

use crate::identity::{self, Identity};
use crate::refusal::{Refusal, Step};
use crate::{filesystem, privileges, program, send};

/// The helper's own stack use is small; the pages are copied on write.
const STACK_BYTES: usize = 512 * 1024;

const NAMESPACES: CloneFlags = CloneFlags::CLONE_NEWUSER
    .union(CloneFlags::CLONE_NEWNS)
    .union(CloneFlags::CLONE_NEWPID)
    .union(CloneFlags::CLONE_NEWIPC)
    .union(CloneFlags::CLONE_NEWUTS);

/// Runs the function and returns how it ended; nothing of it is left then.
pub(crate) fn run(spec: &Spec, cloud: &mut UnixStream) -> Result<End, Refusal> {
    let (mut outer, inner) = UnixStream::pair().step(|| "make a socket pair".into())?;
    let first = clone_first(spec, &outer, inner, cloud)?;
    let mapped = identity::map(first).and_then(|identity| {
        outer
            .write_all(&[identity.to_byte()])
            .step(|| "start".into())
    });
    if let Err(refusal) = mapped {
        drop(outer);
        waitpid(first, None).step(|| "reap".into())?;
        return Err(refusal);
    }
    supervise(first, outer, cloud)
}

/// Clones the process that becomes the first of the new namespaces.
fn clone_first(
    spec: &Spec,
    outer: &UnixStream,
    inner: UnixStream,
    cloud: &UnixStream,
) -> Result<Pid, Refusal> {
    let mut stack = vec![0; STACK_BYTES];
    let mut inner = Some(inner);
    let child = Box::new(|| {
        // The child's copies of the other ends must not keep them open.
        for end in [outer.as_fd(), cloud.as_fd(), io::stdin().as_fd()] {
            close_copy(end);
        }
        inner.take().map_or(1, |inner| first_process(spec, inner))
    });
    #[expect(unsafe_code, reason = "clone shares fork's dangers")]
    // SAFETY: this process has one thread, so the child may do whatever it could,
    // and without CLONE_VM it has memory and a stack of its own.
    unsafe { clone(child, &mut stack, NAMESPACES, Some(Signal::SIGCHLD as i32)) }
        .step(|| "make user, mount, pid, ipc and uts namespaces".into())
}

/// Closes a descriptor of the child that an object of the parent still names.
fn close_copy(end: std::os::fd::BorrowedFd<'_>) {
    use std::os::fd::AsRawFd;
    #[expect(unsafe_code, reason = "the owner lives in the parent")]
    // SAFETY: the child never touches the owner again; its callback returns and it exits.
    unsafe {
        nix::libc::close(end.as_raw_fd())
    };
}

/// Passes reports on until the first process is gone; ends it when the cloud
/// says anything or is gone.
fn supervise(first: Pid, mut outer: UnixStream, cloud: &mut UnixStream) -> Result<End, Refusal> {
    let mut last = Tail::default();
    let mut cloud_listens = true;
    loop {
        let mut ends = vec![PollFd::new(outer.as_fd(), PollFlags::POLLIN)];
        if cloud_listens {
            ends.push(PollFd::new(cloud.as_fd(), PollFlags::POLLIN));
        }
        match poll(&mut ends, PollTimeout::NONE) {
            Err(Errno::EINTR) => continue,
            other => other.step(|| "poll".into())?,
        };
        let cloud_spoke = ends.get(1).is_some_and(|end| end.any() == Some(true));
        let first_spoke = ends[0].any() == Some(true);
        if cloud_spoke {
            cloud_listens = false;
            kill(first, Signal::SIGKILL).step(|| "end the function".into())?;
        }
        if first_spoke {
            let mut buffer = [0; 4096];
            let read = outer.read(&mut buffer).step(|| "read reports".into())?;
            if read == 0 {
                break;
            }
            for report in last.lines(&buffer[..read]) {
                match report {
                    Report::Ended(end) => last.end = Some(end),
                    Report::Refused { missing } => {
                        waitpid(first, None).step(|| "reap".into())?;
                        return Err(io::Error::other(missing)).step(|| "build the sandbox".into());
                    }
                    // A cloud that is gone is seen by the poll above.
                    report => drop(send(cloud, &report)),
                }
            }
        }
    }
    let status = waitpid(first, None).step(|| "reap".into())?;
    Ok(match (last.end, status) {
        (Some(end), _) => end,
        (None, WaitStatus::Signaled(_, signal, _)) => End::Killed(signal as i32),
        (None, WaitStatus::Exited(_, status)) => End::Exited(status),
        (None, _) => End::Killed(Signal::SIGKILL as i32),
    })
}

/// Reports as they arrive in pieces.
#[derive(Default)]
struct Tail {
    incomplete: Vec<u8>,
    end: Option<End>,
}

impl Tail {
    fn lines(&mut self, piece: &[u8]) -> Vec<Report> {
        self.incomplete.extend_from_slice(piece);
        let whole = self
            .incomplete
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |newline| newline + 1);
        let rest = self.incomplete.split_off(whole);
        let complete = std::mem::replace(&mut self.incomplete, rest);
        complete
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect()
    }
}

/// The life of the first process in the new namespaces.
fn first_process(spec: &Spec, mut supervisor: UnixStream) -> isize {
    let report = match build(spec, &mut supervisor) {
        Ok(()) => match run_program(spec, &mut supervisor) {
            Ok(end) => Report::Ended(end),
            Err(error) => Report::Refused {
                missing: format!("start the program: {error}"),
            },
        },
        Err(refusal) => Report::Refused {
            missing: refusal.to_string(),
        },
    };
    // A supervisor that is gone takes this process with it.
    isize::from(send(&mut supervisor, &report).is_err())
}

fn build(spec: &Spec, supervisor: &mut UnixStream) -> Result<(), Refusal> {
    let mut go = [0];
    supervisor
        .read_exact(&mut go)
        .step(|| "wait for the id maps".into())?;
    let identity = Identity::from_byte(go[0])
        .ok_or(Errno::EPROTO)
        .step(|| "understand the supervisor".into())?;
    filesystem::enter(spec, identity)?;
    sethostname("sandbox").step(|| "set the host name".into())?;
    privileges::drop_all(identity)?;
    // A change of user clears it, so it comes last; the send below fails if the
    // supervisor ended in between.
    prctl::set_pdeathsig(Signal::SIGKILL).step(|| "follow the supervisor".into())?;
    send(supervisor, &Report::Ready).step(|| "report".into())
}

/// Starts the program and reaps whatever ends, until the program does.
fn run_program(spec: &Spec, supervisor: &mut UnixStream) -> io::Result<End> {
    #[expect(unsafe_code, reason = "fork")]
    // SAFETY: this process has one thread.
    let program = match unsafe { fork() }? {
        ForkResult::Parent { child } => child,
        ForkResult::Child => {
            // Only a failure comes back, and then the supervisor's end matters alone.
            let reported = program::execute(spec, TASK_ROOT.as_ref(), supervisor);
            std::process::exit(if reported.is_ok() { 127 } else { 126 });
        }
    };
    loop {
        match wait() {
            Ok(WaitStatus::Exited(pid, status)) if pid == program => {
                return Ok(End::Exited(status));
            }
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == program => {
                return Ok(End::Killed(signal as i32));
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
