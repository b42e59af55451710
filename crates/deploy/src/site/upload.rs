//! Uploading a bundle as a private site.

use std::collections::HashSet;
use std::path::PathBuf;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ObjectCannedAcl;
use futures_util::{StreamExt, TryStreamExt, stream};
use protocol::site::{File, Manifest, Pointer, SiteId};

use super::bundle::{Bundle, BundledFile};
use super::clean::{self, CleanError};
use super::stored;
use crate::call::{self, CallFailed};

/// Files under way at once.
pub(super) const PARALLEL: usize = 8;

/// What an upload did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Uploaded {
    /// The version that is current now; a public site has none.
    pub version: Option<String>,
    /// Files sent.
    pub sent: usize,
    /// Bytes sent.
    pub sent_bytes: u64,
    /// Files that were there.
    pub kept: usize,
    /// Objects that nothing needed any more.
    pub removed: usize,
}

/// Progress of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadEvent {
    /// Files sent so far.
    pub sent: usize,
    /// Files to send in all.
    pub of: usize,
    /// Bytes sent so far.
    pub sent_bytes: u64,
    /// Bytes to send in all.
    pub of_bytes: u64,
}

/// A site that could not be uploaded. The version before stays whole and current.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// S3 refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// A file of the bundle could not be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The new version is current, but what it replaced could not be removed.
    #[error("the site is deployed, but what nothing needs any more could not be removed")]
    Clean(#[from] CleanError),
}

/// Makes `bundle` the current version of the private site `id` in `bucket`.
///
/// Contents that are there under their digest are not sent again. The pointer is switched last, when all contents are
/// there: a render under way keeps its version, and an upload that is cut off changes nothing that anyone sees. Versions
/// that have not been current for a day, and contents that no other version has, are removed.
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
    if let Some(nothing) = unchanged(s3, bucket, id, bundle).await? {
        return Ok(nothing);
    }
    let manifest = manifest(bundle);
    let version = manifest.version();
    let all = bundle.files().len();
    let mut done = nothing_sent(&version, all);
    // Written first: whoever removes what no version has, beside this upload, keeps what this version has.
    let manifest_key = id.manifest_key(&version);
    put_json(s3, bucket, &manifest_key, &manifest).await?;
    loop {
        let there = contents(s3, bucket, id).await?;
        let missing = missing(bundle, &there);
        if missing.is_empty() {
            break;
        }
        let sends = missing.iter().map(|&file| {
            let key = id.content_key(&file.sha256);
            send(s3, bucket, key, bundle, file, None)
        });
        let total = Total::of(&missing);
        done.sent_bytes += sent(sends, total, &mut progress).await?;
        done.sent += missing.len();
    }
    done.kept = all.saturating_sub(done.sent);
    let pointer = Pointer {
        version: version.clone(),
        manifest_key,
    };
    put_json(s3, bucket, &id.pointer_key(), &pointer).await?;
    done.removed = clean::private(s3, bucket, id, &version).await?;
    Ok(done)
}

/// What [`upload`] would come to where `bundle` is the current version already; `None` where it would send something.
///
/// # Errors
/// Where the site's pointer cannot be read.
pub async fn unchanged(
    s3: &Client,
    bucket: &str,
    id: &SiteId,
    bundle: &Bundle,
) -> Result<Option<Uploaded>, CallFailed> {
    let version = manifest(bundle).version();
    let current = current(s3, bucket, id).await?;
    let is_current = current.is_some_and(|pointer| pointer.version == version);
    Ok(is_current.then(|| nothing_sent(&version, bundle.files().len())))
}

fn nothing_sent(version: &str, kept: usize) -> Uploaded {
    Uploaded {
        version: Some(version.to_owned()),
        sent: 0,
        sent_bytes: 0,
        kept,
        removed: 0,
    }
}

/// What is to be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Total {
    files: usize,
    bytes: u64,
}

impl Total {
    pub(super) fn of(files: &[&BundledFile]) -> Self {
        Self {
            files: files.len(),
            bytes: files.iter().map(|file| file.size).sum(),
        }
    }
}

/// Carries out `sends`, several at once, and returns their bytes.
pub(super) async fn sent<F>(
    sends: impl Iterator<Item = F>,
    total: Total,
    progress: &mut impl FnMut(UploadEvent),
) -> Result<u64, UploadError>
where
    F: Future<Output = Result<u64, UploadError>>,
{
    let mut sends = stream::iter(sends).buffer_unordered(PARALLEL);
    let mut event = UploadEvent {
        sent: 0,
        of: total.files,
        sent_bytes: 0,
        of_bytes: total.bytes,
    };
    progress(event);
    while let Some(bytes) = sends.try_next().await? {
        event.sent += 1;
        event.sent_bytes += bytes;
        progress(event);
    }
    Ok(event.sent_bytes)
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

async fn current(s3: &Client, bucket: &str, id: &SiteId) -> Result<Option<Pointer>, CallFailed> {
    const STEP: &str = "read the site's pointer";
    let get = s3.get_object().bucket(bucket).key(id.pointer_key());
    let got = match get.send().await {
        Ok(got) => got,
        Err(error) if call::code(&error) == Some("NoSuchKey") => return Ok(None),
        Err(error) => return Err(CallFailed::of(STEP)(error)),
    };
    let body = got.body.collect().await;
    let body = body.map_err(|error| CallFailed::because(STEP, &error))?;
    // A pointer that cannot be read is replaced by one that can.
    Ok(serde_json::from_slice(&body.into_bytes()).ok())
}

/// The digests of the contents that are there.
async fn contents(s3: &Client, bucket: &str, id: &SiteId) -> Result<HashSet<String>, CallFailed> {
    let prefix = id.content_key("");
    let objects = stored::list(s3, bucket, &prefix).await?;
    let digests = objects
        .iter()
        .filter_map(|object| object.key.strip_prefix(&prefix));
    Ok(digests.map(str::to_owned).collect())
}

/// Writes `file` under `key`, and returns its bytes.
pub(super) async fn send(
    s3: &Client,
    bucket: &str,
    key: String,
    bundle: &Bundle,
    file: &BundledFile,
    acl: Option<ObjectCannedAcl>,
) -> Result<u64, UploadError> {
    let path = bundle.path_of(file);
    let body = ByteStream::from_path(&path)
        .await
        .map_err(|error| UploadError::Read {
            path,
            source: std::io::Error::other(error),
        })?;
    let put = s3
        .put_object()
        .bucket(bucket)
        .key(key)
        .content_type(file.content_type)
        .set_acl(acl)
        .body(body)
        .send()
        .await;
    put.map_err(CallFailed::of(format!("upload `{}`", file.path)))?;
    Ok(file.size)
}

async fn put_json(
    s3: &Client,
    bucket: &str,
    key: &str,
    document: &impl serde::Serialize,
) -> Result<(), CallFailed> {
    let step = format!("write `{key}`");
    let body =
        serde_json::to_vec(document).map_err(|error| CallFailed::because(step.clone(), &error))?;
    let put = s3
        .put_object()
        .bucket(bucket)
        .key(key)
        .content_type("application/json")
        .body(body.into())
        .send()
        .await;
    put.map_err(CallFailed::of(step))?;
    Ok(())
}
