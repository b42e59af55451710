//! The functions' programs, each as the `bootstrap` of its zip.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::archive::{self, Entry};
use crate::setup::tools;
use crate::{elf, paths, sh};

/// provided.al2023 has this C library.
const GLIBC: elf::GlibcVersion = elf::GlibcVersion(2, 34);

/// What is compiled for, with the version of the C library that is linked against.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Cargo's package, its program, and the zip that it goes into.
const FUNCTION: [&str; 3] = ["function", "render-function", "render-function.zip"];

/// Builds with this machine's linker. The C library that the program needs is checked all the same.
pub(super) fn for_this_machine(out: &Path) -> Result<PathBuf> {
    let [package, program, zip] = FUNCTION;
    let mut build = paths::cargo();
    sh::run(
        "build the render function",
        build.args(["build", "--release", "--package", package, "--bin", program]),
    )?;
    let zip = out.join(zip);
    write(&paths::target().join("release").join(program), &zip)?;
    println!(
        "  {} ({:.1} MB)",
        zip.display(),
        std::fs::metadata(&zip)?.len() as f64 / 1e6
    );
    Ok(zip)
}

/// Builds against Lambda's C library, whatever this machine has.
pub(super) fn for_lambda(out: &Path) -> Result<PathBuf> {
    let [package, program, zip] = FUNCTION;
    let zig = tools::zig()?;
    let mut build = Command::new(zig.cargo_zigbuild);
    build
        .args([
            "zigbuild",
            "--release",
            "--package",
            package,
            "--bin",
            program,
        ])
        .args(["--target", &format!("{TARGET}.{GLIBC}")])
        .env("CARGO_ZIGBUILD_ZIG_PATH", zig.zig)
        .current_dir(paths::root());
    sh::run(
        "build the render function against Lambda's C library",
        &mut build,
    )?;
    let zip = out.join(zip);
    let folder = paths::target().join(TARGET).join("release");
    write(&folder.join(program), &zip)?;
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
    archive::write(zip, vec![Entry::program("bootstrap", bytes)])
}
