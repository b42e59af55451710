//! `info`: the function's version.

use serde::{Deserialize, Serialize};

use crate::lenient::null_as_default;
use crate::settings::LogLevel;
use crate::version::Version;

/// Asks for the function's version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// How much is logged.
    #[serde(default, deserialize_with = "null_as_default")]
    pub log_level: LogLevel,
}

/// The function's version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoResponse {
    /// For example `4.0.527`.
    pub version: Version,
}
