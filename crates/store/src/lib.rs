//! Our side of S3: objects as streams, written and read with bounded memory, and the loopback
//! proxy through which programs without credentials read ranges of them.
//!
//! [`sdk_config`] is the one place where the process's HTTP stack, retries and time limits for AWS
//! are set; every SDK client is made from what it returns. [`Bucket`] is one bucket as one
//! identity sees it:
//!
//! ```no_run
//! # async fn example(config: aws_types::SdkConfig) -> Result<(), Box<dyn std::error::Error>> {
//! use store::{Bucket, Conditional, PutOptions};
//!
//! let bucket = Bucket::new(store::s3_client(&config), "remotionlambda-useast1-abc123def4");
//! let document = bucket.read("renders/r1/progress.json", 1 << 20).await?;
//! match bucket
//!     .put_if_match("renders/r1/progress.json", &document.etag, "{}", &PutOptions::json())
//!     .await?
//! {
//!     Conditional::Written(etag) => println!("now {etag}"),
//!     Conditional::Refused => println!("somebody else was faster"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Errors say what a caller can do: [`StoreError::kind`] separates a denial from a missing object,
//! a lost condition and a throttled call.

mod attempts;
mod bucket;
mod download;
mod error;
mod object;
mod outward;
mod range_proxy;
mod route;
mod sdk;
mod told;

pub use bucket::{Bucket, ETag};
pub use download::{Download, DownloadError};
pub use error::{ErrorKind, StoreError};
pub use object::{
    ByteRange, Conditional, Copied, Document, Kept, Listed, NotStored, Object, ObjectHead,
    PutOptions, RemovalFailure, SparingObject, UploadError, Uploaded, upload_while,
};
pub use outward::{CaBundle, CaBundleError, is_near, outward_http_client};
pub use range_proxy::{RangeProxy, RemoteError, RemoteRules};
pub use sdk::{
    ATTEMPTS, OtherService, answered_at_once, bucket_elsewhere, endpoint, http_client, s3_client,
    sdk_config, shared_settings,
};
pub use told::{Trouble, causes, in_a_line};
