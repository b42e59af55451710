//! Takes in the bytes of one object or part: to a staging file, past the digests, and checked before they count.

use std::io::{self, Write as _};
use std::sync::Arc;

use bytes::Bytes;
use md5::Digest as _;
use tokio::task::{JoinError, spawn_blocking};

use super::blob::{Blobs, PublishedBlob, StagedBlob};
use super::checksum::{Algorithm, Checksum, Claim, Hasher};

/// Bytes that are held in memory before they go to the file.
const BATCH: usize = 1 << 20;

/// The largest object that one request may bring, and the largest part: 5 GiB.
pub(crate) const LARGEST_UPLOAD: u64 = 5 << 30;

/// What a client says about the bytes that it sends. Each claim that is there must hold.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The length in bytes.
    pub(crate) length: Option<u64>,
    /// The MD5 of `Content-MD5`.
    pub(crate) md5: Option<[u8; 16]>,
    /// The checksum of a header or trailer.
    pub(crate) checksum: Option<Claim>,
}

/// The bytes are not what the client says, or could not be stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IngestError {
    /// More bytes than one request may bring.
    #[error("more than {LARGEST_UPLOAD} bytes in one request")]
    TooLarge,
    /// The body ended early or ran over.
    #[error("{received} bytes came, {claimed} were announced")]
    Length { claimed: u64, received: u64 },
    /// `Content-MD5` names other bytes.
    #[error("the content has another MD5 than the one given")]
    Md5,
    /// A checksum header or trailer names other bytes.
    #[error("the content has another {} than the one given", .0.name())]
    Checksum(Algorithm),
    /// The file could not be written.
    #[error("cannot write object bytes")]
    Io(#[from] io::Error),
    /// The thread that wrote the file panicked.
    #[error("the writer of object bytes failed")]
    Writer(#[from] JoinError),
}

/// Bytes that are durable and checked, but not yet an object. Dropping it removes them.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) blob: PublishedBlob,
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) md5: [u8; 16],
    /// Of all bytes, by the algorithm that was asked for.
    pub(crate) checksum: Checksum,
}

/// Bytes on their way in.
///
/// Memory is bounded by one batch, whatever comes; hashing and writing happen off the async threads.
pub(crate) struct Ingest {
    // INVARIANT: `None` only after a failed write, when no byte can be added any more.
    sink: Option<Box<Sink>>,
    batch: Vec<Bytes>,
    batched: usize,
    length: u64,
}

struct Sink {
    file: StagedBlob,
    digests: Digests,
}

/// The digests of bytes that come in pieces.
pub(crate) struct Digests {
    length: u64,
    md5: md5::Md5,
    hasher: Hasher,
    algorithm: Algorithm,
}

/// What the digests came to.
struct Computed {
    length: u64,
    md5: [u8; 16],
    raw: Vec<u8>,
}

impl Ingest {
    /// Begins with no byte, taking a checksum by `algorithm` besides the MD5.
    pub(crate) async fn begin(
        blobs: &Arc<Blobs>,
        algorithm: Algorithm,
    ) -> Result<Self, IngestError> {
        let blobs = Arc::clone(blobs);
        let file = spawn_blocking(move || blobs.stage()).await??;
        let sink = Sink {
            file,
            digests: Digests::new(algorithm),
        };
        Ok(Self {
            sink: Some(Box::new(sink)),
            batch: Vec::new(),
            batched: 0,
            length: 0,
        })
    }

    /// Takes in the next bytes.
    ///
    /// # Errors
    /// [`IngestError::TooLarge`] beyond 5 GiB; [`IngestError::Io`] if the disk refuses.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), IngestError> {
        self.length += bytes.len() as u64;
        if self.length > LARGEST_UPLOAD {
            return Err(IngestError::TooLarge);
        }
        self.batched += bytes.len();
        self.batch.push(bytes);
        if self.batched >= BATCH {
            self.flush().await
        } else {
            Ok(())
        }
    }

    async fn flush(&mut self) -> Result<(), IngestError> {
        let Some(mut sink) = self.sink.take() else {
            return Err(IngestError::Io(io::ErrorKind::BrokenPipe.into()));
        };
        let batch = std::mem::take(&mut self.batch);
        self.batched = 0;
        let sink = spawn_blocking(move || {
            sink.take_in(&batch)?;
            io::Result::Ok(sink)
        });
        self.sink = Some(sink.await??);
        Ok(())
    }

    /// Checks the claims and makes the bytes durable.
    ///
    /// # Errors
    /// The claim that does not hold; nothing of the bytes is left then.
    pub(crate) async fn finish(mut self, claims: &Claims) -> Result<Content, IngestError> {
        self.flush().await?;
        let Some(sink) = self.sink.take() else {
            return Err(IngestError::Io(io::ErrorKind::BrokenPipe.into()));
        };
        let Sink { file, digests } = *sink;
        let algorithm = digests.algorithm;
        let computed = digests.finish();
        claims.check(algorithm, &computed)?;
        let blob = spawn_blocking(move || file.publish()).await??;
        Ok(Content {
            blob,
            size: computed.length,
            md5: computed.md5,
            checksum: Checksum::full(algorithm, &computed.raw),
        })
    }
}

