//! A running program.

use crate::report::{Cause, Report};
use crate::tail::StderrTail;
use crate::usage::{self, TreeUsage, Usage};
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::watch;

/// How long a drop waits for the tree to be gone. The keeper goes on ending it in any case.
const DROP_PATIENCE: Duration = Duration::from_secs(5);

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this exit code.
    Code(i32),
    /// By this signal, which was not ours.
    Signal(i32),
    /// It passed its deadline and was killed.
    Deadline,
    /// [`Child::kill`] ended it.
    Killed,
    /// Its keeper was killed, and the program with it.
    KeeperLost,
}

impl Exit {
    /// Whether the program ended by itself with code 0.
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "ended with exit code {code}"),
            Self::Signal(signal) => write!(f, "was ended by signal {signal}"),
            Self::Deadline => f.write_str("passed its deadline"),
            Self::Killed => f.write_str("was killed"),
            Self::KeeperLost => f.write_str("was killed together with its keeper"),
        }
    }
}

/// A program that has ended, with all its descendants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub exit: Exit,
    /// What the tree used.
    pub usage: Usage,
    /// The end of what the program wrote to its standard error.
    pub stderr: StderrTail,
}

/// A running program. Dropping it kills the program and all its descendants, and waits until they are gone.
#[derive(Debug)]
pub struct Child {
    keeper: std::process::Child,
    link: UnixStream,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: watch::Receiver<StderrTail>,
    ended: Option<Ended>,
}

impl Child {
    pub(crate) fn new(
        keeper: std::process::Child,
        link: std::os::unix::net::UnixStream,
        stdin: Option<ChildStdin>,
        stdout: Option<ChildStdout>,
        stderr: watch::Receiver<StderrTail>,
    ) -> io::Result<Self> {
        Ok(Self {
            keeper,
            link: UnixStream::from_std(link)?,
            stdin,
            stdout,
            stderr,
            ended: None,
        })
    }

    /// The process id of the keeper, whose descendants the program and its descendants are.
    #[must_use]
    pub fn keeper_id(&self) -> u32 {
        self.keeper.id()
    }

    /// The program's standard input. `None` if it is not piped, or was taken. Dropping it is the end of input.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.stdin.take()
    }

    /// The program's standard output. `None` if it is not piped, or was taken.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.stdout.take()
    }

    /// The end of what the program has written to its standard error so far.
    #[must_use]
    pub fn stderr(&self) -> StderrTail {
        self.stderr.borrow().clone()
    }

    /// What the program and its descendants have used so far. The keeper is not counted.
    ///
    /// # Errors
    /// If `/proc` cannot be read.
    pub fn usage(&self) -> io::Result<TreeUsage> {
        usage::of_descendants(self.keeper_id())
    }

    /// Waits until the program has ended, by itself or at its deadline, and with it every descendant.
    ///
    /// Standard input, where it was not taken, stays open meanwhile. May be cancelled and called again;
    /// once ended, it returns the same value at once.
    pub async fn wait(&mut self) -> Ended {
        if let Some(ended) = &self.ended {
            return ended.clone();
        }
        let report = self.report().await;
        self.reap();
        // All writers are gone, so this comes to its end.
        while self.stderr.changed().await.is_ok() {}
        let ended = Ended {
            exit: exit_of(report),
            usage: report.map(|report| report.usage).unwrap_or_default(),
            stderr: self.stderr(),
        };
        self.ended = Some(ended.clone());
        ended
    }

    /// Kills the program and every descendant, and waits until they are gone.
    ///
    /// A program that has ended by itself before is reported as it ended.
    pub async fn kill(&mut self) -> Ended {
        if self.ended.is_none() {
            // Fails where the keeper has gone already, and then it needs no telling.
            let _ = self.link.writable().await;
            let _ = self.link.try_write(&[0]);
        }
        self.wait().await
    }

    /// The keeper's last words, or `None` if it went without. Cancel-safe: a report comes in one piece.
    async fn report(&self) -> Option<Report> {
        let mut bytes = [0; Report::LENGTH];
        loop {
            if self.link.readable().await.is_err() {
                return None;
            }
            match self.link.try_read(&mut bytes) {
                Ok(length) => return Report::from_bytes(&bytes[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return None,
            }
        }
    }

    /// The keeper leaves right after its report, so this does not block for long.
    fn reap(&mut self) {
        if let Err(error) = self.keeper.wait() {
            tracing::warn!(%error, "could not wait for a keeper");
        }
    }

    /// The blocking form of [`Self::kill`], for a drop.
    fn kill_now(&mut self) -> io::Result<()> {
        use std::os::fd::AsFd;
        let mut link =
            std::os::unix::net::UnixStream::from(self.link.as_fd().try_clone_to_owned()?);
        link.set_nonblocking(false)?;
        link.set_read_timeout(Some(DROP_PATIENCE))?;
        // Fails if the keeper has gone already, and then so has the tree.
        let _ = link.write_all(&[0]);
        let mut bytes = [0; Report::LENGTH];
        match link.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
            _ => self.keeper.wait().map(|_| ()),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.ended.is_none()
            && let Err(error) = self.kill_now()
        {
            tracing::warn!(%error, keeper = self.keeper_id(), "a process tree outlived its handle for a while");
        }
    }
}

fn exit_of(report: Option<Report>) -> Exit {
    let Some(report) = report else {
        return Exit::KeeperLost;
    };
    match report.cause {
        Cause::Deadline => Exit::Deadline,
        Cause::Owner => Exit::Killed,
        Cause::ProgramEnded => {
            let status = ExitStatus::from_raw(report.wait_status);
            match (status.code(), status.signal()) {
                (Some(code), _) => Exit::Code(code),
                (None, signal) => Exit::Signal(signal.unwrap_or_default()),
            }
        }
    }
}
