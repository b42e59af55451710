//! Ours beside others, in the same run.

mod clip;
mod cpu_account;
mod deploy;
mod iam;
mod measure;
mod render;
mod start;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::{package, paths, setup, sh};

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Whole renders, wall and CPU seconds, beside the incumbent's. This is the default.
    Render(render::Options),
    /// From the client's `start` call to the first frame of a cold render, and the memory of who holds the cloud.
    Start(start::Options),
    /// Ten seconds out of an hour in S3, beside a download and ffmpeg.
    Clip(clip::Options),
    /// Requests of a second deployment, and what an upload with few changes sends.
    Deploy,
    /// Policy decisions, beside iam-rs.
    Iam,
}

/// Builds the command and packages the function, optimised, and empties the folder that a benchmark works in.
fn prepare() -> Result<PathBuf> {
    setup::rendering()?;
    let mut build = paths::cargo();
    sh::run(
        "build framewright",
        build.args(["build", "--release", "--workspace", "--bins"]),
    )?;
    package::run(&package::Options::default())?;
    let folder = paths::target().join("bench");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// `framewright` of the optimised build.
fn framewright() -> Command {
    Command::new(paths::target().join("release/framewright"))
}

pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.what {
        None => render::run(&render::Options::default()),
        Some(What::Render(options)) => render::run(options),
        Some(What::Start(options)) => start::run(options),
        Some(What::Clip(options)) => clip::run(options),
        Some(What::Deploy) => deploy::run(),
        Some(What::Iam) => iam::run(),
    }
}
