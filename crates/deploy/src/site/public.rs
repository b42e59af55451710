//! Uploading a bundle as a public site: its files as they are, where browsers and other clients expect them.

use std::collections::{HashMap, HashSet};

use aws_sdk_s3::Client;
use aws_sdk_s3::types::ObjectCannedAcl;
use md5::Md5;
use protocol::site::SiteId;

use super::bundle::{Bundle, BundledFile};
use super::clean;
use super::stored;
use super::upload::{Total, UploadError, UploadEvent, Uploaded, send, sent};
use crate::buckets::PublicReading;
use crate::digest::{self, hex};

/// What makes a folder of files a site.
const INDEX: &str = "index.html";

/// Makes the files of `bundle` the public site `id` in `bucket`.
///
/// Files that are there with the same content are not sent again. `index.html` is sent last, and what the bundle lacks
/// is removed after that. Where `reading` says so, each file is given an ACL by which everybody reads it.
///
/// # Errors
/// See [`UploadError`]. Running it again sends what is missing.
pub async fn upload_public(
    s3: &Client,
    bucket: &str,
    id: &SiteId,
    bundle: &Bundle,
    reading: PublicReading,
    mut progress: impl FnMut(UploadEvent),
) -> Result<Uploaded, UploadError> {
    let acl = match reading {
        PublicReading::ByPolicy => None,
        PublicReading::ByAcl => Some(ObjectCannedAcl::PublicRead),
    };
    let objects = stored::list(s3, bucket, &id.folder()).await?;
    let there: HashMap<_, _> = objects
        .iter()
        .map(|object| (object.key.clone(), object.clone()))
        .collect();
    let key = |file: &BundledFile| format!("{}{}", id.folder(), file.path);
    let mut missing = Vec::new();
    for file in bundle.files() {
        let present = there.get(&key(file));
        let is_there = match present.filter(|present| present.size == file.size) {
            Some(present) => present.etag == md5(bundle, file).await?,
            None => false,
        };
        if !is_there {
            missing.push(file);
        }
    }
    let (index, assets): (Vec<_>, Vec<_>) =
        missing.into_iter().partition(|file| file.path == INDEX);
    let mut sent_bytes = 0;
    for part in [&assets, &index] {
        let sends = part
            .iter()
            .map(|&file| send(s3, bucket, key(file), bundle, file, acl.clone()));
        sent_bytes += sent(sends, Total::of(part), &mut progress).await?;
    }
    let needed: HashSet<_> = bundle.files().iter().map(key).collect();
    let removed = clean::remove(s3, bucket, objects, &needed).await?;
    let sent = assets.len() + index.len();
    Ok(Uploaded {
        version: None,
        sent,
        sent_bytes,
        kept: bundle.files().len() - sent,
        removed,
    })
}

/// The digest that S3 shows as the entity tag of what one call wrote.
async fn md5(bundle: &Bundle, file: &BundledFile) -> Result<String, UploadError> {
    let path = bundle.path_of(file);
    let digest = tokio::task::spawn_blocking({
        let path = path.clone();
        move || {
            let (_, md5) = digest::of::<Md5>(std::fs::File::open(path)?)?;
            Ok(hex(&md5))
        }
    });
    let digest = digest.await.map_err(std::io::Error::other);
    digest
        .and_then(|digest| digest)
        .map_err(|source| UploadError::Read { path, source })
}
