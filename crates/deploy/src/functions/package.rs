//! What AWS gets: the function's zip, and the zips of layers.

use std::fs::File;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Sha256;
use zip::ZipArchive;

use crate::digest::{self, hex};

/// Lambda takes zips up to this size inside a request; larger ones through S3.
pub const INLINE_LIMIT: u64 = 50 * 1024 * 1024;

/// Code and layers of a function together may unpack to this many bytes.
pub const UNZIPPED_LIMIT: u64 = 262_144_000;

/// The render function's zip in a package.
pub const FUNCTION_ZIP: &str = "render-function.zip";

/// The folder of a package that holds the zips of layers, `<name>.zip` each.
pub const LAYERS: &str = "layers";

/// A function's code and its layers, on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The function's own zip.
    pub code: Artifact,
    /// Ascending by name; a later one is laid over the earlier ones.
    pub layers: Vec<Artifact>,
}

/// A zip on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The file's name without `.zip`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Bytes of the zip.
    pub size: u64,
    /// Bytes of what it holds.
    pub unzipped: u64,
    sha256: Vec<u8>,
}

/// A package that cannot be deployed.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A zip is missing or cannot be read.
    #[error("could not read `{}`; `cargo xtask package --out DIR` makes a package", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is no zip.
    #[error("`{}` is no zip", path.display())]
    NoZip {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: zip::result::ZipError,
    },
    /// Lambda would refuse it.
    #[error(
        "the package unpacks to {unzipped} bytes, {} over Lambda's {UNZIPPED_LIMIT}: {}",
        unzipped - UNZIPPED_LIMIT, parts.join(", ")
    )]
    TooLarge {
        /// Bytes of code and layers.
        unzipped: u64,
        /// What holds them, the largest first, such as `ffmpeg 79.8 MB`.
        parts: Vec<String>,
    },
}

impl Package {
    /// The package in `folder`: [`FUNCTION_ZIP`], and the zips in [`LAYERS`] where there are any. Blocks; hashing reads
    /// every byte.
    ///
    /// # Errors
    /// See [`PackageError`].
    pub fn open(folder: &Path) -> Result<Self, PackageError> {
        let code = Artifact::open(&folder.join(FUNCTION_ZIP))?;
        let layers = zips(&folder.join(LAYERS))?;
        let layers = layers.iter().map(|path| Artifact::open(path));
        Self {
            code,
            layers: layers.collect::<Result<_, _>>()?,
        }
        .within_limit()
    }

    /// The function alone, for a place that has Chrome and ffmpeg. Blocks.
    ///
    /// # Errors
    /// See [`PackageError`].
    pub fn of_code(zip: &Path) -> Result<Self, PackageError> {
        let code = Artifact::open(zip)?;
        Self {
            code,
            layers: Vec::new(),
        }
        .within_limit()
    }

    /// Bytes of code and layers, unpacked.
    #[must_use]
    pub fn unzipped(&self) -> u64 {
        self.parts().map(|part| part.unzipped).sum()
    }

    /// The code's zip and those of the layers.
    pub fn parts(&self) -> impl Iterator<Item = &Artifact> {
        std::iter::once(&self.code).chain(&self.layers)
    }

    fn within_limit(self) -> Result<Self, PackageError> {
        let unzipped = self.unzipped();
        if unzipped <= UNZIPPED_LIMIT {
            return Ok(self);
        }
        let mut parts: Vec<_> = self.parts().collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.unzipped));
        let parts = parts
            .iter()
            .map(|part| format!("{} {:.1} MB", part.name, part.unzipped as f64 / 1e6));
        Err(PackageError::TooLarge {
            unzipped,
            parts: parts.collect(),
        })
    }
}

impl Artifact {
    /// The zip at `path`. Blocks.
    ///
    /// # Errors
    /// [`PackageError::Read`], [`PackageError::NoZip`].
    pub fn open(path: &Path) -> Result<Self, PackageError> {
        let read = |source| PackageError::Read {
            path: path.to_owned(),
            source,
        };
        let no_zip = |source| PackageError::NoZip {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(read)?;
        let (size, sha256) = digest::of::<Sha256>(&mut file).map_err(read)?;
        let mut archive = ZipArchive::new(file).map_err(no_zip)?;
        let mut unzipped = 0;
        for index in 0..archive.len() {
            unzipped += archive.by_index_raw(index).map_err(no_zip)?.size();
        }
        let name = path.file_stem().unwrap_or_default();
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            path: path.to_owned(),
            size,
            unzipped,
            sha256,
        })
    }

    /// The digest as Lambda shows it.
    #[must_use]
    pub fn code_sha256(&self) -> String {
        STANDARD.encode(&self.sha256)
    }

    /// The digest in lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex(&self.sha256)
    }
}

/// The zips in `folder`, ascending by name; none where there is no folder.
fn zips(folder: &Path) -> Result<Vec<PathBuf>, PackageError> {
    let read = |source| PackageError::Read {
        path: folder.to_owned(),
        source,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(read(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(read)?.path();
        if path.extension().is_some_and(|extension| extension == "zip") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;

    use zip::write::SimpleFileOptions;

    use super::{Package, PackageError};

    fn zip(path: &Path, bytes: usize) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut writer = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
        writer
            .start_file("file", SimpleFileOptions::default())
            .unwrap();
        writer.write_all(&vec![0; bytes]).unwrap();
        writer.finish().unwrap();
    }

    #[test]
    fn a_package_is_a_zip_and_its_layers() {
        let folder = tempfile::tempdir().unwrap();
        zip(&folder.path().join("render-function.zip"), 10);
        assert_eq!(Package::open(folder.path()).unwrap().unzipped(), 10);
        zip(&folder.path().join("layers/b.zip"), 200);
        zip(&folder.path().join("layers/a.zip"), 3000);
        let package = Package::open(folder.path()).unwrap();
        let names: Vec<_> = package.layers.iter().map(|layer| &layer.name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(package.unzipped(), 3210);
    }

    #[test]
    fn what_is_too_large_says_by_how_much_and_what_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        zip(&folder.path().join("render-function.zip"), 10_000_000);
        zip(&folder.path().join("layers/huge.zip"), 262_144_001);
        let error = Package::open(folder.path()).unwrap_err();
        assert!(matches!(error, PackageError::TooLarge { .. }));
        let text = error.to_string();
        assert!(text.contains("10000001 over"), "{text}");
        assert!(
            text.ends_with("huge 262.1 MB, render-function 10.0 MB"),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_zip_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("render-function.zip");
        std::fs::write(&file, "text").unwrap();
        let error = Package::open(folder.path()).unwrap_err();
        assert!(matches!(error, PackageError::NoZip { path, .. } if path == file));
    }
}
