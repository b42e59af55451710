//! The store over the wire.

mod cloud;
mod conditional;
mod origin;
mod outward;
mod proxy;
mod transfer;
#[expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod vouched;

use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use store::Bucket;

/// A bucket at an endpoint that lets everybody in.
fn bucket_at(endpoint: &str) -> Bucket {
    let credentials = Credentials::new("AKIATEST", "secret", None, None, "test");
    let credentials = SharedCredentialsProvider::new(credentials);
    let config = store::sdk_config("us-east-1", Some(endpoint), credentials);
    Bucket::new(store::s3_client(&config), "bucket")
}
