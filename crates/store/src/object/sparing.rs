//! Reads of ranges for players and decoders, which ask for much, stop anywhere, and come back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};

use super::range::ByteRange;
use super::read::ObjectHead;
use crate::{Bucket, ErrorKind, StoreError};

/// Requests begin at multiples of this many bytes, which is also what the first after a jump asks for.
const BLOCK: u64 = 64 << 10;
/// No request asks for more blocks.
const LARGEST_WINDOW: u64 = 16;
/// Requests of so many blocks at most are kept: what is read after a jump, such as heads and indexes.
const KEPT_WINDOW: u64 = 4;
/// Bytes that are kept of all objects together.
const KEPT_BYTES: usize = 16 << 20;

/// What sparing reads of objects keep, so that opening an object once more costs nothing.
///
/// Objects must not change while this lives, nor be read with the rights of several identities.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    objects: HashMap<String, KeptObject>,
    bytes: usize,
}

#[derive(Debug)]
struct KeptObject {
    head: ObjectHead,
    /// By number.
    blocks: HashMap<u64, Bytes>,
}

/// A range of an object whose bytes are read as they are taken.
#[derive(Debug)]
pub struct SparingObject {
    head: ObjectHead,
    first: u64,
    length: u64,
    reader: Reader,
}

impl Bucket {
    /// Opens a range of an object for a reader that may stop anywhere, as players and decoders do.
    ///
    /// What is on its way has been paid for, so the range is asked for in windows that grow as the reader goes on:
    /// whoever stops has cost about as much again as it read, and never more than a mebibyte too many. What the first
    /// windows brought is kept, and read from there the next time.
    ///
    /// # Errors
    /// [`ErrorKind::Range`] when no byte of the object is meant.
    pub async fn get_range_sparingly(
        &self,
        key: &str,
        range: ByteRange,
        kept: &Arc<Kept>,
    ) -> Result<SparingObject, StoreError> {
        let name = format!("{}/{key}", self.name);
        let head = match (kept.head(&name), range) {
            (Some(head), _) => head,
            (None, ByteRange::From(first) | ByteRange::Between(first, _)) => {
                let from = first - first % BLOCK;
                let asked = ByteRange::Between(from, from + BLOCK - 1);
                let object = Box::pin(self.get_range(key, asked)).await?;
                let head = object.head().clone();
                kept.keep(&name, &head, from / BLOCK, &object.into_bytes().await?);
                head
            }
            (None, ByteRange::Last(_)) => Box::pin(self.head(key)).await?,
        };
        let meant = range.within(head.size);
        let (first, last) = meant.ok_or_else(|| self.failure_of("read", key, ErrorKind::Range))?;
        let reader = Reader {
            bucket: self.clone(),
            key: key.to_owned(),
            name,
            head: head.clone(),
            kept: Arc::clone(kept),
            next: first,
            end: last + 1,
            blocks_read: 0,
            window: None,
        };
        Ok(SparingObject {
            head,
            first,
            length: last - first + 1,
            reader,
        })
    }
}

impl SparingObject {
    /// What S3 says about the whole object.
    pub fn head(&self) -> &ObjectHead {
        &self.head
    }

    /// The first byte of the object that is meant.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many bytes are meant.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes as they come: exactly [`length`](Self::length), or an error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static {
        stream::try_unfold(self.reader, Reader::advance)
    }
}

/// What is left of a range.
struct Reader {
    bucket: Bucket,
    key: String,
    /// The object's, in what is kept.
    name: String,
    head: ObjectHead,
    kept: Arc<Kept>,
    /// The byte that comes next.
    next: u64,
    /// The byte behind the last.
    end: u64,
    /// Blocks that the reader has taken, which tells how far it may go on.
    blocks_read: u64,
    /// A large window under way.
    window: Option<BoxStream<'static, Result<Bytes, StoreError>>>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Reader")
            .field("object", &self.name)
            .field("bytes", &(self.next..self.end))
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// The next piece, and the reader behind it.
    async fn advance(mut self) -> Result<Option<(Bytes, Self)>, StoreError> {
        while self.next < self.end {
            if let Some(window) = &mut self.window {
                match window.try_next().await? {
                    Some(piece) => return Ok(Some(self.give(piece))),
                    None => self.window = None,
                }
                continue;
            }
            let (block, offset) = (self.next / BLOCK, self.next % BLOCK);
            if let Some(bytes) = self.kept.block(&self.name, block) {
                self.blocks_read += 1;
                // A block is never longer than the range of its offsets.
                let piece = bytes.slice(bytes.len().min(offset as usize)..);
                return Ok(Some(self.give(piece)));
            }
            self.ask(block).await?;
        }
        Ok(None)
    }

    /// Asks for the window that begins with `block`, and keeps it if it is small.
    async fn ask(&mut self, block: u64) -> Result<(), StoreError> {
        let wanted = self.blocks_read.clamp(1, LARGEST_WINDOW);
        let last = (self.end - 1) / BLOCK;
        let blocks = wanted.min(last - block + 1);
        let small = blocks <= KEPT_WINDOW;
        let from = if small { block * BLOCK } else { self.next };
        let end = self.head.size.min((block + blocks) * BLOCK);
        let range = ByteRange::Between(from, end - 1);
        let etag = &self.head.etag;
        let object = Box::pin(self.bucket.get_range_of(&self.key, etag, range)).await?;
        if small {
            let bytes = object.into_bytes().await?;
            self.kept.keep(&self.name, &self.head, block, &bytes);
        } else {
            self.blocks_read += blocks;
            self.window = Some(object.into_stream().boxed());
        }
        Ok(())
    }

    /// What of `piece`, which begins at the next byte, is meant.
    fn give(mut self, mut piece: Bytes) -> (Bytes, Self) {
        let left = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
        piece.truncate(left);
        self.next += piece.len() as u64;
        (piece, self)
    }
}

impl Kept {
    fn head(&self, name: &str) -> Option<ObjectHead> {
        let contents = self.lock();
        contents.objects.get(name).map(|object| object.head.clone())
    }

    fn block(&self, name: &str, block: u64) -> Option<Bytes> {
        self.lock().objects.get(name)?.blocks.get(&block).cloned()
    }

    /// Keeps `bytes`, which begin with `block`. When there is no more room everything before goes.
    fn keep(&self, name: &str, head: &ObjectHead, block: u64, bytes: &Bytes) {
        let mut contents = self.lock();
        if contents.bytes + bytes.len() > KEPT_BYTES {
            *contents = Contents::default();
        }
        contents.bytes += bytes.len();
        let object = contents
            .objects
            .entry(name.to_owned())
            .or_insert_with(|| KeptObject {
                head: head.clone(),
                blocks: HashMap::new(),
            });
        let mut replaced = 0;
        for (number, from) in (block..).zip((0..bytes.len()).step_by(BLOCK as usize)) {
            let to = bytes.len().min(from + BLOCK as usize);
            let before = object.blocks.insert(number, bytes.slice(from..to));
            replaced += before.map_or(0, |bytes| bytes.len());
        }
        contents.bytes -= replaced;
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        // A panic elsewhere leaves what is kept usable: counts may be too high, contents are whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
