//! A Remotion bundle on disk.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::content_type;
use crate::digest::{self, hex};

/// The page protocol that renderers here speak.
pub(super) const SITE_VERSION: &str = "11";

/// The releases of Remotion 4.0 whose bundles are tested.
const TESTED_PATCHES: std::ops::RangeInclusive<u32> = 400..=529;

/// A folder that `npx remotion bundle` made, with the digests of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Ascending by path.
    // INVARIANT: holds `index.html`
    files: Vec<BundledFile>,
    /// The version of Remotion that it was bundled with, where it tells.
    remotion_version: Option<String>,
    folder: PathBuf,
}

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundledFile {
    /// Relative to the bundle, with slashes.
    pub path: String,
    /// Length in bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// The media type that it is served as.
    pub content_type: &'static str,
}

/// A folder that is no bundle, or one that cannot be rendered here.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// There is nothing at the path, or no folder.
    #[error("`{}` is no folder with a Remotion bundle; `npx remotion bundle` makes one", .0.display())]
    NoFolder(PathBuf),
    /// The folder is a project, not its bundle.
    #[error("`{}` is a project, not a bundle; run `npx remotion bundle` in it and give its `build` folder", .0.display())]
    Project(PathBuf),
    /// The folder holds no page that a renderer can drive.
    #[error("`{}` is no Remotion bundle: {missing}; `npx remotion bundle` makes one", folder.display())]
    NotRemotion {
        /// The folder.
        folder: PathBuf,
        /// What is missing, as a clause.
        missing: &'static str,
    },
    /// The page speaks another protocol.
    #[error("the bundle `{}` has site version {found} and {SITE_VERSION} is needed; bundle it with Remotion 4", folder.display())]
    SiteVersion {
        /// The folder.
        folder: PathBuf,
        /// What the page says.
        found: String,
    },
    /// A file could not be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A name that cannot be part of a URL's path.
    #[error("`{}` has a name that is not UTF-8", .0.display())]
    Name(PathBuf),
}

impl Bundle {
    /// Reads the bundle in `folder` and hashes its files. Blocks; hashing reads every byte.
    ///
    /// # Errors
    /// See [`BundleError`].
    pub fn open(folder: &Path) -> Result<Self, BundleError> {
        if !folder.is_dir() {
            return Err(BundleError::NoFolder(folder.to_owned()));
        }
        let index = index(folder)?;
        let found = assigned(&index, "siteVersion").ok_or_else(|| BundleError::NotRemotion {
            folder: folder.to_owned(),
            missing: "its index.html sets no `siteVersion`",
        })?;
        if found != SITE_VERSION {
            return Err(BundleError::SiteVersion {
                folder: folder.to_owned(),
                found: found.to_owned(),
            });
        }
        let remotion_version = assigned(&index, "remotion_version").map(str::to_owned);
        let mut files = Vec::new();
        collect(folder, "", &mut files)?;
        files.sort_by(|a: &BundledFile, b| a.path.cmp(&b.path));
        Ok(Self {
            files,
            remotion_version,
            folder: folder.to_owned(),
        })
    }

    /// Its files, ascending by path.
    #[must_use]
    pub fn files(&self) -> &[BundledFile] {
        &self.files
    }

    /// The version of Remotion that made it.
    #[must_use]
    pub fn remotion_version(&self) -> Option<&str> {
        self.remotion_version.as_deref()
    }

    /// What to say of a bundle whose version of Remotion is none of those that are tested; its page protocol is the
    /// right one all the same.
    #[must_use]
    pub fn version_warning(&self) -> Option<String> {
        untested(self.remotion_version()?)
    }

    /// Where `file` is on disk.
    #[must_use]
    pub fn path_of(&self, file: &BundledFile) -> PathBuf {
        self.folder.join(&file.path)
    }
}

/// A name for the site in `folder` that stays the same for the same folder: its own name, or its parent's where that says
/// nothing (`build`), and a few digits of where it is.
#[must_use]
pub fn site_name(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut names = folder
        .ancestors()
        .filter_map(Path::file_name)
        .filter_map(|name| name.to_str());
    let telling = names.find(|name| !matches!(*name, "build" | "out" | "dist" | "bundle"));
    let plain: String = telling
        .unwrap_or("site")
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    let place = hex(&Sha256::digest(folder.as_os_str().as_encoded_bytes()));
    format!("{}-{}", plain.trim_matches('-'), &place[..8])
}

fn index(folder: &Path) -> Result<String, BundleError> {
    let path = folder.join("index.html");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if folder.join("package.json").is_file() {
                return Err(BundleError::Project(folder.to_owned()));
            }
            Err(BundleError::NotRemotion {
                folder: folder.to_owned(),
                missing: "it has no index.html",
            })
        }
        Err(source) => Err(BundleError::Read { path, source }),
    }
}

