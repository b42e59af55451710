//! Multipart uploads: parts under way, and the object that they become.

use jiff::Timestamp;
use md5::Digest as _;
use redb::{ReadableTable, Table};

use super::blob::BlobId;
use super::buckets::{NoSuchBucket, require_bucket};
use super::checksum::{Checksum, Claim, Coverage};
use super::condition::{ConditionFailed, WriteCondition};
use super::ingest::Content;
use super::name::{BucketName, ObjectKey, PartNumber, UploadId};
use super::objects::{replace, stored};
use super::record::{Object, Part, Segment, Upload, hex};
use super::store::{Changed, ObjectStore};
use super::table::{OBJECTS, PARTS, StorageError, StoreError, UPLOADS};
use crate::authz::Permit;
use crate::state::{Change, ChangeError, StateError, decode, encode};

/// The least size of every part but the last: 5 MiB.
pub(crate) const LEAST_PART: u64 = 5 << 20;

/// An upload under way, as clients name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UploadName {
    pub(crate) bucket: BucketName,
    pub(crate) key: ObjectKey,
    pub(crate) id: UploadId,
}

/// The request to make an object of parts.
#[derive(Debug)]
pub(crate) struct Completion {
    pub(crate) upload: UploadName,
    /// Not empty.
    pub(crate) parts: Vec<NamedPart>,
    pub(crate) condition: WriteCondition,
    /// The size of the object in bytes, if the client states it.
    pub(crate) size: Option<u64>,
    /// The checksum of the whole object, if the client states it.
    pub(crate) checksum: Option<Claim>,
    pub(crate) at: Timestamp,
}

/// A part as a completion names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedPart {
    pub(crate) number: PartNumber,
    /// Without quotes.
    pub(crate) etag: String,
    /// Base64, with its algorithm, if the client states it.
    pub(crate) checksum: Option<Claim>,
}

/// There is no such upload: never begun, completed, aborted, or of another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the upload does not exist")]
pub(crate) struct NoSuchUpload;

/// An object is not made of the parts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CompleteRefusal {
    /// There is no such upload.
    #[error("the upload does not exist")]
    NoSuchUpload,
    /// Part numbers do not ascend.
    #[error("the parts are not in ascending order")]
    PartOrder,
    /// A part was never uploaded, or is not the one that the client names.
    #[error("part {} was not found, or is another one", .0.number.get())]
    InvalidPart(NamedPart),
    /// A part that is not the last has less than 5 MiB.
    #[error("part {} has {size} bytes", number.get())]
    PartTooSmall {
        number: PartNumber,
        etag: String,
        size: u64,
    },
    /// The parts have another size together than the client states.
    #[error("the parts have {actual} bytes together, not {stated}")]
    Size { stated: u64, actual: u64 },
    /// The parts have another checksum together than the client states.
    #[error("the parts have another {} together than the one given", .0.algorithm.name())]
    Checksum(Claim),
    /// The condition does not hold when the object would become visible.
    #[error(transparent)]
    Condition(#[from] ConditionFailed),
}

impl ObjectStore {
    /// Begins an upload.
    pub(crate) async fn create_upload(
        &self,
        permit: &Permit,
        name: UploadName,
        upload: Upload,
    ) -> Result<(), StoreError<NoSuchBucket>> {
        self.change(permit, move |change| {
            require_bucket(change, &name.bucket, NoSuchBucket)?;
            change
                .write(UPLOADS)?
                .insert(name.as_key(), encode(&UPLOADS, &upload)?.as_slice())?;
            Ok(Changed::new(()))
        })
        .await
    }

    /// An upload under way, if there is one of that name.
    pub(crate) fn upload(&self, name: &UploadName) -> Result<Option<Upload>, StorageError> {
        let uploads = self
            .state()
            .read()?
            .open_table(UPLOADS)
            .map_err(StateError::from)?;
        let found = uploads.get(name.as_key())?;
        Ok(found
            .map(|upload| decode(&UPLOADS, upload.value()))
            .transpose()?)
    }

