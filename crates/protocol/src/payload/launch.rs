//! `launch`: leads a render.

use serde::{Deserialize, Serialize};

use crate::lenient::{null_as_default, object};
use crate::names::{BucketName, RenderId};
use crate::settings::{ChromiumOptions, LogLevel};

/// Asks the function to lead a render that `start` accepted.
///
/// It may be sent any number of times: a launch that finds another one at work ends without effect, one that finds
/// a stalled render continues it. Everything else is read from the render's documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Launch {
    /// Where the render's objects are.
    pub bucket_name: BucketName,
    /// The render.
    pub render_id: RenderId,
    /// Options of Chrome, so that it can start before the request is read.
    #[serde(default, deserialize_with = "object")]
    pub chromium_options: ChromiumOptions,
    /// How much is logged.
    #[serde(default, deserialize_with = "null_as_default")]
    pub log_level: LogLevel,
}

impl Launch {
    /// A launch of the render, with the default settings of Chrome.
    #[must_use]
    pub fn new(bucket_name: BucketName, render_id: RenderId) -> Self {
        Self {
            bucket_name,
            render_id,
            chromium_options: ChromiumOptions::default(),
            log_level: LogLevel::default(),
        }
    }
}
