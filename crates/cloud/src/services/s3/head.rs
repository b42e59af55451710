//! What the head of an S3 request says: names, circumstances and condition keys.

use http::HeaderMap;
use iam::Policy;
use iam::calls::{Slot, Template, When};
use iam::policy::Kind;
use s3s::path::S3Path;

use super::copy_source::Source;
use super::exchange::Exchange;
use super::{acl, encryption, fault};
use crate::api_error::ApiError;
use crate::authz::{Particulars, ResourceSide};
use crate::events::of_s3;
use crate::incoming::query_pairs;
use crate::storage::{Bucket, BucketName, KeyArn, ObjectKey, UploadId, UploadName};

/// An object by the names of its bucket and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectName {
    pub(crate) bucket: BucketName,
    pub(crate) key: ObjectKey,
}

/// Everything that is known of a call before a byte of its body is read.
pub(super) struct CallHead<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) headers: &'a HeaderMap,
    path: &'a S3Path,
    query: Vec<(String, String)>,
    /// The bucket as stored, if the request names one that exists.
    stored: Option<Bucket>,
    source: Option<Source>,
}

impl<'a> CallHead<'a> {
    /// Reads the head and looks up the buckets that it names.
    ///
    /// # Errors
    /// A name that no bucket can have, or an owner other than the one expected.
    pub(super) fn read(
        exchange: &'a Exchange,
        path: &'a S3Path,
        headers: &'a HeaderMap,
    ) -> Result<Self, ApiError> {
        let stored = match path.get_bucket_name() {
            Some(name) => exchange.store().bucket(&bucket_name(name)?)?,
            None => None,
        };
        let source = Source::read(exchange, headers)?;
        let head = Self {
            exchange,
            headers,
            path,
            query: query_pairs(exchange.request().head().raw_query()).collect(),
            stored,
            source,
        };
        head.exchange.request().trail().asked_for(head.parameters());
        head.expect_owner("x-amz-expected-bucket-owner", head.stored.as_ref())?;
        let source = head
            .source
            .as_ref()
            .and_then(|source| source.stored.as_ref());
        head.expect_owner("x-amz-source-expected-bucket-owner", source)?;
        Ok(head)
    }

    /// What the record says about the request.
    fn parameters(&self) -> Option<serde_json::Value> {
        let bucket = self.path.get_bucket_name()?;
        Some(of_s3(bucket, self.path.get_object_key(), &self.query))
    }

    fn expect_owner(&self, header: &str, bucket: Option<&Bucket>) -> Result<(), ApiError> {
        match self.header(header) {
            Some(expected)
                if bucket.is_some() && expected != self.exchange.core().account.as_str() =>
            {
                Err(fault::access_denied())
            }
            _ => Ok(()),
        }
    }

    /// The bucket that the request names.
    pub(super) fn bucket(&self) -> Result<BucketName, ApiError> {
        let name = self
            .path
            .get_bucket_name()
            .ok_or_else(|| fault::invalid_request("no bucket is named"))?;
        bucket_name(name)
    }

    /// The object that the request names.
    pub(super) fn object(&self) -> Result<ObjectName, ApiError> {
        let key = self
            .path
            .get_object_key()
            .ok_or_else(|| fault::invalid_request("no key is named"))?;
        Ok(ObjectName {
            bucket: self.bucket()?,
            key: object_key(key)?,
        })
    }

    /// The object that a copy reads.
    pub(super) fn source(&self) -> Result<ObjectName, ApiError> {
        let source = self
            .source
            .as_ref()
            .ok_or_else(|| fault::invalid_request("no copy source is named"))?;
        Ok(source.name.clone())
    }

    /// The name of a bucket that does not exist.
    pub(super) fn missing_bucket(&self) -> Option<BucketName> {
        let source = self
            .source
            .as_ref()
            .filter(|source| source.stored.is_none());
        let named = self.bucket().ok().filter(|_| self.stored.is_none());
        source.map(|source| source.name.bucket.clone()).or(named)
    }

