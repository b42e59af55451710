//! Uploading a bundle as a private site.

use std::collections::HashSet;
use std::path::PathBuf;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_s3::primitives::ByteStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use protocol::site::{File, Manifest, Pointer, SiteId};

use super::bundle::{Bundle, BundledFile};

/// Files under way at once.
const PARALLEL: usize = 8;

/// What an upload did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// The version that is current now.
    pub version: String,
    /// Files sent.
    pub sent: usize,
    /// Bytes sent.
    pub sent_bytes: u64,
    /// Files that were there.
    pub kept: usize,
}

/// Progress of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadEvent {
    /// Files sent so far.
    pub sent: usize,
    /// Files to send in all.
    pub of: usize,
}

/// A site that could not be uploaded. The version before stays whole and current.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// S3 refused or failed a call.
    #[error("could not {step}: {message}")]
    Call {
        /// What was attempted, as a verb phrase.
        step: String,
        /// The error as S3 worded it.
        message: String,
    },
    /// A file of the bundle could not be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: aws_sdk_s3::primitives::ByteStreamError,
    },
}

impl UploadError {
    fn call<E: std::error::Error + 'static>(step: impl Into<String>) -> impl FnOnce(E) -> Self {
        move |error| Self::Call {
            step: step.into(),
            message: DisplayErrorContext(error).to_string(),
        }
    }
}

/// Makes `bundle` the current version of the site `id` in `bucket`.
///
/// Contents that are there under their digest are not sent again. The manifest is written when all contents are
/// there, and the pointer is switched last: a render under way keeps its version, and an upload that is cut off
/// changes nothing that anyone sees.
///
/// # Errors
/// See [`UploadError`]. Running it again sends what is missing.
pub async fn upload(
    s3: &Client,
    bucket: &str,
    id: &SiteId,
    bundle: &Bundle,
    mut progress: impl FnMut(UploadEvent),
) -> Result<Uploaded, UploadError> {
    let manifest = manifest(bundle);
    let version = manifest.version();
    let all = bundle.files().len();
    if current(s3, bucket, id)
        .await?
        .is_some_and(|pointer| pointer.version == version)
    {
        return Ok(Uploaded {
            version,
            sent: 0,
            sent_bytes: 0,
            kept: all,
        });
    }
    let there = contents(s3, bucket, id).await?;
    let missing = missing(bundle, &there);
    let of = missing.len();
    let sends = missing
        .iter()
        .map(|file| send(s3, bucket, id, bundle, file));
    let mut sends = stream::iter(sends).buffer_unordered(PARALLEL);
    let (mut sent, mut sent_bytes) = (0, 0);
    while let Some(bytes) = sends.try_next().await? {
        sent += 1;
        sent_bytes += bytes;
        progress(UploadEvent { sent, of });
    }
    let manifest_key = id.manifest_key(&version);
    put_json(s3, bucket, &manifest_key, &manifest).await?;
    put_json(
        s3,
        bucket,
        &id.pointer_key(),
        &Pointer {
            version: version.clone(),
            manifest_key,
        },
    )
    .await?;
    Ok(Uploaded {
        version,
        sent,
        sent_bytes,
        kept: all - of,
    })
}

fn manifest(bundle: &Bundle) -> Manifest {
    let files = bundle.files().iter().map(|file| File {
        path: file.path.clone(),
        sha256: file.sha256.clone(),
        size: file.size,
        content_type: file.content_type.to_owned(),
    });
    Manifest::new(files.collect())
}

/// One file for each content that is not there; files of equal content count once.
fn missing<'a>(bundle: &'a Bundle, there: &HashSet<String>) -> Vec<&'a BundledFile> {
    let mut seen = HashSet::new();
    let wanted = bundle
        .files()
        .iter()
        .filter(|file| !there.contains(&file.sha256));
    wanted
        .filter(|file| seen.insert(file.sha256.as_str()))
        .collect()
}

async fn current(s3: &Client, bucket: &str, id: &SiteId) -> Result<Option<Pointer>, UploadError> {
    let got = match s3
        .get_object()
        .bucket(bucket)
        .key(id.pointer_key())
        .send()
        .await
    {
        Ok(got) => got,
        Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
        Err(error) => return Err(UploadError::call("read the site's pointer")(error)),
    };
    let body = got
        .body
        .collect()
        .await
        .map_err(UploadError::call("read the site's pointer"))?;
    // A pointer that cannot be read is replaced by one that can.
    Ok(serde_json::from_slice(&body.into_bytes()).ok())
}

/// The digests of the contents that are there.
async fn contents(s3: &Client, bucket: &str, id: &SiteId) -> Result<HashSet<String>, UploadError> {
    let prefix = id.content_key("");
    let mut pages = s3
        .list_objects_v2()
        .bucket(bucket)
        .prefix(&prefix)
        .into_paginator()
        .send();
    let mut digests = HashSet::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(UploadError::call("list the site's files"))?;
        let keys = page.contents().iter().filter_map(|object| object.key());
        digests.extend(
            keys.filter_map(|key| key.strip_prefix(&prefix))
                .map(str::to_owned),
        );
    }
    Ok(digests)
}

async fn send(
    s3: &Client,
    bucket: &str,
    id: &SiteId,
    bundle: &Bundle,
    file: &BundledFile,
) -> Result<u64, UploadError> {
    let path = bundle.path_of(file);
    let body = ByteStream::from_path(&path)
        .await
        .map_err(|source| UploadError::Read { path, source })?;
    let put = s3
        .put_object()
        .bucket(bucket)
        .key(id.content_key(&file.sha256))
        .content_type(file.content_type)
        .body(body)
        .send()
        .await;
    put.map_err(UploadError::call(format!("upload `{}`", file.path)))?;
    Ok(file.size)
}

async fn put_json(
    s3: &Client,
    bucket: &str,
    key: &str,
    document: &impl serde::Serialize,
) -> Result<(), UploadError> {
    let body = serde_json::to_vec(document).map_err(UploadError::call(format!("write `{key}`")))?;
    let put = s3
        .put_object()
        .bucket(bucket)
        .key(key)
        .content_type("application/json")
        .body(body.into())
        .send()
        .await;
    put.map_err(UploadError::call(format!("write `{key}`")))?;
    Ok(())
}
