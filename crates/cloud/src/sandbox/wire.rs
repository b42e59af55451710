//! What the cloud and its helper `sandbox-init` tell each other.
//!
//! The helper's standard input is a socket to the cloud. One line of JSON comes
//! down, a [`Spec`]; lines of JSON go up, each a [`Report`]. The cloud says
//! nothing more: when the helper reads anything else, or the end, it ends all
//! that it started. So a cloud that dies leaves nothing behind.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The user and group that a function runs as where the cloud may choose.
///
/// It lies in a range that distributions assign to nobody, so no file of the
/// host belongs to it.
pub const SANDBOX_USER: u32 = 61_051;

/// Where the code is, as the function sees it.
pub const TASK_ROOT: &str = "/var/task";

/// Where the layers are, as the function sees them.
pub const LAYER_ROOT: &str = "/opt";

/// One sandbox to make and the program to run in it.
///
/// Nothing of it is on a command line or in the helper's own environment, since
/// it holds the function's credentials.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spec {
    /// How far the function is kept from the host.
    pub isolation: Isolation,
    /// The programs to try in order, as the function sees them.
    pub entries: Vec<PathBuf>,
    /// All variables of the function's environment.
    pub environment: Vec<(String, String)>,
    /// The folder of the host that holds the unpacked code.
    pub code: PathBuf,
    /// The folder of the host that holds the merged layers.
    pub layers: Option<PathBuf>,
    /// The folder of the host that becomes the function's `/tmp`.
    pub scratch: PathBuf,
}

/// How far a function is kept from the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Namespaces of its own for users, mounts, processes, IPC and host name.
    Namespaces,
    /// A child process that sees what the cloud sees.
    Plain,
}

/// What the helper reports, in this order: [`Report::Ready`] or
/// [`Report::Refused`], then perhaps [`Report::Unstartable`], then
/// [`Report::Ended`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The sandbox stands; the program is started next.
    Ready,
    /// The host did not let the sandbox be made. Nothing was started.
    Refused {
        /// The step that failed and what the kernel said.
        missing: String,
    },
    /// The sandbox stands, but no entry could be executed.
    Unstartable {
        /// Whether no entry exists at all.
        absent: bool,
        /// What the kernel said about the entry that was tried.
        reason: String,
    },
    /// The program is gone, and with it everything that it had started.
    Ended(End),
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It returned this status.
    Exited(i32),
    /// This signal killed it.
    Killed(i32),
}

impl std::fmt::Display for End {
    /// In the words of the Lambda service.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "exit status {status}"),
            Self::Killed(9) => f.write_str("signal: killed"),
            Self::Killed(15) => f.write_str("signal: terminated"),
            Self::Killed(11) => f.write_str("signal: segmentation fault"),
            Self::Killed(6) => f.write_str("signal: aborted"),
            Self::Killed(signal) => write!(f, "signal: {signal}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_survive_the_wire() {
        for report in [
            Report::Ready,
            Report::Refused {
                missing: "clone: EPERM".into(),
            },
            Report::Unstartable {
                absent: true,
                reason: "no such file".into(),
            },
            Report::Ended(End::Exited(3)),
            Report::Ended(End::Killed(9)),
        ] {
            let line = serde_json::to_string(&report).unwrap();
            assert!(!line.contains('\n'));
            assert_eq!(serde_json::from_str::<Report>(&line).unwrap(), report);
        }
    }
}
