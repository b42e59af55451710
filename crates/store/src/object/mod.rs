//! Objects of a bucket: what can be done with them, one file for each.

mod copy;
mod list;
mod making;
mod multipart;
mod options;
mod presign;
mod range;
mod read;
mod remove;
mod sparing;
mod write;

pub use copy::Copied;
pub use list::Listed;
pub use making::{NotStored, upload_while};
pub use multipart::{UploadError, Uploaded};
pub use options::PutOptions;
pub use range::ByteRange;
pub(crate) use range::ContentRange;
pub use read::{Document, Object, ObjectHead};
pub use remove::RemovalFailure;
pub use sparing::{Kept, SparingObject};
pub use write::Conditional;
