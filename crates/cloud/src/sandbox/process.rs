//! One run of `sandbox-init`, seen from the cloud.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::wire::{End, Report, Spec};

/// A sandbox that stands, with a program in it.
///
/// Dropping it ends the program and all that it started, as does the death of
/// this process: the helper watches the other end of `reports`.
#[derive(Debug)]
pub(crate) struct SandboxProcess {
    child: Child,
    reports: Reports,
    /// Why no entry could be executed, once that is known.
    unstartable: Option<String>,
}

#[derive(Debug)]
struct Reports {
    lines: Lines<BufReader<OwnedReadHalf>>,
    hold: OwnedWriteHalf,
}

/// What the program writes.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

/// How a sandbox ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The program ran and ended.
    Program(End),
    /// No entry could be executed.
    Unstartable {
        /// Why, in the words of the Lambda service.
        reason: String,
    },
}

/// A sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The helper could not be executed.
    #[error("`{helper}` cannot be executed")]
    Helper {
        /// The path that was tried.
        helper: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The host did not let the sandbox be made.
    #[error("the host refuses a sandbox: {missing}")]
    Refused {
        /// The step that failed and what the kernel said.
        missing: String,
    },
    /// The helper did not speak as it should.
    #[error("the sandbox helper failed")]
    Protocol(#[source] io::Error),
}

/// A helper that runs and waits to be told what for.
#[derive(Debug)]
pub(crate) struct Helper {
    child: Child,
    reports: Reports,
    output: Output,
}

impl Helper {
    /// Executes the helper. It does nothing before [`Helper::start`], so that the
    /// caller can put it under a memory limit first.
    pub(crate) fn execute(helper: &Path) -> Result<Self, StartError> {
        let failed = |source| StartError::Helper {
            helper: helper.to_owned(),
            source,
        };
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        let theirs = theirs.into_std().map_err(failed)?;
        theirs.set_nonblocking(false).map_err(failed)?;
        let mut child = Command::new(helper)
            // The function sees this name; the path would tell of the host.
            .arg0("sandbox-init")
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(failed(io::Error::other("no pipes")));
        };
        let (read, hold) = ours.into_split();
        Ok(Self {
            child,
            reports: Reports {
                lines: BufReader::new(read).lines(),
                hold,
            },
            output: Output { stdout, stderr },
        })
    }

    /// The helper's process: what the function starts descends from it.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Lets the helper make the sandbox and start the program in it.
    pub(crate) async fn start(
        mut self,
        spec: &Spec,
    ) -> Result<(SandboxProcess, Output), StartError> {
        let mut line = serde_json::to_vec(spec)
            .map_err(io::Error::from)
            .map_err(StartError::Protocol)?;
        line.push(b'\n');
        let told = self.reports.hold.write_all(&line).await;
        told.map_err(StartError::Protocol)?;
        match self.reports.next().await.map_err(StartError::Protocol)? {
            Report::Ready => Ok((
                SandboxProcess {
                    child: self.child,
                    reports: self.reports,
                    unstartable: None,
                },
                self.output,
            )),
            Report::Refused { missing } => {
                self.child.wait().await.map_err(StartError::Protocol)?;
                Err(StartError::Refused { missing })
            }
            other => Err(StartError::Protocol(io::Error::other(format!(
                "unexpected report: {other:?}"
            )))),
        }
    }
}

impl SandboxProcess {
    /// Waits until the program has ended and with it everything that it started.
    ///
    /// Cancel safe: a later call goes on.
    pub(crate) async fn ended(&mut self) -> Ending {
        let end = loop {
            match self.reports.next().await {
                Ok(Report::Unstartable { reason, .. }) => self.unstartable = Some(reason),
                Ok(Report::Refused { missing }) => self.unstartable = Some(missing),
                Ok(Report::Ended(end)) => break end,
                Ok(Report::Ready) => {}
                // The helper is gone, without a word if it was killed: its sandbox follows it.
                Err(_) => break End::Killed(9),
            }
        };
        if let Err(error) = self.child.wait().await {
            tracing::warn!(%error, "the sandbox helper cannot be waited for");
        }
        match self.unstartable.take() {
            Some(reason) => Ending::Unstartable { reason },
            None => Ending::Program(end),
        }
    }

    /// Ends the program and everything that it started, and waits until it is gone.
    pub(crate) async fn end(&mut self) -> Ending {
        // The helper takes any sign of life, or the lack of one, as the order to end.
        if let Err(error) = self.reports.hold.shutdown().await {
            tracing::debug!(%error, "the sandbox ended by itself");
        }
        self.ended().await
    }
}

impl Reports {
    async fn next(&mut self) -> io::Result<Report> {
        match self.lines.next_line().await? {
            Some(line) => serde_json::from_str(&line).map_err(io::Error::other),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
