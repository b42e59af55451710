//! The zips that Lambda takes: one executable named `bootstrap` in each.

use std::fs::File;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::{elf, paths, sh};

/// Code and layers together may unpack to this many bytes.
const UNZIPPED_LIMIT: u64 = 262_144_000;

/// provided.al2023 has this C library.
const GLIBC: elf::GlibcVersion = elf::GlibcVersion(2, 34);

/// Where the packages go.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Folder for the zips. Default: beside the release build of `framewright`, where it looks for them.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Builds the render function, optimised and stripped, and writes `render-function.zip`.
///
/// The bytes depend on the binary alone. Returns the path of the zip.
///
/// # Errors
/// If the build fails, the binary needs a newer C library than Lambda has, or the package is over Lambda's limit.
pub(crate) fn run(options: &Options) -> Result<PathBuf> {
    let mut build = paths::cargo();
    sh::run(
        "build the render function",
        build.args([
            "build",
            "--release",
            "--package",
            "function",
            "--bin",
            "render-function",
        ]),
    )?;
    let release = paths::target().join("release");
    let out = options.out.clone().unwrap_or_else(|| release.clone());
    std::fs::create_dir_all(&out).with_context(|| format!("could not make {}", out.display()))?;
    let zip = out.join("render-function.zip");
    write(&release.join("render-function"), &zip)?;
    println!(
        "  {} ({:.1} MB)",
        zip.display(),
        std::fs::metadata(&zip)?.len() as f64 / 1e6
    );
    Ok(zip)
}

fn write(binary: &Path, zip: &Path) -> Result<()> {
    let bytes =
        std::fs::read(binary).with_context(|| format!("could not read {}", binary.display()))?;
    let needs = elf::newest_glibc(&bytes)?;
    if needs > GLIBC {
        bail!(
            "{} needs glibc {needs}, and Lambda's provided.al2023 has {GLIBC}: build it against an older C library",
            binary.display()
        );
    }
    if bytes.len() as u64 > UNZIPPED_LIMIT {
        bail!(
            "{} has {} bytes, over Lambda's {UNZIPPED_LIMIT} unzipped",
            binary.display(),
            bytes.len()
        );
    }
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("bootstrap", options)?;
    writer.write_all(&bytes)?;
    let packed = writer.finish()?.into_inner();
    // A reader must never find half a zip under the final name.
    let half = zip.with_extension("zip.part");
    File::create(&half)
        .and_then(|mut file| file.write_all(&packed))
        .with_context(|| format!("could not write {}", half.display()))?;
    std::fs::rename(&half, zip)?;
    Ok(())
}
