//! Finding and starting Chrome.

use crate::browser::{Browser, Version};
use crate::command::GetVersion;
use crate::connection::Connection;
use crate::flags::{self, Graphics};
use crate::packed::{self, UnpackError};
use crate::session::Session;
use process::{Child, Command};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The Debian package that holds a Chrome that fits.
const PACKAGE: &str = "chromium-headless-shell";

/// The names Chrome goes by, those with begin-frame control first.
const NAMES: [&str; 4] = [
    "chromium-headless-shell",
    "chrome-headless-shell",
    "headless_shell",
    "chromium",
];

/// The oldest major version that knows all flags we depend on.
const OLDEST: u32 = 112;

/// How long Chrome may take to answer first.
const PATIENCE: Duration = Duration::from_secs(25);

/// Where Chrome reads commands.
const COMMANDS: i32 = 3;

/// Where Chrome writes answers and events.
const ANSWERS: i32 = 4;

/// How to start Chrome.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The program. Where it is `None`: the packed one of a layer ([`unpack`](crate::unpack)), or looked for in `/opt/bin`,
    /// then `PATH`.
    pub program: Option<PathBuf>,
    /// The graphics back end.
    pub graphics: Graphics,
    /// Accept any TLS certificate.
    pub ignore_certificate_errors: bool,
    /// Turn the same-origin policy off.
    pub disable_web_security: bool,
    /// What Chrome says it is.
    pub user_agent: Option<String>,
    /// Pixels of a picture for each CSS pixel of a page. Under begin-frame control the surface of a page has the scale that
    /// Chrome was started with: emulating another changes what the page sees, but not its pictures.
    pub scale: f64,
    /// Take the clock of pages into our hands where this Chrome has begin-frame control. On by default.
    pub begin_frame_control: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            program: None,
            graphics: Graphics::default(),
            ignore_certificate_errors: false,
            disable_web_security: false,
            user_agent: None,
            scale: 1.0,
            begin_frame_control: true,
        }
    }
}

/// Chrome could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// There is none.
    #[error("no Chrome in /opt/bin or PATH (looked for {}); on Debian: apt-get install {PACKAGE}", NAMES.join(", "))]
    Missing,
    /// The one of a layer cannot be unpacked.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// It is too old.
    #[error("`{}` is Chrome {found}, but {OLDEST} or newer is needed; on Debian: apt-get install {PACKAGE}", program.display())]
    TooOld {
        /// The program.
        program: PathBuf,
        /// Its version.
        found: Version,
    },
    /// The system refused to start it.
    #[error(transparent)]
    Spawn(#[from] process::SpawnError),
    /// The system has no pipe or no folder for it.
    #[error("could not prepare the start of Chrome")]
    System(#[source] io::Error),
    /// It ended before it answered.
    #[error("`{}` {exit} while it started; it printed:\n{stderr}", program.display())]
    Ended {
        /// The program.
        program: PathBuf,
        /// How it ended.
        exit: process::Exit,
        /// The end of what it printed.
        stderr: process::StderrTail,
    },
    /// It did not answer in time.
    #[error("`{}` did not answer within {PATIENCE:?}; it printed:\n{stderr}", program.display())]
    Silent {
        /// The program.
        program: PathBuf,
        /// The end of what it printed.
        stderr: process::StderrTail,
    },
}

/// Starts Chrome and waits for its first answer.
pub(crate) async fn launch(options: Options) -> Result<Browser, LaunchError> {
    let program = match &options.program {
        Some(program) => program.clone(),
        None => find().await?,
    };
    let profile = tempfile::Builder::new()
        .prefix("framewright-chrome-")
        .tempdir()
        .map_err(LaunchError::System)?;
    let (mut child, connection) = start(&program, &options, &profile)?;
    let session = Session::browser(connection);
    let version = tokio::select! {
        answer = session.call(&GetVersion {}) => match answer {
            Ok(version) => Version::of_product(&version.product),
            // The pipe closed: how the process ended says why.
            Err(_) => return Err(ended(program, &mut child).await),
        },
        () = tokio::time::sleep(PATIENCE) => {
            let stderr = child.kill().await.stderr;
            return Err(LaunchError::Silent { program, stderr });
        }
    };
    if version.major() < OLDEST {
        return Err(LaunchError::TooOld {
            program,
            found: version,
        });
    }
    tracing::debug!(program = %program.display(), %version, "Chrome is up");
    Ok(Browser::new(options, version, session, child, profile))
}

async fn find() -> Result<PathBuf, LaunchError> {
    let packed = match tokio::task::spawn_blocking(packed::unpack).await {
        Ok(unpacked) => unpacked?,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    };
    packed
        .or_else(|| process::find_program(&NAMES))
        .ok_or(LaunchError::Missing)
}

fn start(
    program: &Path,
    options: &Options,
    profile: &TempDir,
) -> Result<(Child, Connection), LaunchError> {
    let (commands, to_chrome) = process::pipe().map_err(LaunchError::System)?;
    let (from_chrome, answers) = process::pipe().map_err(LaunchError::System)?;
    let mut command = Command::new(program);
    if let Some(fonts) = packed::fonts() {
        command = command.env("FONTCONFIG_FILE", fonts);
    }
    let child = command
        .args(flags::arguments(options, profile.path().into()))
        // The bus is what Chrome would wait for in vain on a machine without a desktop.
        .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
        .pass_descriptor(OwnedFd::from(commands), COMMANDS)
        .pass_descriptor(OwnedFd::from(answers), ANSWERS)
        .spawn()?;
    let connection =
        Connection::new(to_chrome.into(), from_chrome.into()).map_err(LaunchError::System)?;
    Ok((child, connection))
}

async fn ended(program: PathBuf, child: &mut Child) -> LaunchError {
    // It may have closed its pipe and live on, which is of no use to us.
    let ended = match tokio::time::timeout(Duration::from_secs(1), child.wait()).await {
        Ok(ended) => ended,
        Err(_) => child.kill().await,
    };
    LaunchError::Ended {
        program,
        exit: ended.exit,
        stderr: ended.stderr,
    }
}
