//! One run of ffmpeg: its arguments, its pipes and how it ended.

use crate::failure::{Failure, RunError, Wanted};
use crate::ffmpeg::Ffmpeg;
use crate::location::Location;
use crate::progress::{self, Progress};
use crate::rate::FrameRate;
use process::{Child, Command, Input, Output};
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Instant;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The protocols that ffmpeg may open, also where a playlist or a list of files names others.
pub(crate) const PROTOCOLS: &str = "file,pipe,fd,http,tcp,subfile";

/// How ffmpeg waits for a loopback server that stopped answering, in microseconds.
pub(crate) const READ_TIMEOUT_US: &str = "60000000";

/// What may have been sent to ffmpeg and not been read by it, in bytes. The kernel would let it grow to megabytes, all of
/// which somebody pays for when ffmpeg jumps or ends.
const RECEIVE_BUFFER: &str = "65536";

/// The arguments of one run, in the order in which ffmpeg wants them.
#[derive(Debug)]
pub(crate) struct Invocation {
    command: Command,
    progress: Option<(watch::Sender<Progress>, FrameRate)>,
    wanted: Wanted,
}

/// A run under way. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    started: Instant,
    follower: Option<JoinHandle<Progress>>,
    wanted: Wanted,
}

impl Invocation {
    /// Runs `program` with no argument yet.
    pub(crate) fn bare(program: &Path) -> Self {
        Self {
            command: Command::new(program),
            progress: None,
            wanted: Wanted::WhatThereIs,
        }
    }

    /// Says only what went wrong, never asks, and overwrites.
    pub(crate) fn new(ffmpeg: &Ffmpeg) -> Self {
        Self::bare(ffmpeg.program())
            // Keeps messages free of colours, whatever the user's environment says.
            .env("AV_LOG_FORCE_NOCOLOR", "1")
            .args(["-hide_banner", "-nostdin", "-y", "-loglevel", "warning"])
    }

    /// Fails where a file that it reads was cut off, which it takes for the file's end otherwise.
    pub(crate) fn reading_all(mut self) -> Self {
        self.wanted = Wanted::All;
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command = self.command.env(name, value);
        self
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.command = self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub(crate) fn args<A: Into<OsString>>(
        mut self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        self.command = self.command.args(arguments);
        self
    }

    /// Adds an input, after the options that apply to it.
    pub(crate) fn input(self, location: &Location) -> Self {
        let network: &[&str] = if location.as_file().is_none() {
            &[
                "-rw_timeout",
                READ_TIMEOUT_US,
                "-recv_buffer_size",
                RECEIVE_BUFFER,
            ]
        } else {
            &[]
        };
        self.args(network.iter().copied())
            .input_argument(location.argument())
    }

    /// As [`Self::input`], for what is no location as it stands.
    pub(crate) fn input_argument(self, argument: OsString) -> Self {
        self.args(["-protocol_whitelist", PROTOCOLS, "-i"])
            .arg(argument)
    }

    /// Adds a local file as output, after the options that apply to it.
    pub(crate) fn output_file(self, path: &Path) -> Self {
        let mut argument = OsString::from("file:");
        argument.push(path);
        self.arg(argument)
    }

    /// Standard input is `pipe:0`.
    pub(crate) fn input_piped(mut self) -> Self {
        self.command = self.command.stdin(Input::Piped);
        self
    }

    /// Standard output is `pipe:1`.
    pub(crate) fn output_piped(mut self) -> Self {
        self.command = self.command.stdout(Output::Piped);
        self
    }

    /// `theirs` is another pipe of the run.
    pub(crate) fn descriptor(mut self, ours: OwnedFd, theirs: i32) -> Self {
        self.command = self.command.pass_descriptor(ours, theirs);
        self
    }

    /// Reports progress on standard output, which is then no output of the run. `rate` is that of the video.
    pub(crate) fn reporting(mut self, publish: watch::Sender<Progress>, rate: FrameRate) -> Self {
        self.progress = Some((publish, rate));
        self.args(["-progress", "pipe:1", "-stats_period", "0.2"])
            .output_piped()
    }

    /// Starts the run. It is ended at `deadline`.
    pub(crate) fn start(mut self, deadline: Instant) -> Result<Running, RunError> {
        self.command = self
            .command
            .deadline(deadline.saturating_duration_since(Instant::now()));
        self.start_unlimited()
    }

    /// Starts a run that lasts as long as its owner holds it.
    pub(crate) fn start_unlimited(self) -> Result<Running, RunError> {
        tracing::debug!(command = ?self.command, "starting ffmpeg");
        let started = Instant::now();
        let mut child = self.command.spawn()?;
        let follower = match self.progress {
            Some((publish, rate)) => child
                .take_stdout()
                .map(|stdout| tokio::spawn(progress::follow(stdout, publish, rate))),
            None => None,
        };
        Ok(Running {
            child,
            started,
            follower,
            wanted: self.wanted,
        })
    }
}

impl Running {
    /// The run's `pipe:0`, once. Dropping it is the end of input.
    pub(crate) fn take_stdin(&mut self) -> Result<ChildStdin, RunError> {
        self.child
            .take_stdin()
            .ok_or_else(|| RunError::Pipe(io::ErrorKind::NotConnected.into()))
    }

    /// The run's `pipe:1`, once, unless it reports progress there.
    pub(crate) fn take_stdout(&mut self) -> Result<ChildStdout, RunError> {
        self.child
            .take_stdout()
            .ok_or_else(|| RunError::Pipe(io::ErrorKind::NotConnected.into()))
    }

    /// Waits for the end and returns the last report of progress.
    pub(crate) async fn finish(&mut self) -> Result<Progress, RunError> {
        let ended = self.child.wait().await;
        let progress = match self.follower.take() {
            Some(follower) => follower.await.unwrap_or_default(),
            None => Progress::default(),
        };
        match Failure::of(ended, self.started.elapsed(), self.wanted) {
            Some(failure) => Err(failure.into()),
            None => Ok(progress),
        }
    }

    /// Ends the run, whose result nobody needs any more.
    pub(crate) async fn stop(&mut self) {
        self.child.kill().await;
    }
}
