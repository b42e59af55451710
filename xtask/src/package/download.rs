//! What layers are made of, from package registries, by digest.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{paths, sh};

/// A file of a registry.
pub(super) struct Package {
    /// The name of the file that the registry's client writes.
    file: &'static str,
    sha256: &'static str,
    registry: Registry,
}

enum Registry {
    Npm(&'static str),
    PyPi(&'static str),
}

/// Chrome's headless shell, built for Lambda's system, and the libraries that it lacks. MIT; Chrome's own licences.
pub(super) const CHROME: Package = Package {
    file: "sparticuz-chromium-147.0.0.tgz",
    sha256: "18fe5404ce845594cd7d592fc07f37a19514079ba4d9c27192ad8b908743f16b",
    registry: Registry::Npm("@sparticuz/chromium@147.0.0"),
};

/// ffmpeg 7.0.2, static. GPL.
pub(super) const FFMPEG: Package = Package {
    file: "imageio_ffmpeg-0.6.0-py3-none-manylinux2014_x86_64.whl",
    sha256: "c7e46fcec401dd990405049d2e2f475e2b397779df2519b544b8aab515195282",
    registry: Registry::PyPi("imageio-ffmpeg==0.6.0"),
};

/// The bytes of `package`, downloaded where they are not there yet.
///
/// # Errors
/// If the registry does not give it, or gives other bytes.
pub(super) fn bytes(package: &Package) -> Result<Vec<u8>> {
    let folder = paths::target().join("tools/downloads");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(package.file);
    if let Ok(bytes) = std::fs::read(&file)
        && is_whole(package, &bytes)
    {
        return Ok(bytes);
    }
    fetch(package, &folder)?;
    let bytes =
        std::fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
    if !is_whole(package, &bytes) {
        bail!(
            "{} is not the {} that was reviewed",
            file.display(),
            package.file
        );
    }
    Ok(bytes)
}

fn fetch(package: &Package, folder: &Path) -> Result<()> {
    match package.registry {
        Registry::Npm(name) => sh::run(
            &format!("download {name}"),
            Command::new("npm")
                .args(["pack", "--silent", name])
                .current_dir(folder),
        ),
        Registry::PyPi(name) => sh::run(
            &format!("download {name}"),
            Command::new(pip())
                .args([
                    "download",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--no-deps",
                ])
                .args(["--only-binary=:all:", "--platform", "manylinux2014_x86_64"])
                .arg("--dest")
                .arg(folder)
                .arg(name),
        ),
    }
}

fn pip() -> PathBuf {
    let own = paths::venv().join("bin/pip");
    if own.is_file() { own } else { "pip3".into() }
}

fn is_whole(package: &Package, bytes: &[u8]) -> bool {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex == package.sha256
}
