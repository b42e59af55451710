//! Copying objects without reading them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Bucket, ETag, StoreError};

/// Octets that a copy source carries as they are.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// An object that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The version of the copy.
    pub etag: ETag,
}

impl Bucket {
    /// Copies the object `from` of this bucket to `key` of `target`, with all that is stored
    /// beside its bytes. S3 copies at most 5 GiB in one call.
    ///
    /// # Errors
    /// [`StoreError`]; the identity of `target` needs to read the one and write the other.
    pub async fn copy_to(
        &self,
        from: &str,
        target: &Self,
        key: &str,
    ) -> Result<Copied, StoreError> {
        let source = format!("{}/{}", self.name, utf8_percent_encode(from, UNRESERVED));
        let output = target
            .client
            .copy_object()
            .bucket(&target.name)
            .key(key)
            .copy_source(source)
            .set_expected_source_bucket_owner(self.owner.clone())
            .set_expected_bucket_owner(target.owner.clone())
            .send()
            .await
            .map_err(|error| target.failure("copy to", key, error))?;
        let etag = output.copy_object_result.and_then(|result| result.e_tag);
        let etag = etag.ok_or_else(|| target.lacking(key, "an entity tag"))?;
        Ok(Copied {
            etag: ETag::new(etag),
        })
    }
}
