//! The functions' programs, each as the `bootstrap` of its zip.

use std::ffi::OsString;
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

/// Cargo's package, its program, and the zip that it goes into: the render function, and the clip cutter.
const FUNCTIONS: [[&str; 3]; 2] = [
    ["function", "render-function", "render-function.zip"],
    ["clip", "clip-function", "clip-function.zip"],
];

/// Builds with this machine's linker. The C library that the programs need is checked all the same. Returns the render
/// function's zip; the other is beside it.
pub(super) fn for_this_machine(out: &Path) -> Result<PathBuf> {
    let mut build = paths::cargo();
    // Features are those of the whole workspace, so that what other builds compiled serves here too.
    let programs = FUNCTIONS
        .iter()
        .flat_map(|[_, program, _]| ["--bin", program]);
    build
        .args(["build", "--release", "--workspace"])
        .args(programs);
    sh::run("build the functions", &mut build)?;
    write_all(&paths::target().join("release"), out)
}

/// Builds against Lambda's C library, whatever this machine has.
pub(super) fn for_lambda(out: &Path) -> Result<PathBuf> {
    let zig = tools::zig()?;
    let selection = FUNCTIONS
        .iter()
        .flat_map(|[package, program, _]| ["--package", package, "--bin", program]);
    let mut build = Command::new(zig.cargo_zigbuild);
    build
        .args(["zigbuild", "--release"])
        .args(selection)
        .args(["--target", &format!("{TARGET}.{GLIBC}")])
        .env("CARGO_ZIGBUILD_ZIG_PATH", zig.zig)
        .env("CARGO_ENCODED_RUSTFLAGS", without_places()?)
        .current_dir(paths::root());
    sh::run("build the functions against Lambda's C library", &mut build)?;
    write_all(&paths::target().join(TARGET).join("release"), out)
}

/// Flags by which the programs do not tell where they were built: panics name the files of their places.
fn without_places() -> Result<OsString> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let home = home.context("neither CARGO_HOME nor a home folder is known")?;
    let remap = |from: &Path, to: &str| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from);
        flag.push("=");
        flag.push(to);
        flag
    };
    let flags = [remap(paths::root(), "."), remap(&home, "cargo")];
    // Cargo separates them by this character, since paths hold any other.
    Ok(flags.join("\x1f".as_ref()))
}

fn write_all(programs: &Path, out: &Path) -> Result<PathBuf> {
    for [_, program, zip] in FUNCTIONS {
        let zip = out.join(zip);
        write(&programs.join(program), &zip)?;
        let size = std::fs::metadata(&zip)?.len();
        println!("  {} ({:.1} MB)", zip.display(), size as f64 / 1e6);
    }
    Ok(out.join(FUNCTIONS[0][2]))
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
