//! Ours beside others, in the same run.

mod iam;
mod measure;
mod render;

use anyhow::Result;
use clap::{Args, Subcommand};

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
    /// Policy decisions, beside iam-rs.
    Iam,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.what {
        None => render::run(&render::Options::default()),
        Some(What::Render(options)) => render::run(options),
        Some(What::Iam) => iam::run(),
    }
}
