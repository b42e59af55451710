//! S3, through the SDK and over raw connections.

mod anonymous;
mod authorization;
mod bodies;
mod buckets;
mod conditions;
mod configuration;
mod copies;
mod encryption;
mod listings;
mod multipart;
mod objects;
mod presigned;
mod raw;

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;

use crate::harness::{TestCloud, http_client};

/// The bucket that most tests use.
const BUCKET: &str = "remotionlambda-useast1-0123456789";

/// S3 as the holder of `credentials` sees it.
fn s3_as(cloud: &TestCloud, credentials: Credentials) -> Client {
    Client::from_conf(configuration(cloud, credentials).build())
}

fn configuration(cloud: &TestCloud, credentials: Credentials) -> aws_sdk_s3::config::Builder {
    aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new("us-east-1"))
        .endpoint_url(cloud.endpoint())
        .force_path_style(true)
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .http_client(http_client())
        .credentials_provider(credentials)
}

/// A cloud with [`BUCKET`], and S3 as its administrator sees it.
async fn with_bucket() -> (TestCloud, Client) {
    let cloud = TestCloud::start().await;
    let s3 = s3_as(&cloud, cloud.root());
    s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    (cloud, s3)
}

async fn put(s3: &Client, key: &str, bytes: &[u8]) {
    let body = ByteStream::from(bytes.to_vec());
    s3.put_object()
        .bucket(BUCKET)
        .key(key)
        .body(body)
        .send()
        .await
        .unwrap();
}

async fn get(s3: &Client, key: &str) -> Vec<u8> {
    let answer = s3
        .get_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
    answer.body.collect().await.unwrap().to_vec()
}

/// Whether there is an object.
async fn exists(s3: &Client, key: &str) -> bool {
    s3.head_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .is_ok()
}