impl Sink {
    fn take_in(&mut self, batch: &[Bytes]) -> io::Result<()> {
        for bytes in batch {
            self.digests.update(bytes);
            self.file.write_all(bytes)?;
        }
        Ok(())
    }
}

impl Digests {
    /// Digests of no byte: MD5, and a checksum by `algorithm`.
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self {
            length: 0,
            md5: md5::Md5::new(),
            hasher: Hasher::new(algorithm),
            algorithm,
        }
    }

    /// Takes in the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.md5.update(bytes);
        self.hasher.update(bytes);
    }

    /// Whether the claims hold of all bytes taken in.
    ///
    /// # Errors
    /// The claim that does not hold.
    pub(crate) fn check(self, claims: &Claims) -> Result<(), IngestError> {
        claims.check(self.algorithm, &self.finish())
    }

    fn finish(self) -> Computed {
        Computed {
            length: self.length,
            md5: self.md5.finalize().into(),
            raw: self.hasher.finish(),
        }
    }
}

impl Claims {
    fn check(&self, algorithm: Algorithm, computed: &Computed) -> Result<(), IngestError> {
        if let Some(claimed) = self.length
            && claimed != computed.length
        {
            let received = computed.length;
            return Err(IngestError::Length { claimed, received });
        }
        if self.md5.is_some_and(|claimed| claimed != computed.md5) {
            return Err(IngestError::Md5);
        }
        match &self.checksum {
            // A claim by another algorithm than the one computed was never checked, so it does not hold.
            Some(claim) if claim.algorithm != algorithm || claim.value != computed.raw => {
                Err(IngestError::Checksum(claim.algorithm))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::blob::Durability;
    use super::*;
    use crate::fault::FaultPlan;

    async fn ingest(
        pieces: &[&'static [u8]],
        claims: &Claims,
    ) -> (Result<Content, IngestError>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(
            folder.path().to_owned(),
            Durability::Volatile,
            FaultPlan::none(),
        )
        .unwrap();
        let mut ingest = Ingest::begin(&blobs, Algorithm::Crc32).await.unwrap();
        for piece in pieces {
            ingest.write(Bytes::from_static(piece)).await.unwrap();
        }
        (ingest.finish(claims).await, folder)
    }

    fn files(folder: &std::path::Path) -> usize {
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { files(&path) } else { 1 })
            .sum()
    }

    fn claims() -> Claims {
        Claims {
            length: Some(9),
            md5: Some(md5::Md5::digest(b"123456789").into()),
            checksum: Some(Claim::parse(Algorithm::Crc32, "y/Q5Jg==").unwrap()),
        }
    }

    #[tokio::test]
    async fn bytes_that_match_every_claim_are_kept() {
        let (content, folder) = ingest(&[b"1234", b"", b"56789"], &claims()).await;
        let content = content.unwrap();
        assert_eq!(
            (content.size, content.checksum.value.as_str()),
            (9, "y/Q5Jg==")
        );
        assert_eq!(files(folder.path()), 1);
    }

    #[tokio::test]
    async fn bytes_that_miss_a_claim_leave_nothing() {
        let length = Claims {
            length: Some(10),
            ..claims()
        };
        let md5 = Claims {
            md5: Some([0; 16]),
            ..claims()
        };
        let checksum = Claims {
            checksum: Some(Claim {
                algorithm: Algorithm::Crc32,
                value: vec![0; 4],
            }),
            ..claims()
        };
        let unchecked = Claims {
            checksum: Some(Claim {
                algorithm: Algorithm::Sha1,
                value: vec![0; 20],
            }),
            ..claims()
        };
        for wrong in [length, md5, checksum, unchecked] {
            let (content, folder) = ingest(&[b"123456789"], &wrong).await;
            assert!(content.is_err(), "{wrong:?}");
            assert_eq!(files(folder.path()), 0, "{wrong:?}");
        }
    }
}
