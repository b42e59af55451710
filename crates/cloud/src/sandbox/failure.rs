//! Why an environment could not finish an invocation, in the words of AWS.

use std::time::Duration;

use super::invocation::FunctionError;
use super::process::{Ending, StartError};
use super::provision::Provision;
use super::watch::Breach;
use super::wire::End;

/// What went wrong.
#[derive(Debug)]
pub(super) enum Failure {
    /// No sandbox could be made.
    Start(StartError),
    /// The runtime reported that it cannot initialise.
    Reported(FunctionError),
    /// The program ended before it answered.
    Ended(Ending),
    /// The time was up.
    TimedOut,
    /// A limit was passed.
    Breached(Breach),
}

impl Failure {
    /// Whether another attempt in a new sandbox would find the same.
    pub(super) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Start(_) | Self::Ended(Ending::Unstartable { .. })
        )
    }

    /// The status in a REPORT line.
    pub(super) fn status(&self) -> &'static str {
        match self {
            Self::TimedOut => "timeout",
            _ => "error",
        }
    }

    /// The error as the caller reads it.
    pub(super) fn error(&self, request_id: &str, provision: &Provision) -> FunctionError {
        let platform = |kind: &str, what: &str| FunctionError::platform(kind, request_id, what);
        match self {
            Self::Start(error) => platform("Sandbox.Failure", &chain(error)),
            Self::Reported(error) => error.clone(),
            Self::Ended(Ending::Unstartable { reason }) => {
                platform("Runtime.InvalidEntrypoint", reason)
            }
            Self::Ended(Ending::Program(End::Exited(0))) => platform(
                "Runtime.ExitError",
                "Runtime exited without providing a reason",
            ),
            Self::Ended(Ending::Program(end)) => platform(
                "Runtime.ExitError",
                &format!("Runtime exited with error: {end}"),
            ),
            Self::TimedOut => platform("Sandbox.Timedout", &timed_out(provision.timeout)),
            Self::Breached(Breach::Memory) => platform(
                "Runtime.ExitError",
                "Runtime exited with error: signal: killed",
            ),
            Self::Breached(Breach::Scratch) => {
                platform("Sandbox.Failure", &scratch_full(provision))
            }
        }
    }

    /// What the log says about it besides START, END and REPORT.
    pub(super) fn log_line(&self, provision: &Provision) -> Option<String> {
        match self {
            Self::TimedOut => Some(timed_out(provision.timeout)),
            Self::Breached(Breach::Scratch) => Some(scratch_full(provision)),
            Self::Breached(Breach::Memory) => Some(format!(
                "used more than its {} MB of memory and was killed",
                provision.memory_mib
            )),
            Self::Start(error) => Some(chain(error)),
            Self::Ended(Ending::Unstartable { reason }) => Some(reason.clone()),
            Self::Ended(Ending::Program(_)) | Self::Reported(_) => None,
        }
    }
}

fn timed_out(timeout: Duration) -> String {
    format!("Task timed out after {:.2} seconds", timeout.as_secs_f64())
}

fn scratch_full(provision: &Provision) -> String {
    format!(
        "/tmp holds more than its {} MB of ephemeral storage",
        provision.scratch_mib
    )
}

/// An error with its sources.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
