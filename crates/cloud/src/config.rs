//! What a cloud is opened with.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use iam::AccountId;
use jiff::SignedDuration;

use crate::clock::{Clock, SystemClock};
use crate::fault::FaultPlan;

/// Everything that a cloud is opened with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the state is kept.
    pub state: StateLocation,
    /// The account that owns everything in this cloud.
    pub account: AccountId,
    /// Whether a state that was made for another account is opened as what it is. Otherwise that is
    /// an error.
    pub any_account: bool,
    /// The region of requests that name none, and of a new state. Others are served beside it.
    pub region: Region,
    /// How long a change of users, roles, keys and policies takes until it is in force.
    pub iam_propagation: SignedDuration,
    /// The loopback port; 0 takes a free one.
    pub port: u16,
    /// The helper that prepares an execution environment, the program `sandbox-init` of this crate.
    pub sandbox_init: PathBuf,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What may be at work at once.
    pub limits: Limits,
    /// Where the cloud is to die, for tests of what survives.
    pub faults: FaultPlan,
}

impl Config {
    /// A cloud of `account` in us-east-1, on a free port, whose changes are in force at once.
    pub fn new(account: AccountId, state: StateLocation, sandbox_init: PathBuf) -> Self {
        Self {
            state,
            account,
            any_account: false,
            region: Region::default(),
            iam_propagation: SignedDuration::ZERO,
            port: 0,
            sandbox_init,
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            faults: FaultPlan::none(),
        }
    }
}

/// Where a cloud keeps its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateLocation {
    /// In a folder, which one process owns at a time. It is made if it does not exist.
    Folder(PathBuf),
    /// In memory, and files in a temporary folder: gone when the cloud is.
    Memory,
}

/// What may be at work at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Execution environments of functions, all functions together. Calls beyond it are answered
    /// with `TooManyRequestsException`.
    pub execution_environments: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            execution_environments: 16,
        }
    }
}

/// The name of a region, such as `us-east-1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<str>);

impl Region {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Region {
    fn default() -> Self {
        Self(Arc::from("us-east-1"))
    }
}

/// Text that is no region.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no region: it takes a name such as us-east-1")]
pub struct InvalidRegion(String);

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('-').collect();
        let words = parts.iter().all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        let number = parts
            .last()
            .is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()));
        if parts.len() >= 3 && words && number {
            Ok(Self(Arc::from(text)))
        } else {
            Err(InvalidRegion(text.to_owned()))
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_end_in_a_number() {
        for right in ["us-east-1", "eu-central-2", "us-gov-west-1"] {
            assert!(right.parse::<Region>().is_ok(), "{right}");
        }
        for wrong in ["", "useast1", "us-east", "US-EAST-1", "us--1"] {
            assert!(wrong.parse::<Region>().is_err(), "{wrong}");
        }
    }
}
