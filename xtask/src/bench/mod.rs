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
    /// Measure what is built already, as it is.
    #[arg(long, global = true)]
    as_built: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Whole renders, wall and CPU seconds, beside the incumbent's. This is the default.
    Render(render::Options),
    /// From the client's `start` call to the first frame of a cold render, what that takes its time for, and the memory
    /// of who holds the cloud; also for the package that AWS gets.
    Start(start::Options),
    /// Ten seconds out of an hour in S3, beside a download and ffmpeg.
    Clip(clip::Options),
    /// Requests of a second deployment, and what an upload with few changes sends.
    Deploy,
    /// Policy decisions, beside iam-rs.
    Iam,
}

/// Builds the command and packages the function, optimised, unless they are to be taken as they are, and empties the
/// folder that a benchmark works in.
fn prepare(as_built: bool) -> Result<PathBuf> {
    setup::rendering()?;
    if !as_built {
        let mut build = paths::cargo();
        sh::run(
            "build framewright",
            build.args(["build", "--release", "--workspace", "--bins"]),
        )?;
        package::run(&package::Options::default())?;
    }
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
    let as_built = options.as_built;
    match &options.what {
        None => render::run(&render::Options::default(), as_built),
        Some(What::Render(options)) => render::run(options, as_built),
        Some(What::Start(options)) => start::run(options, as_built),
        Some(What::Clip(options)) => clip::run(options, as_built),
        Some(What::Deploy) => deploy::run(as_built),
        Some(What::Iam) => iam::run(),
    }
}
