//! Render buckets: one a region, private unless public mode is asked for.

mod ensure;
mod list;
mod public;
mod remove;
mod settings;

pub use protocol::BucketName;

pub use ensure::{
    BucketError, Ensured, PublicReading, Visibility, ensure, ensure_any, find, settle,
};
pub use list::{BucketRow, list};
pub use remove::{RemoveError, Removed, remove};
