//! Listing the uploads under way.

use std::ops::Bound;

use super::list::{Entry, Listing, Page, key_of};
use super::name::{BucketName, UploadId};
use super::record::Upload;
use super::store::ObjectStore;
use super::table::{StorageError, UPLOADS, past};
use crate::state::{StateError, decode};

impl ObjectStore {
    /// Lists the uploads under way in a bucket, by key and then by id.
    ///
    /// `listing.after` names a key; with `after_id` uploads of that key follow which have a greater id.
    pub(crate) fn uploads(
        &self,
        bucket: &BucketName,
        listing: &Listing,
        after_id: Option<&UploadId>,
    ) -> Result<Page<(UploadId, Upload)>, StorageError> {
        let uploads = self
            .state()
            .read()?
            .open_table(UPLOADS)
            .map_err(StateError::from)?;
        let after_id = listing.after.as_deref().zip(after_id);
        let start = match (after_id, listing.start()) {
            (Some((key, id)), _) => {
                Bound::Excluded((key.as_bytes().to_vec(), id.as_str().to_owned()))
            }
            // No id is that great.
            (None, Bound::Excluded(key)) => Bound::Excluded((key, "\u{10FFFF}".to_owned())),
            (None, Bound::Included(key)) => Bound::Included((key, String::new())),
            (None, Bound::Unbounded) => Bound::Included((Vec::new(), String::new())),
        };
        let start = start
            .as_ref()
            .map(|(key, id)| (bucket.as_str(), key.as_slice(), id.as_str()));
        let end = past(&listing.prefix);
        let end = Bound::Excluded((bucket.as_str(), end.as_slice(), ""));
        let mut entries: Vec<Entry<(UploadId, Upload)>> = Vec::new();
        for entry in uploads.range::<(&str, &[u8], &str)>((start, end))? {
            let (name, upload) = entry?;
            let (_, key, id) = name.value();
            let key = key_of(key)?;
            let common = listing.common_prefix(key.as_str());
            if common.is_some() && common == entries.last().map(Entry::name) {
                continue;
            }
            if entries.len() == listing.limit {
                return Ok(Page {
                    entries,
                    truncated: listing.limit > 0,
                });
            }
            entries.push(match common {
                Some(common) => Entry::CommonPrefix(common.to_owned()),
                None => Entry::Item {
                    item: (UploadId::from_wire(id), decode(&UPLOADS, upload.value())?),
                    key,
                },
            });
        }
        Ok(Page {
            entries,
            truncated: false,
        })
    }
}
