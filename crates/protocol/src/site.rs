//! The layout of a private site in its bucket.
//!
//! ```text
//! sites/<id>/site.json                 pointer: which version is current; written last
//! sites/<id>/versions/<version>.json   the files of a version
//! sites/<id>/files/<sha256>            the contents, each once
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::keys;
use crate::names::BucketName;

/// A deployed site's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteId(
    // INVARIANT: one or more of [-0-9a-zA-Z!_.*'()], and neither `.` nor `..`
    String,
);

/// A name that no site can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no site name: letters, digits and -!_.*'() are expected")]
pub struct SiteIdError(String);

impl SiteId {
    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of the site's [`Pointer`].
    #[must_use]
    pub fn pointer_key(&self) -> String {
        format!("sites/{}/site.json", self.0)
    }

    /// The key of the [`Manifest`] of a version.
    #[must_use]
    pub fn manifest_key(&self, version: &str) -> String {
        format!("sites/{}/versions/{version}.json", self.0)
    }

    /// The key of a file's content.
    #[must_use]
    pub fn content_key(&self, sha256: &str) -> String {
        format!("sites/{}/files/{sha256}", self.0)
    }

    /// The prefix of all of the site's objects, with a slash at its end.
    #[must_use]
    pub fn folder(&self) -> String {
        format!("sites/{}/", self.0)
    }
}

impl TryFrom<String> for SiteId {
    type Error = SiteIdError;

    fn try_from(name: String) -> Result<Self, SiteIdError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-!_.*'()".contains(&b);
        if name.is_empty() || name == "." || name == ".." || !name.bytes().all(plain) {
            return Err(SiteIdError(name));
        }
        Ok(Self(name))
    }
}

impl std::str::FromStr for SiteId {
    type Err = SiteIdError;

    fn from_str(name: &str) -> Result<Self, SiteIdError> {
        name.to_owned().try_into()
    }
}

impl From<SiteId> for String {
    fn from(id: SiteId) -> Self {
        id.0
    }
}

impl std::fmt::Display for SiteId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which version of a private site is current.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pointer {
    /// See [`Manifest::version`].
    pub version: String,
    /// The key of the version's [`Manifest`].
    pub manifest_key: String,
}

/// The files of one version of a private site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Ascending by path.
    pub files: Vec<File>,
}

/// One file of a private site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Below the site's folder, without a leading slash.
    pub path: String,
    /// The digest of the content, in lower-case hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// The media type.
    pub content_type: String,
}

impl Manifest {
    /// The manifest of these files, in whatever order they come.
    #[must_use]
    pub fn new(mut files: Vec<File>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }

    /// The name of this version: the same files always have the same.
    #[must_use]
    pub fn version(&self) -> String {
        let mut digest = Sha256::new();
        for File {
            path,
            sha256,
            size,
            content_type,
        } in &self.files
        {
            for field in [path, sha256, &size.to_string(), content_type] {
                digest.update((field.len() as u64).to_le_bytes());
                digest.update(field);
            }
        }
        digest
            .finalize()
            .iter()
            .take(10)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The files by path.
    #[must_use]
    pub fn by_path(&self) -> BTreeMap<&str, &File> {
        self.files
            .iter()
            .map(|file| (file.path.as_str(), file))
            .collect()
    }
}

/// The site of a render, pinned: a later upload does not change what a running render sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Site {
    /// Read from the render's bucket with the function's role.
    Private {
        /// The site.
        id: SiteId,
        /// The version.
        version: String,
        /// Where its objects are, unless that is the render's bucket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        elsewhere: Option<Elsewhere>,
    },
    /// Opened at an http(s) address.
    Url(String),
}

/// A bucket other than the render's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Its name.
    pub bucket: String,
    /// Its region.
    pub region: String,
}

/// A serve URL as clients send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServeUrl {
    /// An http(s) address.
    Url(String),
    /// A site's name. It may be private or public: its pointer tells.
    Name(SiteId),
}

/// A serve URL that is neither an address nor a site's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServeUrlError {
    /// It looks like a source file.
    #[error("`{0}` is a path of source files: deploy the site and pass its name or address")]
    Source(String),
    /// No site can have that name.
    #[error(transparent)]
    Name(#[from] SiteIdError),
}

