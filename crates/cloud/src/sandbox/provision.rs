//! All that an environment is made of.

use std::path::PathBuf;
use std::time::Duration;

/// What is needed to make an environment of one version of a function.
#[derive(Debug, Clone)]
pub(crate) struct Provision {
    pub(crate) function_name: String,
    /// `$LATEST` or a number.
    pub(crate) version: String,
    pub(crate) handler: String,
    /// Such as `provided.al2023`.
    pub(crate) runtime: String,
    pub(crate) region: String,
    pub(crate) endpoint: String,
    pub(crate) memory_mib: u64,
    pub(crate) scratch_mib: u64,
    pub(crate) timeout: Duration,
    /// What the customer set.
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) credentials: RoleCredentials,
    pub(crate) log_group: String,
    pub(crate) log_stream: String,
    /// The unpacked code.
    pub(crate) code: PathBuf,
    /// The merged layers.
    pub(crate) layers: Option<PathBuf>,
}

/// Temporary credentials of an execution role.
#[derive(Clone)]
pub(crate) struct RoleCredentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
}

impl std::fmt::Debug for RoleCredentials {
    /// The key's id alone.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoleCredentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}
