//! What was done to an account.

use std::fmt;

use serde::Serialize;

/// One thing that was made or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// For example `role remotion-lambda-role`.
    pub what: String,
    /// For example `created`.
    pub how: &'static str,
}

impl Change {
    pub(crate) fn new(what: impl Into<String>, how: &'static str) -> Self {
        Self {
            what: what.into(),
            how,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.how)
    }
}
