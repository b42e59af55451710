//! Where code and layers come from: the request itself, or S3.

use std::borrow::Cow;
use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::StatusCode;
use iam::calls::{Slot, Template, When};
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio_util::io::StreamReader;

use super::Lambda;
use super::fault::invalid;
use super::function::{Function, Package, UsedLayer};
use super::unzip::{MAX_UNPACKED_BYTES, UnzipError};
use crate::api_error::ApiError;
use crate::authz::Particulars;
use crate::services::s3::{side_of, with_key};
use crate::storage::{BucketName, ObjectKey};

/// What a zip may have that comes with the request.
pub(super) const MAX_ZIPPED_BYTES: usize = 52_428_800;

/// A request that brings a zip: the zip in base64, and a little.
pub(super) const MAX_CODE_REQUEST: usize = 70_167_211;

/// Code as requests give it, in whichever of the two places.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct CodeMembers<'a> {
    // A copy only where the JSON escapes something, which base64 seldom needs.
    #[serde(borrow)]
    zip_file: Option<Cow<'a, str>>,
    s3_bucket: Option<String>,
    s3_key: Option<String>,
    s3_object_version: Option<String>,
    image_uri: Option<String>,
}

/// A zip, or where it is.
#[derive(Debug, Clone)]
pub(super) enum CodeSource {
    Inline(Bytes),
    Stored { bucket: String, key: String },
}

impl CodeSource {
    /// Reads the members that name code.
    pub(super) fn read(members: CodeMembers<'_>) -> Result<Self, ApiError> {
        if members.image_uri.is_some() {
            return Err(invalid("this cloud has no container images"));
        }
        if members.s3_object_version.is_some() {
            return Err(invalid("this cloud has no object versions"));
        }
        match (members.zip_file, members.s3_bucket, members.s3_key) {
            (Some(encoded), None, None) => {
                let zip = STANDARD
                    .decode(encoded.as_bytes())
                    .map_err(|_| could_not_unzip())?;
                if zip.len() > MAX_ZIPPED_BYTES {
                    return Err(ApiError::new(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        "RequestEntityTooLargeException",
                        format!("Zipped size must be smaller than {MAX_ZIPPED_BYTES} bytes"),
                    ));
                }
                Ok(Self::Inline(zip.into()))
            }
            (None, Some(bucket), Some(key)) => Ok(Self::Stored { bucket, key }),
            (Some(_), _, _) => Err(invalid(
                "Please do not provide other FunctionCode parameters when providing a ZipFile.",
            )),
            (None, _, _) => Err(invalid("Please provide a source for function code.")),
        }
    }

    /// What the decision about code in S3 depends on.
    pub(super) fn particulars(
        &self,
        lambda: &Lambda,
        particulars: Particulars,
    ) -> Result<Particulars, ApiError> {
        let Self::Stored { bucket, key } = self else {
            return Ok(particulars);
        };
        let mut particulars = particulars
            .when(When::CodeInS3, true)
            .name(Slot::CodeBucket, bucket)
            .name(Slot::CodeKey, key);
        let (Ok(name), Ok(key)) = (BucketName::parse(bucket), ObjectKey::parse(key)) else {
            return Ok(particulars);
        };
        let internal = |error| ApiError::internal(&error);
        let objects = lambda.objects();
        if let Some(bucket) = objects.bucket(&name).map_err(internal)? {
            particulars = particulars.side([Template::CodeObject], &side_of(&bucket)?);
        }
        let object = objects.object(&name, &key).map_err(internal)?;
        match object.and_then(|object| object.attributes.key) {
            Some(key) => with_key(particulars, &key),
            None => Ok(particulars),
        }
    }

    /// Fetches and unpacks it. The caller may read it.
    pub(super) async fn unpack(self, lambda: &Lambda) -> Result<Package, ApiError> {
        let unpacked = match self {
            Self::Inline(zip) => lambda.packages().unpack(zip).await,
            Self::Stored { bucket, key } => {
                let zip = fetch(lambda, &bucket, &key).await?;
                lambda.packages().unpack_file(zip).await
            }
        };
        unpacked.map_err(|error| match error {
            UnzipError::Malformed(reason) => {
                tracing::debug!(reason, "a zip was refused");
                could_not_unzip()
            }
            UnzipError::TooLarge => invalid(format!(
                "Unzipped size must be smaller than {MAX_UNPACKED_BYTES} bytes"
            )),
            UnzipError::Io(error) => ApiError::internal(&error),
        })
    }
}

