//! The example site: its npm packages, its media and its bundle.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{paths, sh};

/// Makes the bundle of `examples/site` unless the one that is there was made from the same sources.
pub(crate) fn bundle() -> Result<()> {
    let site = paths::example_site();
    npm_packages(&site)?;
    let sources = sources(&site)?;
    let sources = digest(
        &sources
            .iter()
            .map(|path| path.as_path())
            .collect::<Vec<_>>(),
    )?;
    let stamp = site.join("build/.framewright-sources");
    if read(&stamp) == Some(sources.clone()) {
        return Ok(());
    }
    sh::run(
        "make the example site's media",
        Command::new("npm")
            .args(["run", "--silent", "media"])
            .current_dir(&site),
    )?;
    // Remotion keeps what it finds in the output folder; an old chunk must not survive in a new bundle.
    let build = site.join("build");
    if build.exists() {
        std::fs::remove_dir_all(&build).context("could not remove the old bundle")?;
    }
    sh::run(
        "bundle the example site",
        Command::new("npm")
            .args(["run", "--silent", "bundle"])
            .current_dir(&site),
    )?;
    std::fs::write(stamp, sources)?;
    Ok(())
}

/// Installs the npm packages of `folder` unless those of its lock file are there.
pub(super) fn npm_packages(folder: &Path) -> Result<()> {
    let lock = digest(&[folder.join("package-lock.json").as_path()])?;
    let stamp = folder.join("node_modules/.framewright-lock");
    if read(&stamp) == Some(lock.clone()) {
        return Ok(());
    }
    println!(
        "Installing the npm packages of {} (from package-lock.json)",
        folder.display()
    );
    sh::run(
        "npm ci",
        Command::new("npm")
            .args(["ci", "--loglevel=error"])
            .current_dir(folder),
    )?;
    std::fs::write(&stamp, &lock)?;
    Ok(())
}

fn sources(site: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = vec![site.join("package-lock.json"), site.join("package.json")];
    let mut folders = vec![site.join("src"), site.join("scripts")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)
            .with_context(|| format!("could not read {}", folder.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn digest(files: &[&Path]) -> Result<String> {
    let mut sha = Sha256::new();
    for file in files {
        let bytes =
            std::fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
        sha.update((bytes.len() as u64).to_be_bytes());
        sha.update(bytes);
    }
    Ok(sha
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn read(stamp: &Path) -> Option<String> {
    std::fs::read_to_string(stamp).ok()
}
