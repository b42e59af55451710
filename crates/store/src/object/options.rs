//! What is stored beside an object's bytes.

use aws_sdk_s3::types::StorageClass;

/// What a write says about the object, all optional.
///
/// Content types default to S3's own, `binary/octet-stream`. No write sets an access control
/// list: buckets are private and enforce their owner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PutOptions {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// S3's name of a storage class.
    pub storage_class: Option<String>,
}

impl PutOptions {
    /// Options that name a content type alone.
    pub fn content_type(content_type: impl Into<String>) -> Self {
        Self {
            content_type: Some(content_type.into()),
            ..Self::default()
        }
    }

    /// Options of a JSON document.
    pub fn json() -> Self {
        Self::content_type("application/json")
    }

    pub(crate) fn storage_class(&self) -> Option<StorageClass> {
        self.storage_class.as_deref().map(StorageClass::from)
    }
}