/// The layer versions that a request names, in its order.
pub(super) fn layers(lambda: &Lambda, arns: &[String]) -> Result<Vec<UsedLayer>, ApiError> {
    let home = lambda.home().region.as_str();
    let mut regions = arns.iter().filter_map(|arn| arn.split(':').nth(3));
    if regions.any(|region| region != home) {
        return Err(invalid(format!(
            "Layers are not in the same region as the function. Layers are expected to be in region {home}."
        )));
    }
    arns.iter().map(|arn| layer(lambda, arn)).collect()
}

fn layer(lambda: &Lambda, arn: &str) -> Result<UsedLayer, ApiError> {
    let named = arn.rsplit_once(':').and_then(|(layer, version)| {
        let name = layer.rsplit_once(":layer:")?.1;
        let version = version.parse().ok()?;
        (lambda.home().layer_arn(name) == layer).then_some((name, version))
    });
    let found = match named {
        Some((name, version)) => lambda.layer(name, version)?,
        None => None,
    };
    let layer = found.ok_or_else(|| invalid(format!("Layer version {arn} does not exist.")))?;
    Ok(UsedLayer {
        arn: arn.to_owned(),
        package: layer.package,
    })
}

/// Checks that code and layers together are not too large.
pub(super) fn check_total_size(function: &Function) -> Result<(), ApiError> {
    let layers = function
        .layers
        .iter()
        .map(|layer| layer.package.unpacked_size);
    let total = function.code.unpacked_size + layers.sum::<u64>();
    if total > MAX_UNPACKED_BYTES {
        return Err(invalid(format!(
            "Function code combined with layers exceeds the maximum allowed size of \
             {MAX_UNPACKED_BYTES} bytes. The actual size is {total} bytes."
        )));
    }
    Ok(())
}

/// An object's bytes in a file without a name, since a zip is read from its end.
async fn fetch(lambda: &Lambda, bucket: &str, key: &str) -> Result<std::fs::File, ApiError> {
    let absent = || {
        invalid(
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The \
             specified key does not exist.",
        )
    };
    let (Ok(bucket), Ok(key)) = (BucketName::parse(bucket), ObjectKey::parse(key)) else {
        return Err(absent());
    };
    let home = lambda.home().region.as_str();
    let there = lambda.objects().bucket(&bucket);
    let there = there.map_err(|error| ApiError::internal(&error))?;
    if let Some(bucket) = there.filter(|bucket| bucket.region != home) {
        return Err(invalid(format!(
            "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this \
             region: {}. Please use this region to retry the request",
            bucket.region
        )));
    }
    let opened = lambda
        .objects()
        .open_object(&bucket, &key)
        .map_err(|error| ApiError::internal(&error))?;
    let object = opened.ok_or_else(absent)?;
    let size = object.object().size;
    if size > MAX_UNPACKED_BYTES {
        return Err(invalid(format!(
            "Unzipped size must be smaller than {MAX_UNPACKED_BYTES} bytes"
        )));
    }
    let copied = async {
        let file = nameless_file(lambda.packages().folder())?;
        let mut file = tokio::fs::File::from_std(file);
        let mut bytes = StreamReader::new(Box::pin(object.read(0..size).map_err(io::Error::other)));
        tokio::io::copy(&mut bytes, &mut file).await?;
        file.flush().await?;
        Ok::<_, io::Error>(file.into_std().await)
    };
    let mut file = copied.await.map_err(|error| ApiError::internal(&error))?;
    io::Seek::rewind(&mut file).map_err(|error| ApiError::internal(&error))?;
    Ok(file)
}

fn nameless_file(folder: &std::path::Path) -> io::Result<std::fs::File> {
    let path = folder.join(format!("fetched-{}", uuid::Uuid::new_v4().simple()));
    let file = std::fs::File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn could_not_unzip() -> ApiError {
    invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
}