impl ServeUrl {
    /// Reads a serve URL. The address of a site in `bucket` counts as that site's name, since clients of a public
    /// bucket pass it.
    ///
    /// # Errors
    /// [`ServeUrlError`] if it is neither an http(s) address nor a possible name.
    pub fn parse(serve_url: &str, bucket: &str, region: &str) -> Result<Self, ServeUrlError> {
        if serve_url.starts_with("src/") {
            return Err(ServeUrlError::Source(serve_url.to_owned()));
        }
        if serve_url.starts_with("http://") || serve_url.starts_with("https://") {
            let own = own_site(serve_url, bucket, region);
            return Ok(own.map_or_else(|| Self::Url(serve_url.to_owned()), Self::Name));
        }
        Ok(Self::Name(serve_url.parse()?))
    }
}

/// The site, and the bucket of its region, whose address `url` is: that of any conventional bucket.
#[must_use]
pub fn site_elsewhere(url: &str) -> Option<(SiteId, Elsewhere)> {
    let (host, _) = url.strip_prefix("https://")?.split_once('/')?;
    let (bucket, rest) = host.split_once(".s3.")?;
    let region = rest.split('.').next()?;
    let id = own_site(url, bucket, region)?;
    let is_conventional = BucketName::from(bucket).region(&[region]).is_some();
    is_conventional.then(|| {
        let elsewhere = Elsewhere {
            bucket: bucket.to_owned(),
            region: region.to_owned(),
        };
        (id, elsewhere)
    })
}

fn own_site(url: &str, bucket: &str, region: &str) -> Option<SiteId> {
    let (_, end) = url.split_once("/sites/")?;
    let id = end.split('/').next()?.parse().ok()?;
    (keys::public_site_url(region, bucket, &SiteId::to_string(&id)) == url).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, sha256: &str) -> File {
        File {
            path: path.into(),
            sha256: sha256.into(),
            size: 3,
            content_type: "text/html".into(),
        }
    }

    #[test]
    fn a_version_is_named_by_its_content_alone() {
        let one = Manifest::new(vec![file("b", "2"), file("a", "1")]);
        assert_eq!(
            one.version(),
            Manifest::new(vec![file("a", "1"), file("b", "2")]).version()
        );
        assert_eq!(one.version().len(), 20);
        assert_ne!(
            one.version(),
            Manifest::new(vec![file("a", "1"), file("b", "3")]).version()
        );
        assert_ne!(
            Manifest::new(vec![file("ab", "1")]).version(),
            Manifest::new(vec![file("a", "b1")]).version()
        );
        let json = serde_json::to_value(&one).unwrap();
        assert_eq!(
            json["files"][0],
            serde_json::json!({"path":"a","sha256":"1","size":3,"contentType":"text/html"})
        );
    }

    #[test]
    fn sites_of_other_render_buckets_are_known_by_their_address() {
        let url =
            "https://remotionlambda-euwest1-abc.s3.eu-west-1.amazonaws.com/sites/demo/index.html";
        let (id, place) = site_elsewhere(url).unwrap();
        assert_eq!(id.as_str(), "demo");
        assert_eq!(
            (place.bucket.as_str(), place.region.as_str()),
            ("remotionlambda-euwest1-abc", "eu-west-1")
        );
        for other in [
            "https://remotionlambda-euwest1-abc.s3.us-east-1.amazonaws.com/sites/demo/index.html",
            "https://films.s3.eu-west-1.amazonaws.com/sites/demo/index.html",
            "https://remotionlambda-euwest1-abc.s3.eu-west-1.amazonaws.com/sites/demo/",
            "https://example.com/sites/demo/index.html",
        ] {
            assert_eq!(site_elsewhere(other), None, "{other}");
        }
    }

    #[test]
    fn serve_urls_are_addresses_names_or_wrong() {
        let parse = |url| ServeUrl::parse(url, "b", "us-east-1");
        assert_eq!(parse("demo"), Ok(ServeUrl::Name("demo".parse().unwrap())));
        assert_eq!(
            parse("http://x/demo/"),
            Ok(ServeUrl::Url("http://x/demo/".into()))
        );
        assert_eq!(
            parse("https://b.s3.us-east-1.amazonaws.com/sites/demo/index.html"),
            Ok(ServeUrl::Name("demo".parse().unwrap()))
        );
        let other = "https://c.s3.us-east-1.amazonaws.com/sites/demo/index.html";
        assert_eq!(parse(other), Ok(ServeUrl::Url(other.into())));
        for wrong in ["src/index.ts", "../x", "a/b", ""] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
