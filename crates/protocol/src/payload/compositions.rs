//! `compositions`: lists the compositions of a site.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::start::default_timeout;
use crate::lenient::{null_as_default, object, string_map};
use crate::page::VideoConfig;
use crate::props::SerializedInputProps;
use crate::settings::{ChromiumOptions, LogLevel};
use crate::version::Version;

/// Asks for the compositions of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Compositions {
    /// The client's version.
    #[serde(default)]
    pub version: Option<Version>,
    /// Options of Chrome.
    #[serde(default, deserialize_with = "object")]
    pub chromium_options: ChromiumOptions,
    /// How much is logged.
    #[serde(default, deserialize_with = "null_as_default")]
    pub log_level: LogLevel,
    /// Props that every composition is evaluated with.
    #[serde(default, deserialize_with = "null_as_default")]
    pub input_props: SerializedInputProps,
    /// Variables that the page sees as `process.env`.
    #[serde(default, deserialize_with = "string_map")]
    pub env_variables: BTreeMap<String, String>,
    /// How long the evaluation may wait for the page, in milliseconds.
    #[serde(default = "default_timeout")]
    pub timeout_in_milliseconds: u64,
    /// A site's name, or an http(s) address.
    pub serve_url: String,
    /// Where the site is; the account's only bucket in the region where it is `None`.
    #[serde(default)]
    pub bucket_name: Option<String>,
}

impl Compositions {
    /// Asks for the compositions of the site `serve_url` with the defaults of clients.
    #[must_use]
    pub fn new(serve_url: impl Into<String>) -> Self {
        Self {
            version: Some(Version::current()),
            chromium_options: ChromiumOptions::default(),
            log_level: LogLevel::default(),
            input_props: SerializedInputProps::default(),
            env_variables: BTreeMap::new(),
            timeout_in_milliseconds: default_timeout(),
            serve_url: serve_url.into(),
            bucket_name: None,
        }
    }
}

/// [`CompositionsResponse`] as far as a list of compositions needs it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CompositionSummaries {
    /// In the page's order.
    pub compositions: Vec<CompositionSummary>,
}

/// A composition without its props.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompositionSummary {
    /// Its name.
    pub id: String,
    /// Pixels.
    pub width: NonZeroU32,
    /// Pixels.
    pub height: NonZeroU32,
    /// Frames per second.
    pub fps: f64,
    /// How many frames it has.
    pub duration_in_frames: NonZeroU32,
}

/// The compositions of a site.
#[derive(Debug, Clone, Serialize)]
pub struct CompositionsResponse {
    /// In the page's order.
    pub compositions: Vec<VideoConfig>,
}
