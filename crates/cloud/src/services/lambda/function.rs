//! Functions as they are kept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A function of the account. Only its newest version exists, `$LATEST`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) role: String,
    pub(super) handler: Option<String>,
    pub(super) runtime: String,
    pub(super) description: String,
    pub(super) timeout_seconds: u32,
    pub(super) memory_mib: u32,
    pub(super) scratch_mib: u32,
    /// Nothing if none was ever set, which is answered differently.
    pub(super) variables: Option<BTreeMap<String, String>>,
    /// In the order in which they are merged.
    pub(super) layers: Vec<UsedLayer>,
    pub(super) architecture: String,
    pub(super) tracing_mode: String,
    pub(super) log_format: String,
    pub(super) log_group: String,
    pub(super) code: Package,
    pub(super) modified_at: Timestamp,
    /// Changes with every change.
    pub(super) revision: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) asynchronous: Option<AsynchronousSettings>,
    pub(super) runtime_management: RuntimeManagement,
}

/// A layer that a function uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UsedLayer {
    pub(super) arn: String,
    pub(super) package: Package,
}

/// A zip that was unpacked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Package {
    /// SHA-256 of the zip, in base64 as AWS gives it.
    pub(super) sha256: String,
    /// Bytes of the zip.
    pub(super) size: u64,
    /// Bytes of what was in it.
    pub(super) unpacked_size: u64,
}

/// How events of asynchronous invocations are retried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AsynchronousSettings {
    pub(super) retries: Option<u32>,
    pub(super) max_age_seconds: Option<u32>,
    pub(super) modified_at: Timestamp,
}

/// When the runtime is updated. There is one here, so this is kept and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RuntimeManagement {
    pub(super) update_on: String,
    pub(super) runtime_version_arn: Option<String>,
}

impl Default for RuntimeManagement {
    fn default() -> Self {
        Self {
            update_on: "Auto".to_owned(),
            runtime_version_arn: None,
        }
    }
}

impl Function {
    /// Retries after an error of the function.
    pub(super) fn retries(&self) -> u32 {
        let settings = self.asynchronous.as_ref();
        settings.and_then(|settings| settings.retries).unwrap_or(2)
    }

    /// How old an event may become before it is given up.
    pub(super) fn max_event_age_seconds(&self) -> u32 {
        let settings = self.asynchronous.as_ref();
        settings
            .and_then(|settings| settings.max_age_seconds)
            .unwrap_or(6 * 60 * 60)
    }

    /// Marks a change.
    pub(super) fn changed_at(&mut self, at: Timestamp) {
        self.modified_at = at;
        self.revision = uuid::Uuid::new_v4().to_string();
    }
}

/// A version of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LayerVersion {
    pub(super) layer_arn: String,
    pub(super) version: u64,
    pub(super) description: String,
    pub(super) created_at: Timestamp,
    pub(super) package: Package,
    pub(super) runtimes: Vec<String>,
    pub(super) architectures: Vec<String>,
    pub(super) license: Option<String>,
    /// Gone, but for its number.
    #[serde(default)]
    pub(super) deleted: bool,
}

impl LayerVersion {
    /// The ARN with the version.
    pub(super) fn arn(&self) -> String {
        format!("{}:{}", self.layer_arn, self.version)
    }
}
