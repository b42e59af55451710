//! Reading the bytes of an object.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::task::spawn_blocking;

use super::blob::Blobs;
use super::lease::Lease;
use super::name::{BucketName, ObjectKey};
use super::record::{Object, Segment};
use super::store::ObjectStore;
use super::table::StorageError;

/// How many bytes are read at once.
const STEP: u64 = 256 << 10;

/// An object that is open for reading: this version, whatever is written to its key meanwhile.
#[derive(Debug)]
pub(crate) struct OpenObject {
    object: Object,
    lease: Lease,
    blobs: Arc<Blobs>,
}

impl ObjectStore {
    /// Opens the object at a key, if there is one.
    pub(crate) fn open_object(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
    ) -> Result<Option<OpenObject>, StorageError> {
        // The lease comes first: a version found after it stays until the lease is gone.
        let lease = self.lease();
        let found = self.object(bucket, key)?;
        Ok(found.map(|object| OpenObject {
            object,
            lease,
            blobs: Arc::clone(self.blobs()),
        }))
    }
}

impl OpenObject {
    /// What is known of the object.
    pub(crate) fn object(&self) -> &Object {
        &self.object
    }

    /// The bytes of `range`, end exclusive, in pieces of at most 256 KiB.
    ///
    /// The stream ends with an error if a file is missing or shorter than its record says.
    pub(crate) fn read(
        self,
        range: Range<u64>,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static {
        let runs = overlapping(&self.object.segments, &range);
        let Self { lease, blobs, .. } = self;
        stream::iter(runs)
            .flat_map(move |(segment, run)| read_run(Arc::clone(&blobs), segment, run))
            .map(move |piece| {
                let _keeps_the_files = &lease;
                piece
            })
    }
}

/// The parts of segments that lie in `range`, as ranges within each segment.
fn overlapping(segments: &[Segment], range: &Range<u64>) -> Vec<(Segment, Range<u64>)> {
    let mut start = 0;
    let mut runs = Vec::new();
    for segment in segments {
        let end = start + segment.size;
        let (from, to) = (range.start.max(start), range.end.min(end));
        if from < to {
            runs.push((*segment, from - start..to - start));
        }
        start = end;
    }
    runs
}

fn read_run(
    blobs: Arc<Blobs>,
    segment: Segment,
    run: Range<u64>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static {
    let file = None::<Arc<File>>;
    stream::try_unfold((blobs, file, run), move |(blobs, file, run)| async move {
        if run.is_empty() {
            return Ok(None);
        }
        let step = run.start..run.end.min(run.start + STEP);
        let rest = step.end..run.end;
        let (file, piece) = spawn_blocking({
            let blobs = Arc::clone(&blobs);
            move || {
                let file = match file {
                    Some(file) => file,
                    None => Arc::new(blobs.open_blob(segment.blob)?),
                };
                let mut piece = BytesMut::zeroed(
                    usize::try_from(step.end - step.start).map_err(io::Error::other)?,
                );
                file.read_exact_at(&mut piece, step.start)?;
                io::Result::Ok((file, piece.freeze()))
            }
        })
        .await??;
        Ok(Some((piece, (blobs, Some(file), rest))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cross_segments() {
        let blob = serde_json::from_str("\"6fa459ea-ee8a-3ca4-894e-db77e160355e\"").unwrap();
        let segments = [3, 0, 4, 5].map(|size| Segment { blob, size });
        let check = |range: Range<u64>, expected: &[(u64, Range<u64>)]| {
            let found: Vec<_> = overlapping(&segments, &range)
                .into_iter()
                .map(|(segment, run)| (segment.size, run))
                .collect();
            assert_eq!(found, expected, "{range:?}");
        };
        check(0..12, &[(3, 0..3), (4, 0..4), (5, 0..5)]);
        check(2..8, &[(3, 2..3), (4, 0..4), (5, 0..1)]);
        check(4..5, &[(4, 1..2)]);
        check(12..12, &[]);
    }
}
