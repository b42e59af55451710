//! SITE: a folder, an address, or a name.

use std::path::PathBuf;

use deploy::site::{SiteId, SiteIdError};

/// What SITE names.
#[derive(Debug, PartialEq)]
pub(crate) enum Site {
    /// A folder with a bundle, to be uploaded.
    Folder(PathBuf),
    /// An http(s) address.
    Address(String),
    /// A site that is deployed.
    Name(SiteId),
}

/// SITE is none of them.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{site}` is neither a folder nor an http(s) address, nor can a site have that name")]
#[diagnostic(help("give the folder that `npx remotion bundle` makes, usually `build`"))]
pub(crate) struct UnknownSite {
    site: String,
    #[source]
    source: SiteIdError,
}

impl UnknownSite {
    /// The folder's name gives none.
    pub(crate) fn new(folder: &std::path::Path, source: SiteIdError) -> Self {
        Self {
            site: folder.display().to_string(),
            source,
        }
    }
}

impl Site {
    /// A folder wins over a name: what is there is meant.
    pub(crate) fn resolve(site: &str) -> Result<Self, UnknownSite> {
        if site.starts_with("http://") || site.starts_with("https://") {
            return Ok(Self::Address(site.to_owned()));
        }
        let path = PathBuf::from(site);
        if path.is_dir() || site.contains('/') || site.starts_with('.') {
            return Ok(Self::Folder(path));
        }
        site.parse().map(Self::Name).map_err(|source| UnknownSite {
            site: site.to_owned(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Site;

    #[test]
    fn a_site_is_a_folder_an_address_or_a_name() {
        assert_eq!(
            Site::resolve("https://x/y").unwrap(),
            Site::Address("https://x/y".into())
        );
        assert_eq!(
            Site::resolve("./build").unwrap(),
            Site::Folder("./build".into())
        );
        assert_eq!(Site::resolve("src").unwrap(), Site::Folder("src".into()));
        assert_eq!(
            Site::resolve("my-site").unwrap(),
            Site::Name("my-site".parse().unwrap())
        );
        assert!(Site::resolve("my site").is_err());
    }
}
