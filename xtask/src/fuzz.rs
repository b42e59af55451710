//! Fuzzing: the targets of `fuzz/`, one after another, each for a while.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::setup::tools;
use crate::{paths, sh};

/// What `fuzz/Cargo.toml` lists.
const TARGETS: [&str; 5] = ["document", "arn", "condition", "message", "wildcard"];

/// Which targets, and for how long.
#[derive(Args)]
pub(crate) struct Options {
    /// The targets; all of them if none is named.
    #[arg(value_name = "TARGET", value_parser = TARGETS)]
    targets: Vec<String>,
    /// For how long each target runs.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

/// Builds the targets and runs each; what was learnt stays in `target/fuzz/corpus`.
///
/// # Errors
/// The first finding, which cargo-fuzz tells how to repeat; or that there is no nightly compiler.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !has_nightly() {
        bail!("fuzzing needs a nightly compiler: `rustup toolchain install nightly`");
    }
    tools::install()?;
    tools::install_fuzz()?;
    let path = tools::path()?;
    let fuzz = |command: &str| {
        let mut fuzz = nightly_cargo();
        fuzz.env("PATH", &path)
            .args(["fuzz", command, "--fuzz-dir"])
            .arg(paths::root().join("fuzz"));
        fuzz
    };
    sh::run("build the fuzz targets", &mut fuzz("build"))?;
    let all = TARGETS.map(str::to_owned);
    let targets = if options.targets.is_empty() {
        &all[..]
    } else {
        &options.targets
    };
    for target in targets {
        let corpus = folder().join("corpus").join(target);
        std::fs::create_dir_all(&corpus)?;
        sh::run(
            &format!("fuzz {target} for {} s", options.seconds),
            fuzz("run").arg(target).arg(corpus).args([
                "--".to_owned(),
                format!("-max_total_time={}", options.seconds),
                // An input of any kind is answered in less.
                "-timeout=10".to_owned(),
                "-print_final_stats=1".to_owned(),
            ]),
        )?;
    }
    Ok(())
}

/// Checks that the targets compile, where the nightly compiler that they need is installed.
pub(crate) fn check() -> Result<()> {
    if !has_nightly() {
        println!("→ no nightly compiler: the fuzz targets are not built");
        return Ok(());
    }
    let manifest = paths::root().join("fuzz/Cargo.toml");
    sh::run(
        "check the fuzz targets",
        nightly_cargo()
            .args(["check", "--manifest-path"])
            .arg(manifest),
    )
}

/// The targets' own build folder, and what was learnt from running them.
fn folder() -> PathBuf {
    paths::target().join("fuzz")
}

fn nightly_cargo() -> Command {
    let mut cargo = Command::new("rustup");
    cargo
        .args(["run", "nightly", "cargo"])
        .env("CARGO_TARGET_DIR", folder());
    cargo
}

fn has_nightly() -> bool {
    Command::new("rustup")
        .args(["run", "nightly", "rustc", "--version"])
        .output()
        .is_ok_and(|answer| answer.status.success())
}
