//! URLs that carry their own permission.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;

use crate::{Bucket, ErrorKind, StoreError};

const PRESIGN: &str = "presign";

impl Bucket {
    /// A URL by which anyone may read the object until `expires_in` has passed, or until the
    /// credentials that sign it have expired. S3 takes at most seven days.
    ///
    /// No request is made: a missing object, or one that the identity may not read, shows only
    /// when the URL is used.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] or [`ErrorKind::Inconsistent`] where nothing can be signed.
    pub async fn presign_get(&self, key: &str, expires_in: Duration) -> Result<String, StoreError> {
        let config = PresigningConfig::expires_in(expires_in).map_err(|error| {
            let kind = ErrorKind::Inconsistent(error.to_string());
            self.failure_of(PRESIGN, key, kind)
        })?;
        let request = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(key)
            .presigned(config)
            .await
            .map_err(|error| self.failure(PRESIGN, key, error))?;
        Ok(request.uri().to_owned())
    }
}
