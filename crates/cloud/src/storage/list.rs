//! Listing keys, page by page, with those behind a delimiter rolled up.

use std::ops::Bound;
use std::sync::Arc;

use redb::{ReadableTable, TableHandle as _};
use serde::de::Error as _;

use super::name::{BucketName, ObjectKey};
use super::record::Object;
use super::store::ObjectStore;
use super::table::{OBJECTS, StorageError, past};
use crate::state::{StateError, decode};

/// Which keys to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Keys begin with it.
    pub(crate) prefix: String,
    /// Keys that hold it behind the prefix are rolled up to what goes up to and including it. Not empty.
    pub(crate) delimiter: Option<String>,
    /// Entries come strictly after it, rolled-up ones too.
    pub(crate) after: Option<String>,
    /// How many entries a page holds at most.
    pub(crate) limit: usize,
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page<T> {
    /// Ascending by the bytes of [`Entry::name`].
    pub(crate) entries: Vec<Entry<T>>,
    /// Whether entries follow; those come after the last one of this page.
    pub(crate) truncated: bool,
}

/// A key or the common beginning of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry<T> {
    /// A key and what is there.
    Item { key: ObjectKey, item: T },
    /// A common prefix, delimiter included.
    CommonPrefix(String),
}

impl<T> Entry<T> {
    /// The key or the prefix, by which entries are ordered and continued after.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Item { key, .. } => key.as_str(),
            Self::CommonPrefix(prefix) => prefix,
        }
    }
}

impl Listing {
    /// What `key` is rolled up to, if it is.
    pub(super) fn common_prefix<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.delimiter.as_deref()?;
        let rest = key.strip_prefix(self.prefix.as_str())?;
        let end = self.prefix.len() + rest.find(delimiter)? + delimiter.len();
        Some(&key[..end])
    }

    /// Where to look for the first entry.
    pub(super) fn start(&self) -> Bound<Vec<u8>> {
        let first = Bound::Included(self.prefix.as_bytes().to_vec());
        match &self.after {
            Some(after) if after.as_str() >= self.prefix.as_str() => {
                match self.common_prefix(after) {
                    Some(listed) => Bound::Included(past(listed)),
                    None => Bound::Excluded(after.as_bytes().to_vec()),
                }
            }
            _ => first,
        }
    }
}

impl ObjectStore {
    /// Lists the objects of a bucket. Work is bounded by the entries listed, not by the keys rolled up.
    pub(crate) async fn list(
        &self,
        bucket: BucketName,
        listing: Listing,
    ) -> Result<Page<Object>, StorageError> {
        let read = self.state().read()?;
        let page = tokio::task::spawn_blocking(move || {
            list(&read.open_table(OBJECTS)?, bucket.as_str(), &listing)
        });
        Ok(page.await??)
    }
}

fn list(
    objects: &impl ReadableTable<(&'static str, &'static [u8]), &'static [u8]>,
    bucket: &str,
    listing: &Listing,
) -> Result<Page<Object>, StateError> {
    let end = past(&listing.prefix);
    let mut entries = Vec::new();
    let mut start = listing.start();
    loop {
        let bounds = (
            in_bucket(bucket, &start),
            Bound::Excluded((bucket, end.as_slice())),
        );
        if is_empty(&start, &end) {
            return Ok(Page {
                entries,
                truncated: false,
            });
        }
        let mut behind = None;
        for entry in objects.range::<(&str, &[u8])>(bounds)? {
            if entries.len() == listing.limit {
                return Ok(Page {
                    entries,
                    truncated: listing.limit > 0,
                });
            }
            let (name, object) = entry?;
            let key = key_of(name.value().1)?;
            if let Some(common) = listing.common_prefix(key.as_str()) {
                entries.push(Entry::CommonPrefix(common.to_owned()));
                behind = Some(past(common));
                break;
            }
            entries.push(Entry::Item {
                key,
                item: decode(&OBJECTS, object.value())?,
            });
        }
        match behind {
            Some(behind) => start = Bound::Included(behind),
            None => {
                return Ok(Page {
                    entries,
                    truncated: false,
                });
            }
        }
    }
}

fn in_bucket<'a>(bucket: &'a str, bound: &'a Bound<Vec<u8>>) -> Bound<(&'a str, &'a [u8])> {
    match bound {
        Bound::Included(key) => Bound::Included((bucket, key)),
        Bound::Excluded(key) => Bound::Excluded((bucket, key)),
        Bound::Unbounded => Bound::Unbounded,
    }
}

fn is_empty(start: &Bound<Vec<u8>>, end: &[u8]) -> bool {
    match start {
        Bound::Included(start) | Bound::Excluded(start) => start.as_slice() >= end,
        Bound::Unbounded => false,
    }
}

/// The key of a stored object.
pub(super) fn key_of(bytes: &[u8]) -> Result<ObjectKey, StateError> {
    // Keys go in as checked text. Should one come out as something else, the database is damaged.
    let damaged = |reason: &dyn std::fmt::Display| StateError::Entry {
        table: OBJECTS.name().to_owned(),
        source: Arc::new(serde_json::Error::custom(reason)),
    };
    let key = std::str::from_utf8(bytes).map_err(|error| damaged(&error))?;
    ObjectKey::parse(key).map_err(|error| damaged(&error))
}
