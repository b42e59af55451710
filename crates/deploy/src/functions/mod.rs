//! Render functions: from a package on disk to an active function under the documented name, and back.

mod code;
mod deploy;
mod deployment;
mod layers;
mod list;
mod package;
mod remove;
mod settings;

pub use protocol::FunctionName;

pub use deploy::{Claim, DeployError, DeployedFunction, Looked, deploy, look};
pub(crate) use deploy::{Named, deploy_as};
pub use list::{FunctionRow, list};
pub use package::{
    Artifact, FUNCTION_ZIP, INLINE_LIMIT, LAYERS, Package, PackageError, UNZIPPED_LIMIT,
};
pub use remove::{RemoveError, remove, remove_logs};
pub use settings::{
    DEFAULT_DISK, DEFAULT_MEMORY, DEFAULT_TIMEOUT, DISK, MAX_LAYERS, MEMORY, RETENTION_DAYS,
    RuntimeUpdates, Settings, SettingsError, TIMEOUT, Vpc,
};