    /// The region of the bucket that the request names, if it exists.
    pub(super) fn region(&self) -> Option<&str> {
        self.stored.as_ref().map(|bucket| bucket.region.as_str())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// What the decisions about this call depend on, as far as the head tells.
    pub(super) fn particulars(&self) -> Result<Particulars, ApiError> {
        self.particulars_of_version(self.parameter("versionId").is_some())
    }

    /// The same where the body tells whether a version is named.
    pub(super) fn particulars_of_version(&self, versioned: bool) -> Result<Particulars, ApiError> {
        let mut particulars = Particulars::new();
        if let Some(bucket) = self.path.get_bucket_name() {
            particulars = particulars.name(Slot::Bucket, bucket);
        }
        if let Some(key) = self.path.get_object_key() {
            particulars = particulars.name(Slot::Key, key);
        }
        if let Some(bucket) = &self.stored {
            particulars = particulars.side([Template::Bucket], &acl::side_of_bucket(bucket)?);
            let of_object = match self.path.get_object_key() {
                Some(_) => acl::side_of_object(self.exchange, bucket, &self.object()?)?,
                None => side_of(bucket)?,
            };
            particulars = particulars.side([Template::Object], &of_object);
        }
        if let Some(source) = &self.source {
            particulars = source.add_to(particulars, self)?;
        }
        if let Some(key) = self.key()? {
            particulars = encryption::with_key(particulars, &key)?;
        }
        Ok(self.keys(self.circumstances(particulars, versioned)))
    }

    /// The KMS key of the object that the request names: of an upload that is under way, of what is read, or of what is
    /// to be written.
    fn key(&self) -> Result<Option<KeyArn>, ApiError> {
        let (Some(bucket), Some(_)) = (&self.stored, self.path.get_object_key()) else {
            return Ok(None);
        };
        let ObjectName { bucket: name, key } = self.object()?;
        let store = self.exchange.store();
        if let Some(id) = self.parameter("uploadId") {
            let upload = store.upload(&UploadName {
                bucket: name,
                key,
                id: UploadId::from_wire(id),
            })?;
            return Ok(upload.and_then(|upload| upload.attributes.key));
        }
        if self.exchange.request().head().method.is_safe() {
            let object = store.object(&name, &key)?;
            return Ok(object.and_then(|object| object.attributes.key));
        }
        // What the headers ask for in vain is told when the write is allowed.
        let asked = encryption::of_write(self.exchange, self.headers, bucket);
        Ok(asked.ok().flatten())
    }

    fn circumstances(&self, particulars: Particulars, versioned: bool) -> Particulars {
        let has = |name: &str| self.headers.contains_key(name);
        let granted = self
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("x-amz-grant-"));
        particulars
            .when(When::Acl, has("x-amz-acl") || granted)
            .when(When::Tags, has("x-amz-tagging"))
            .when(When::Version, versioned)
            .when(When::NoVersion, !versioned)
            .when(
                When::Retention,
                has("x-amz-object-lock-mode") || has("x-amz-object-lock-retain-until-date"),
            )
            .when(When::LegalHold, has("x-amz-object-lock-legal-hold"))
            .when(
                When::BypassGovernance,
                has("x-amz-bypass-governance-retention"),
            )
            .when(
                When::ObjectLock,
                self.header("x-amz-bucket-object-lock-enabled") == Some("true"),
            )
            .when(When::Ownership, has("x-amz-object-ownership"))
    }

    fn keys(&self, mut particulars: Particulars) -> Particulars {
        for (key, header) in HEADER_KEYS {
            particulars = particulars.key_if(key, self.header(header));
        }
        for (key, parameter) in QUERY_KEYS {
            particulars = particulars.key_if(key, self.parameter(parameter));
        }
        let tags: Vec<_> = self
            .header("x-amz-tagging")
            .into_iter()
            .flat_map(query_pairs)
            .collect();
        for (key, value) in &tags {
            particulars = particulars.key(&format!("s3:RequestObjectTag/{key}"), value);
        }
        particulars.keys(
            "s3:RequestObjectTagKeys",
            tags.into_iter().map(|(key, _)| key),
        )
    }
}

/// Condition keys that are the value of a header.
const HEADER_KEYS: [(&str, &str); 19] = [
    ("s3:x-amz-acl", "x-amz-acl"),
    ("s3:x-amz-grant-full-control", "x-amz-grant-full-control"),
    ("s3:x-amz-grant-read", "x-amz-grant-read"),
    ("s3:x-amz-grant-read-acp", "x-amz-grant-read-acp"),
    ("s3:x-amz-grant-write", "x-amz-grant-write"),
    ("s3:x-amz-grant-write-acp", "x-amz-grant-write-acp"),
    ("s3:x-amz-storage-class", "x-amz-storage-class"),
    (
        "s3:x-amz-server-side-encryption",
        "x-amz-server-side-encryption",
    ),
    (
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-aws-kms-key-id",
    ),
    ("s3:x-amz-copy-source", "x-amz-copy-source"),
    ("s3:x-amz-metadata-directive", "x-amz-metadata-directive"),
    ("s3:x-amz-object-ownership", "x-amz-object-ownership"),
    ("s3:if-none-match", "if-none-match"),
    ("s3:if-match", "if-match"),
    (
        "s3:x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-customer-algorithm",
    ),
    (
        "s3:x-amz-website-redirect-location",
        "x-amz-website-redirect-location",
    ),
    (
        "s3:object-lock-retain-until-date",
        "x-amz-object-lock-retain-until-date",
    ),
    ("s3:object-lock-mode", "x-amz-object-lock-mode"),
    ("s3:object-lock-legal-hold", "x-amz-object-lock-legal-hold"),
];

/// Condition keys that are the value of a query parameter.
const QUERY_KEYS: [(&str, &str); 4] = [
    ("s3:prefix", "prefix"),
    ("s3:delimiter", "delimiter"),
    ("s3:max-keys", "max-keys"),
    ("s3:VersionId", "versionId"),
];

/// The bucket's part in a decision.
///
/// # Errors
/// A stored policy that cannot be read: nothing is decided then.
pub(crate) fn side_of(bucket: &Bucket) -> Result<ResourceSide, ApiError> {
    let policy = bucket
        .policy
        .as_deref()
        .map(|text| Policy::parse(bucket.name.as_str(), text, Kind::Resource));
    let policy = policy
        .transpose()
        .map_err(|error| fault::internal(&error))?;
    let restrict = bucket
        .public_access_block
        .is_some_and(|block| block.restrict_public_buckets);
    Ok(ResourceSide {
        owner: None,
        policy,
        restrict_public_buckets: restrict,
    })
}

/// A bucket's name as the API takes it.
pub(super) fn bucket_name(name: &str) -> Result<BucketName, ApiError> {
    BucketName::parse(name).map_err(|_| {
        ApiError::bad_request("InvalidBucketName", "The specified bucket is not valid.")
            .with("BucketName", name)
    })
}

/// A key as the API takes it.
pub(super) fn object_key(key: &str) -> Result<ObjectKey, ApiError> {
    ObjectKey::parse(key).map_err(|_| {
        ApiError::bad_request("KeyTooLongError", "Your key is too long")
            .with("Size", key.len().to_string())
            .with("MaxSizeAllowed", ObjectKey::LONGEST.to_string())
    })
}
