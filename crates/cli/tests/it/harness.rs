//! Starting the binary in a folder of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

/// Nothing here takes longer on the slowest machine that the tests run on.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// A folder with a state of its own, and an output folder.
pub(crate) struct Place {
    folder: TempDir,
}

/// A command that is running.
pub(crate) struct Running {
    // There until somebody waits for it.
    child: Option<std::process::Child>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::Builder::new()
                .prefix("framewright-test-")
                .tempdir()
                .unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `framewright` with this place's state.
    pub(crate) fn command<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_framewright"));
        command
            .args(arguments)
            .env("FRAMEWRIGHT_STATE", self.path("state"))
            .env("FRAMEWRIGHT_SANDBOX_INIT", sandbox_init())
            .env("FRAMEWRIGHT_FUNCTION_ZIP", function_zip())
            .env("FRAMEWRIGHT_CLIP_ZIP", clip_zip())
            // Keys that must never be used: the embedded cloud has its own.
            .env("AWS_ACCESS_KEY_ID", "AKIAXXXXXXXXXXXXXXXX")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-key")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// `framewright render` of the example site into `out`.
    pub(crate) fn render(&self, composition: &str, out: &str, more: &[&str]) -> Command {
        let mut command = self.command([
            OsStr::new("render"),
            site().as_os_str(),
            OsStr::new(composition),
        ]);
        command.arg(self.path(out)).args(more);
        command
    }

    /// Renders and returns the file.
    pub(crate) fn rendered(&self, composition: &str, out: &str, more: &[&str]) -> PathBuf {
        let done = self.render(composition, out, more).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        self.path(out)
    }

    /// The records of the event history, oldest first.
    pub(crate) fn events(&self) -> Vec<Value> {
        let done = self
            .command(["cloud", "events", "--json", "--limit", "100000"])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", said(&done));
        let lines = String::from_utf8(done.stdout).unwrap();
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_as_it_is(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
    }

    /// Starts a command whose streams are somewhere already.
    pub(crate) fn start_as_it_is(command: &mut Command) -> Self {
        Self {
            child: Some(command.spawn().unwrap()),
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().unwrap();
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
    }

    /// Lines of standard output as they come.
    pub(crate) fn lines(&mut self) -> impl Iterator<Item = String> + use<> {
        use std::io::{BufRead, BufReader};
        let stdout = self.child.as_mut().unwrap().stdout.take().unwrap();
        BufReader::new(stdout).lines().map_while(Result::ok)
    }

    pub(crate) fn wait(mut self) -> Output {
        self.child.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Running {
    /// What a test leaves behind that fails ends with it: asked to first, since it has children of its own.
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let process = Pid::from_raw(child.id().cast_signed());
        // One that has ended takes no signal.
        kill(process, Signal::SIGINT).ok();
        // Nobody reads what it says any more.
        drop((child.stdout.take(), child.stderr.take()));
        drop(child.wait());
    }
}

/// The resources of the decisions of a recorded request whose action starts with `action`.
pub(crate) fn decided<'a>(event: &'a Value, action: &str) -> impl Iterator<Item = &'a str> {
    let decisions = event["decisions"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let ours = decisions.iter().filter(move |one| {
        one["action"]
            .as_str()
            .is_some_and(|its| its.starts_with(action))
    });
    ours.filter_map(|one| one["resource"].as_str())
}

/// Everything that a command said.
pub(crate) fn said(done: &Output) -> String {
    format!(
        "{}\n--- standard output\n{}\n--- standard error\n{}",
        done.status,
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    )
}

/// The bundle of `examples/site`.
pub(crate) fn site() -> PathBuf {
    from_set_up("FRAMEWRIGHT_TEST_SITE")
}

/// Copies a folder with all that is in it; what is there under the same name is replaced.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The packaged render function.
pub(crate) fn function_zip() -> PathBuf {
    from_set_up("FRAMEWRIGHT_FUNCTION_ZIP")
}

/// The packaged clip cutter, which the packager writes beside the render function.
pub(crate) fn clip_zip() -> PathBuf {
    function_zip().with_file_name("clip-function.zip")
}

/// Whole renders by the incumbent.
pub(crate) fn references() -> PathBuf {
    from_set_up("FRAMEWRIGHT_TEST_REFERENCES")
}

/// The Python environment with AWS's clients.
pub(crate) fn venv() -> PathBuf {
    from_set_up("FRAMEWRIGHT_TEST_VENV")
}

fn from_set_up(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable);
    let path = PathBuf::from(
        value.unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test`")),
    );
    assert!(path.exists(), "{variable}: {} is not there", path.display());
    path
}

/// Cargo puts the helper beside the binary under test.
pub(crate) fn sandbox_init() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_framewright")).with_file_name("sandbox-init");
    assert!(
        path.exists(),
        "{} is not there: run `cargo xtask test`",
        path.display()
    );
    path
}

/// Polls `condition` until it holds.
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "{what} did not happen");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Process ids whose command line mentions `needle`.
pub(crate) fn processes_mentioning(needle: &Path) -> Vec<u32> {
    let needle = needle.as_os_str().as_encoded_bytes();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mentions = |id: &u32| {
        let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        line.windows(needle.len()).any(|window| window == needle)
    };
    ids.filter(mentions)
        .filter(|id| *id != std::process::id())
        .collect()
}