    /// Stores a part, replacing the one of its number.
    pub(crate) async fn put_part(
        &self,
        permit: &Permit,
        name: UploadName,
        number: PartNumber,
        content: Content,
        at: Timestamp,
    ) -> Result<Part, StoreError<NoSuchUpload>> {
        let part = Part {
            size: content.size,
            md5: content.md5,
            modified_at: at,
            checksum: content.checksum,
            blob: content.blob.id(),
        };
        self.change_with(permit, content.blob, move |change| {
            require_upload(change, &name, NoSuchUpload)?;
            let mut parts = change.write(PARTS)?;
            let replaced = parts.insert(
                (name.id.as_str(), number.get()),
                encode(&PARTS, &part)?.as_slice(),
            )?;
            let replaced = replaced
                .map(|part| decode::<Part>(&PARTS, part.value()))
                .transpose()?;
            Ok(Changed {
                answer: part.clone(),
                retired: replaced.iter().map(|part| part.blob).collect(),
            })
        })
        .await
    }

    /// The parts of an upload behind `after`, ascending, at most `limit`, and whether more follow.
    pub(crate) fn parts(
        &self,
        id: &UploadId,
        after: u16,
        limit: usize,
    ) -> Result<(Vec<(PartNumber, Part)>, bool), StorageError> {
        let parts = self
            .state()
            .read()?
            .open_table(PARTS)
            .map_err(StateError::from)?;
        let mut found = Vec::new();
        for entry in
            parts.range((id.as_str(), after.saturating_add(1))..=(id.as_str(), u16::MAX))?
        {
            if found.len() == limit {
                return Ok((found, true));
            }
            let (name, part) = entry?;
            if let Some(number) = PartNumber::parse(name.value().1.into()) {
                found.push((number, decode(&PARTS, part.value())?));
            }
        }
        Ok((found, false))
    }

    /// Makes an object of the parts named; the others are dropped.
    ///
    /// Repeating a completion whose object is still there gives that object again, so that a client that lost the
    /// answer may ask once more.
    pub(crate) async fn complete_upload(
        &self,
        permit: &Permit,
        completion: Completion,
    ) -> Result<Object, StoreError<CompleteRefusal>> {
        self.change(permit, move |change| {
            let UploadName { bucket, key, id } = &completion.upload;
            if let Some(done) = stored(&change.read(OBJECTS)?, bucket, key)?
                .filter(|it| it.upload.as_ref() == Some(id))
            {
                return Ok(Changed::new(done));
            }
            let upload = require_upload(change, &completion.upload, CompleteRefusal::NoSuchUpload)?;
            let chosen = choose(&change.read(PARTS)?, id, &completion.parts)?;
            let object = assemble(upload, &chosen, &completion)?;
            let mut retired = replace(change, bucket, key, &object, &completion.condition)?;
            change.write(UPLOADS)?.remove(completion.upload.as_key())?;
            let dropped = drop_parts(&mut change.write(PARTS)?, id.as_str())?;
            retired.extend(
                dropped
                    .into_iter()
                    .filter(|blob| object.blobs().all(|kept| kept != *blob)),
            );
            Ok(Changed {
                answer: object,
                retired,
            })
        })
        .await
    }

    /// Ends an upload without an object.
    pub(crate) async fn abort_upload(
        &self,
        permit: &Permit,
        name: UploadName,
    ) -> Result<(), StoreError<NoSuchUpload>> {
        self.change(permit, move |change| {
            require_upload(change, &name, NoSuchUpload)?;
            Ok(Changed {
                answer: (),
                retired: forget(change, &name)?,
            })
        })
        .await
    }
}

impl UploadName {
    fn as_key(&self) -> (&str, &[u8], &str) {
        (
            self.bucket.as_str(),
            self.key.as_str().as_bytes(),
            self.id.as_str(),
        )
    }
}

fn require_upload<E>(
    change: &mut Change<'_>,
    name: &UploadName,
    refusal: E,
) -> Result<Upload, ChangeError<E>> {
    match change.read(UPLOADS)?.get(name.as_key())? {
        Some(upload) => Ok(decode(&UPLOADS, upload.value())?),
        None => Err(ChangeError::Refused(refusal)),
    }
}

