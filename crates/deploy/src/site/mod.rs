//! Sites: a bundle on disk becomes objects in a bucket.
//!
//! A private site is content-addressed files, a manifest for each version, and a pointer; a public one has its files
//! where browsers and other clients expect them.

mod bundle;
mod clean;
mod content_type;
mod list;
mod project;
mod public;
mod stored;
mod upload;
mod version;

pub use protocol::site::{SiteId, SiteIdError};

pub(crate) use bundle::is_tested;
pub use bundle::{Bundle, BundleError, BundledFile, site_name};
pub use clean::CleanError;
pub use list::{RemoveError, SiteRow, list, public_url, remove};
pub use project::{Project, ProjectError};
pub use public::upload_public;
pub use upload::{UploadError, UploadEvent, Uploaded, unchanged, upload};
pub use version::{MadeWith, made_with};
