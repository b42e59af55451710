//! Sites: a bundle on disk becomes content-addressed objects, a manifest per version, and a pointer.

mod bundle;
mod content_type;
mod upload;

pub use protocol::site::{SiteId, SiteIdError};

pub use bundle::{Bundle, BundleError, BundledFile};
pub use upload::{UploadError, UploadEvent, Uploaded, upload};