/// Drops an upload and its parts, whose blobs are returned.
pub(super) fn forget(
    change: &mut Change<'_>,
    name: &UploadName,
) -> Result<Vec<BlobId>, StateError> {
    change.write(UPLOADS)?.remove(name.as_key())?;
    drop_parts(&mut change.write(PARTS)?, name.id.as_str())
}

type Parts<'txn> = Table<'txn, (&'static str, u16), &'static [u8]>;

pub(super) fn drop_parts(parts: &mut Parts<'_>, id: &str) -> Result<Vec<BlobId>, StateError> {
    let mut blobs = Vec::new();
    for entry in parts.extract_from_if((id, 0)..=(id, u16::MAX), |_, _| true)? {
        blobs.push(decode::<Part>(&PARTS, entry?.1.value())?.blob);
    }
    Ok(blobs)
}

/// The parts that a completion names, each as the client knows it.
fn choose(
    parts: &impl ReadableTable<(&'static str, u16), &'static [u8]>,
    id: &UploadId,
    named: &[NamedPart],
) -> Result<Vec<(PartNumber, Part)>, ChangeError<CompleteRefusal>> {
    if !named.is_sorted_by(|one, next| one.number < next.number) {
        return Err(ChangeError::Refused(CompleteRefusal::PartOrder));
    }
    let mut chosen = Vec::with_capacity(named.len());
    for name in named {
        let found = parts.get((id.as_str(), name.number.get()))?;
        let found = found
            .map(|part| decode::<Part>(&PARTS, part.value()))
            .transpose()?;
        let part = found
            .filter(|part| part.etag() == name.etag)
            .filter(|part| {
                name.checksum
                    .as_ref()
                    .is_none_or(|claim| part.checksum.is(claim))
            })
            .ok_or_else(|| ChangeError::Refused(CompleteRefusal::InvalidPart(name.clone())))?;
        chosen.push((name.number, part));
    }
    Ok(chosen)
}

fn assemble(
    upload: Upload,
    parts: &[(PartNumber, Part)],
    completion: &Completion,
) -> Result<Object, ChangeError<CompleteRefusal>> {
    let refuse = |refusal| Err(ChangeError::Refused(refusal));
    let small = parts
        .iter()
        .rev()
        .skip(1)
        .rev()
        .find(|(_, part)| part.size < LEAST_PART);
    if let Some((number, part)) = small {
        return refuse(CompleteRefusal::PartTooSmall {
            number: *number,
            etag: part.etag(),
            size: part.size,
        });
    }
    let size = parts.iter().map(|(_, part)| part.size).sum();
    if let Some(stated) = completion.size.filter(|stated| *stated != size) {
        return refuse(CompleteRefusal::Size {
            stated,
            actual: size,
        });
    }
    let checksum = checksum_of(&upload, parts);
    if let Some(claim) = &completion.checksum
        && checksum
            .as_ref()
            .is_none_or(|checksum| checksum.coverage == Coverage::FullObject && !checksum.is(claim))
    {
        return refuse(CompleteRefusal::Checksum(claim.clone()));
    }
    Ok(Object {
        size,
        etag: multipart_etag(parts),
        modified_at: completion.at,
        attributes: upload.attributes,
        checksum,
        upload: Some(completion.upload.id.clone()),
        segments: parts
            .iter()
            .map(|(_, part)| Segment {
                blob: part.blob,
                size: part.size,
            })
            .collect(),
    })
}

fn checksum_of(upload: &Upload, parts: &[(PartNumber, Part)]) -> Option<Checksum> {
    let (algorithm, coverage) = match upload.algorithm {
        Some(algorithm) => (algorithm, upload.coverage),
        None => (parts.first()?.1.checksum.algorithm, Coverage::FullObject),
    };
    Checksum::of_parts(
        algorithm,
        coverage,
        parts.iter().map(|(_, part)| (&part.checksum, part.size)),
    )
}

/// The MD5 of the parts' MD5s, and their number.
fn multipart_etag(parts: &[(PartNumber, Part)]) -> String {
    let mut md5 = md5::Md5::new();
    for (_, part) in parts {
        md5.update(part.md5);
    }
    format!("{}-{}", hex(&md5.finalize()), parts.len())
}
