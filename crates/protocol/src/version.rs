//! The version that both ends of the protocol name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The version whose documents this crate writes, and which `info` reports unless the function's name says otherwise.
pub const CURRENT: &str = "4.0.527";

/// The version of a client or function, as it was sent, for example `4.0.527`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    /// The version called `version`, which need not be one we speak.
    #[must_use]
    pub fn new(version: impl Into<String>) -> Self {
        Self(version.into())
    }

    /// [`CURRENT`].
    #[must_use]
    pub fn current() -> Self {
        Self::new(CURRENT)
    }

    /// The version as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a client of this version and this crate understand each other: every 4.0 release does.
    #[must_use]
    pub fn is_compatible(&self) -> bool {
        self.0.strip_prefix("4.0.").is_some_and(|patch| {
            patch
                .bytes()
                .next()
                .is_some_and(|digit| digit.is_ascii_digit())
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A client whose version this function does not understand.
///
/// The text begins with the words that existing clients look for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionMismatch {
    /// The client sent no version.
    #[error(
        "Version mismatch: When calling {api}, you called a function which has the version {ours} but the payload names no version. Expected it to contain {{version: {ours}}}"
    )]
    Missing {
        /// The client's call, for example `renderMediaOnLambda()`.
        api: &'static str,
        /// The version of the function.
        ours: Version,
    },
    /// The client is no 4.0 release.
    #[error(
        "Version mismatch: When calling {api}, you called a function which has the version {ours}, but the client used to invoke it has the version {theirs}. Use a client of version 4.0"
    )]
    Different {
        /// The client's call, for example `renderMediaOnLambda()`.
        api: &'static str,
        /// The version of the function.
        ours: Version,
        /// The version of the client.
        theirs: Version,
    },
}

/// Checks that the client's version is one that a function of version `ours` understands.
///
/// # Errors
/// [`VersionMismatch`] if it is missing or not a 4.0 release.
pub fn check(
    api: &'static str,
    ours: &Version,
    theirs: Option<&Version>,
) -> Result<(), VersionMismatch> {
    match theirs {
        None => Err(VersionMismatch::Missing {
            api,
            ours: ours.clone(),
        }),
        Some(theirs) if !theirs.is_compatible() => Err(VersionMismatch::Different {
            api,
            ours: ours.clone(),
            theirs: theirs.clone(),
        }),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_patch_of_4_0_is_understood_and_nothing_else() {
        let ours = Version::current();
        for theirs in ["4.0.400", "4.0.527", "4.0.600-alpha1"] {
            assert_eq!(
                check("renderMediaOnLambda()", &ours, Some(&Version::new(theirs))),
                Ok(())
            );
        }
        for theirs in ["4.1.0", "5.0.0", "4.0.", "4.0", "", "3.4.0.1"] {
            assert!(check("renderMediaOnLambda()", &ours, Some(&Version::new(theirs))).is_err());
        }
        assert!(check("renderMediaOnLambda()", &ours, None).is_err());
    }
}
