//! What to start, and how.

use crate::child::Child;
use crate::keeper::{self, Plan};
use crate::namespace::Namespace;
use crate::pipe::widened;
use crate::tail::StderrTail;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{ChildStderr, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::watch;

/// What the program reads as its standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Nothing.
    Null,
    /// What is written to [`Child::take_stdin`].
    Piped,
}

/// Where the program's standard output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Nowhere.
    Null,
    /// To [`Child::take_stdout`].
    Piped,
}

/// A program could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// There is no such program.
    #[error("no program `{}`", program.display())]
    NotFound {
        /// As given to [`Command::new`].
        program: PathBuf,
    },
    /// The system refused.
    #[error("could not start `{}`", program.display())]
    Refused {
        /// As given to [`Command::new`].
        program: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// A program to start under supervision.
///
/// By default it inherits the environment and the working directory, reads nothing, and its output goes nowhere.
/// Its standard error is always read: the end of it is in [`Ended::stderr`](crate::Ended::stderr), and all of it is logged at debug level.
#[derive(Debug)]
pub struct Command {
    program: PathBuf,
    command: std::process::Command,
    stdin: Input,
    stdout: Output,
    descriptors: Vec<(OwnedFd, RawFd)>,
    deadline: Option<Duration>,
    namespace: bool,
}

impl Command {
    /// A name without a slash is looked for in `PATH`.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let program = program.into();
        Self {
            command: std::process::Command::new(&program),
            program,
            stdin: Input::Null,
            stdout: Output::Null,
            descriptors: Vec::new(),
            deadline: None,
            namespace: true,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.command.arg(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets one environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.command.env(name.into(), value.into());
        self
    }

    /// Starts from an empty environment. Variables set before are lost.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.command.env_clear();
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn current_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.command.current_dir(folder.into());
        self
    }

    /// Sets what the program reads.
    #[must_use]
    pub fn stdin(mut self, input: Input) -> Self {
        self.stdin = input;
        self
    }

    /// Sets where the program's output goes.
    #[must_use]
    pub fn stdout(mut self, output: Output) -> Self {
        self.stdout = output;
        self
    }

    /// Gives the program a descriptor under the number `theirs`, which must be 3 or more.
    #[must_use]
    pub fn pass_descriptor(mut self, ours: OwnedFd, theirs: RawFd) -> Self {
        self.descriptors.push((ours, theirs));
        self
    }

    /// Ends the program and its descendants this long after the start, whether or not anybody waits for it.
    #[must_use]
    pub fn deadline(mut self, after: Duration) -> Self {
        self.deadline = Some(after);
        self
    }

    /// Supervises without a PID namespace even where one is possible: the program keeps seeing the system's process numbers.
    #[must_use]
    pub fn without_namespace(mut self) -> Self {
        self.namespace = false;
        self
    }

    /// Starts the program. To be called within a tokio runtime.
    ///
    /// # Errors
    /// [`SpawnError::NotFound`] if the program does not exist, [`SpawnError::Refused`] for every other reason.
    pub fn spawn(mut self) -> Result<Child, SpawnError> {
        self.start().map_err(|source| {
            let program = self.program.clone();
            if source.kind() == io::ErrorKind::NotFound {
                SpawnError::NotFound { program }
            } else {
                SpawnError::Refused { program, source }
            }
        })
    }

    fn start(&mut self) -> io::Result<Child> {
        // std allocates descriptors of its own while spawning; they must not lie where the program's will be put.
        let highest_target = self.descriptors.iter().map(|(_, theirs)| *theirs).max();
        let _occupied = occupy_up_to(highest_target.unwrap_or(2))?;
        let (link, keepers_link) = UnixStream::pair()?;
        let descriptors = self
            .descriptors
            .iter()
            .map(|(ours, theirs)| {
                Ok((duplicate_above(ours, highest_target.unwrap_or(2))?, *theirs))
            })
            .collect::<io::Result<Vec<_>>>()?;
        self.prepare(&keepers_link, &descriptors);
        let mut keeper = self.command.spawn()?;
        link.set_nonblocking(true)?;
        let stdin = keeper
            .stdin
            .take()
            .map(widened)
            .map(ChildStdin::from_std)
            .transpose()?;
        let stdout = keeper
            .stdout
            .take()
            .map(ChildStdout::from_std)
            .transpose()?;
        let stderr = keeper
            .stderr
            .take()
            .map(|stderr| follow(&self.program, stderr))
            .transpose()?;
        Child::new(
            keeper,
            link,
            stdin,
            stdout,
            stderr.unwrap_or_else(|| watch::channel(StderrTail::default()).1),
        )
    }

    #[expect(unsafe_code, reason = "the keeper is made between fork and exec")]
    fn prepare(&mut self, keepers_link: &UnixStream, descriptors: &[(OwnedFd, RawFd)]) {
        let plan = Plan {
            link: keepers_link.as_raw_fd(),
            deadline_ms: self.deadline.map(|after| {
                keeper::now_ms()
                    .saturating_add(i64::try_from(after.as_millis()).unwrap_or(i64::MAX))
            }),
            namespace: self.namespace.then(Namespace::available).flatten(),
            descriptors: descriptors
                .iter()
                .map(|(ours, theirs)| (ours.as_raw_fd(), *theirs))
                .collect(),
        };
        self.command
            .stdin(match self.stdin {
                Input::Null => Stdio::null(),
                Input::Piped => Stdio::piped(),
            })
            .stdout(match self.stdout {
                Output::Null => Stdio::null(),
                Output::Piped => Stdio::piped(),
            })
            .stderr(Stdio::piped());
        // SAFETY: `split` is made for this place; it uses only what `plan` owns.
        unsafe { self.command.pre_exec(move || keeper::split(&plan)) };
    }
}

/// Holds every free descriptor number up to `highest`, until dropped.
fn occupy_up_to(highest: RawFd) -> io::Result<Vec<OwnedFd>> {
    let mut held = Vec::new();
    loop {
        let null = OwnedFd::from(File::open("/dev/null")?);
        if null.as_raw_fd() > highest {
            return Ok(held);
        }
        held.push(null);
    }
}

#[expect(
    unsafe_code,
    reason = "std can duplicate a descriptor, but not to a number above another"
)]
fn duplicate_above(fd: &OwnedFd, highest: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: `fd` is open; the result is a new descriptor that nobody else owns.
    unsafe {
        match libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, highest + 1) {
            -1 => Err(io::Error::last_os_error()),
            new => Ok(OwnedFd::from_raw_fd(new)),
        }
    }
}

/// Reads standard error to its end in a task that owns the tail.
fn follow(
    program: &std::path::Path,
    stderr: ChildStderr,
) -> io::Result<watch::Receiver<StderrTail>> {
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    let stderr = tokio::process::ChildStderr::from_std(stderr)?;
    let (tail, receiver) = watch::channel(StderrTail::default());
    tokio::spawn(async move {
        let mut stderr = BufReader::new(stderr);
        let mut line = Vec::new();
        loop {
            line.clear();
            // A program that never ends its line must not fill our memory with it.
            let bounded = &mut (&mut stderr).take(StderrTail::BYTES as u64);
            match bounded.read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    tracing::debug!(program = %name, "{}", String::from_utf8_lossy(&line).trim_end());
                    tail.send_modify(|tail| tail.push(&line));
                }
            }
        }
    });
    Ok(receiver)
}
