//! The object that a copy names as its source.

use http::HeaderMap;
use iam::calls::{Slot, Template, When};
use s3s::dto::CopySource;

use super::exchange::Exchange;
use super::head::{CallHead, ObjectName, bucket_name, object_key, side_of};
use super::{encryption, fault};
use crate::api_error::ApiError;
use crate::authz::Particulars;
use crate::storage::Bucket;

/// What a copy reads.
pub(super) struct Source {
    pub(super) name: ObjectName,
    version: Option<String>,
    pub(super) stored: Option<Bucket>,
}

impl Source {
    /// What the request's header names, if it has one.
    ///
    /// # Errors
    /// A header that names no object.
    pub(super) fn read(exchange: &Exchange, headers: &HeaderMap) -> Result<Option<Self>, ApiError> {
        let Some(header) = headers
            .get("x-amz-copy-source")
            .and_then(|value| value.to_str().ok())
        else {
            return Ok(None);
        };
        let invalid = || {
            let message =
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
            fault::invalid_argument(message, "x-amz-copy-source", header)
        };
        match CopySource::parse(header).map_err(|_| invalid())? {
            CopySource::Bucket {
                bucket,
                key,
                version_id,
            } => {
                let name = ObjectName {
                    bucket: bucket_name(&bucket)?,
                    key: object_key(&key)?,
                };
                let stored = exchange.store().bucket(&name.bucket)?;
                Ok(Some(Self {
                    name,
                    version: version_id.map(Into::into),
                    stored,
                }))
            }
            CopySource::AccessPoint { .. } | CopySource::Outpost { .. } => Err(invalid()),
        }
    }

    /// What decisions depend on that concern the source.
    pub(super) fn add_to(
        &self,
        particulars: Particulars,
        head: &CallHead<'_>,
    ) -> Result<Particulars, ApiError> {
        let side = self
            .stored
            .as_ref()
            .map(side_of)
            .transpose()?
            .unwrap_or_default();
        let copies_tags = head.header("x-amz-tagging-directive") != Some("REPLACE");
        let source = head
            .exchange
            .store()
            .object(&self.name.bucket, &self.name.key)?;
        let attributes = source.map(|object| object.attributes).unwrap_or_default();
        let particulars = match &attributes.key {
            Some(key) => encryption::with_source_key(particulars, key)?,
            None => particulars,
        };
        Ok(particulars
            .name(Slot::SourceBucket, self.name.bucket.as_str())
            .name(Slot::SourceKey, self.name.key.as_str())
            .side([Template::SourceObject], &side)
            .when(When::SourceVersion, self.version.is_some())
            .when(When::NoSourceVersion, self.version.is_none())
            .when(When::CopiedTags, copies_tags && !attributes.tags.is_empty()))
    }
}
