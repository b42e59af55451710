//! One bucket as one identity sees it.

use std::fmt;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;

use crate::ErrorKind;

/// A bucket, and the client that speaks for the identity that uses it.
///
/// Clones share the connections.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) owner: Option<String>,
}

impl Bucket {
    /// The bucket `name`, whoever owns it.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
            owner: None,
        }
    }

    /// The same bucket, but every call fails unless `account` owns it.
    #[must_use]
    pub fn owned_by(mut self, account: impl Into<String>) -> Self {
        self.owner = Some(account.into());
        self
    }

    /// Another bucket as the same identity sees it, in `region` or in the same one.
    #[must_use]
    pub fn sibling(&self, name: impl Into<String>, region: Option<&str>) -> Self {
        let client = match region {
            Some(region) => {
                let config = self.client.config().to_builder();
                Client::from_conf(config.region(Region::new(region.to_owned())).build())
            }
            None => self.client.clone(),
        };
        Self::new(client, name)
    }

    /// The same bucket, asked in the region where it is. `key` is looked at for that; whatever else is said of it counts
    /// for nothing.
    pub async fn in_its_region(&self, key: &str) -> Self {
        let Err(error) = self.head(key).await else {
            return self.clone();
        };
        match error.kind() {
            ErrorKind::OtherRegion(region) => Self {
                owner: self.owner.clone(),
                ..self.sibling(&self.name, Some(region))
            },
            _ => self.clone(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client behind it, for calls that are not about objects.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// The version of an object's content, as S3 spells it, quotes included.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ETag(String);

impl ETag {
    /// An entity tag as a header or a listing spells it.
    pub fn new(spelling: impl Into<String>) -> Self {
        Self(spelling.into())
    }

    /// The spelling that conditions take.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
