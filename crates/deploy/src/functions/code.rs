//! How a zip reaches Lambda: inside the request, or through the bucket.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_s3::primitives::ByteStream;
use protocol::BucketName;

use super::package::{Artifact, INLINE_LIMIT};
use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::change::Change;

/// Where Lambda finds a zip.
pub(super) enum Place {
    /// In the request.
    Inline(Blob),
    /// In S3: bucket and key.
    Stored(String, String),
}

/// Brings a zip to where Lambda can take it. What is stored already is not sent again.
pub(super) async fn bring(
    account: &Account,
    bucket: &BucketName,
    artifact: &Artifact,
    changes: &mut Vec<Change>,
) -> Result<Place, CallFailed> {
    if artifact.size <= INLINE_LIMIT {
        let read = tokio::fs::read(&artifact.path).await;
        let bytes = read.map_err(|error| unreadable(artifact, &error))?;
        return Ok(Place::Inline(Blob::new(bytes)));
    }
    let key = format!("framewright/packages/{}.zip", artifact.sha256());
    if !is_stored(account, bucket, &key).await? {
        let body = ByteStream::from_path(&artifact.path).await;
        let put = account
            .s3
            .put_object()
            .bucket(bucket.as_str())
            .key(&key)
            .content_type("application/zip")
            .body(body.map_err(|error| unreadable(artifact, &error))?);
        put.send().await.map_err(CallFailed::of(format!(
            "upload `{}`",
            artifact.path.display()
        )))?;
        changes.push(Change::new(
            format!("package {}", artifact.name),
            "uploaded",
        ));
    }
    Ok(Place::Stored(bucket.to_string(), key))
}

async fn is_stored(account: &Account, bucket: &BucketName, key: &str) -> Result<bool, CallFailed> {
    let head = account.s3.head_object().bucket(bucket.as_str()).key(key);
    match head.send().await {
        Ok(_) => Ok(true),
        // A caller who may not list the bucket is told that it may not read what is not there.
        Err(error)
            if call::is_denied(&error)
                || error.as_service_error().is_some_and(|e| e.is_not_found())
                || status(&error) == Some(403) =>
        {
            Ok(false)
        }
        Err(error) => Err(CallFailed::of("look for the package")(error)),
    }
}

/// HEAD has no body that could tell a code.
fn status<E>(error: &aws_sdk_s3::error::SdkError<E>) -> Option<u16> {
    error
        .raw_response()
        .map(|response| response.status().as_u16())
}

fn unreadable(artifact: &Artifact, error: &dyn std::error::Error) -> CallFailed {
    CallFailed::because(format!("read `{}`", artifact.path.display()), error)
}