/// What to say of a site of this version of Remotion, if it is none of those that are tested.
pub(super) fn untested(version: &str) -> Option<String> {
    if is_tested(version) {
        return None;
    }
    let (first, last) = (TESTED_PATCHES.start(), TESTED_PATCHES.end());
    Some(format!(
        "the site was bundled with Remotion {version}; 4.0.{first} to 4.0.{last} are tested"
    ))
}

/// Whether `version` is one of the releases of Remotion 4.0 that are tested.
pub(crate) fn is_tested(version: &str) -> bool {
    let patch = version
        .strip_prefix("4.0.")
        .and_then(|patch| patch.split(|c: char| !c.is_ascii_digit()).next())
        .and_then(|patch| patch.parse::<u32>().ok());
    patch.is_some_and(|patch| TESTED_PATCHES.contains(&patch))
}

/// The string that an inline script of the page assigns to `window.<name>`.
pub(super) fn assigned<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("window.{name}"))?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    rest[1..].split_once(quote).map(|(value, _)| value)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<BundledFile>) -> Result<(), BundleError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BundleError::Read { path, source }
    };
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let path = entry.path();
        let name = entry
            .file_name()
            .into_string()
            .map_err(|_| BundleError::Name(path.clone()))?;
        // What tools leave beside the bundle is not part of the site.
        if name.starts_with('.') {
            continue;
        }
        let relative = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{relative}/"), files)?;
        } else {
            let (size, sha256) = digest(&path).map_err(failed(&path))?;
            files.push(BundledFile {
                content_type: content_type::of(&relative),
                path: relative,
                size,
                sha256,
            });
        }
    }
    Ok(())
}

fn digest(path: &Path) -> std::io::Result<(u64, String)> {
    let (size, sha256) = digest::of::<Sha256>(std::fs::File::open(path)?)?;
    Ok((size, hex(&sha256)))
}

#[cfg(test)]
mod tests {
    use super::{Bundle, BundleError, site_name};

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    const INDEX: &str =
        "<script>window.siteVersion = '11'; window.remotion_version = '4.0.527';</script>";

    #[test]
    fn files_are_listed_with_their_digests() {
        let folder = folder(&[
            ("index.html", INDEX),
            ("public/a.txt", "abc"),
            (".stamp", "x"),
        ]);
        let bundle = Bundle::open(folder.path()).unwrap();
        let paths: Vec<_> = bundle
            .files()
            .iter()
            .map(|file| file.path.as_str())
            .collect();
        assert_eq!(paths, ["index.html", "public/a.txt"]);
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(
            (bundle.files()[1].size, bundle.files()[1].sha256.as_str()),
            (3, digest)
        );
        assert_eq!(bundle.remotion_version(), Some("4.0.527"));
    }

    #[test]
    fn what_is_no_bundle_says_why() {
        let empty = folder(&[]);
        let project = folder(&[("package.json", "{}")]);
        let page = folder(&[("index.html", "<p>hello</p>")]);
        let old = folder(&[("index.html", "<script>window.siteVersion = '7'</script>")]);
        let error = |folder: &tempfile::TempDir| Bundle::open(folder.path()).unwrap_err();
        assert!(matches!(
            error(&empty),
            BundleError::NotRemotion {
                missing: "it has no index.html",
                ..
            }
        ));
        assert!(matches!(error(&project), BundleError::Project(_)));
        assert!(matches!(error(&page), BundleError::NotRemotion { .. }));
        assert!(matches!(error(&old), BundleError::SiteVersion { found, .. } if found == "7"));
        assert!(matches!(
            Bundle::open(&empty.path().join("nowhere")),
            Err(BundleError::NoFolder(_))
        ));
    }

    #[test]
    fn versions_outside_of_the_tested_window_are_told() {
        for (version, told) in [("4.0.527", false), ("4.0.399", true), ("5.0.0", true)] {
            let index = INDEX.replace("4.0.527", version);
            let folder = folder(&[("index.html", &index)]);
            let warning = Bundle::open(folder.path()).unwrap().version_warning();
            assert_eq!(warning.is_some_and(|text| text.contains(version)), told);
        }
    }

    #[test]
    fn the_name_is_that_of_the_project() {
        let folder = folder(&[("My Film/build/index.html", INDEX)]);
        let name = site_name(&folder.path().join("My Film/build"));
        assert!(
            name.starts_with("my-film-") && name.len() == "my-film-".len() + 8,
            "{name}"
        );
    }
}
