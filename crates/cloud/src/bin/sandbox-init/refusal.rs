//! Why a sandbox could not be made.

use std::io;

/// A step that the host did not let happen.
#[derive(Debug)]
pub(crate) struct Refusal {
    step: String,
    source: io::Error,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.step, self.source)
    }
}

/// Names the step that an error belongs to.
pub(crate) trait Step<T> {
    /// Turns an error into a refusal that says which step it was.
    fn step(self, name: impl FnOnce() -> String) -> Result<T, Refusal>;
}

impl<T, E: Into<io::Error>> Step<T> for Result<T, E> {
    fn step(self, name: impl FnOnce() -> String) -> Result<T, Refusal> {
        self.map_err(|error| Refusal {
            step: name(),
            source: error.into(),
        })
    }
}
