//! Every automation of the project: `cargo xtask --help`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command that talks to a person"
)]

mod action_data;
mod bench;
mod demo;
mod elf;
mod fuzz;
mod incumbent;
mod package;
mod paths;
mod setup;
mod sh;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Sets up, tests, packages and measures Framewright.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what the project needs: Chrome, ffmpeg, fonts, the example site's bundle, test tools.
    Setup,
    /// Set up, then render the example site's Title through the embedded cloud.
    Demo,
    /// Set up, then pass every check.
    Test(test::Options),
    /// What `test` does, and documentation and long runs.
    Ci,
    /// Measure, beside the incumbent.
    Bench(bench::Options),
    /// Run the fuzz targets, each for ten minutes.
    Fuzz(fuzz::Options),
    /// Check the house's rules that no compiler checks.
    Tidy,
    /// Generate the table of IAM actions anew.
    ActionData,
    /// Build the functions' bootstraps and write the zips that Lambda takes.
    Package(package::Options),
}

fn main() -> ExitCode {
    let result = match Args::parse().command {
        Command::Setup => setup::everything().map(drop),
        Command::Demo => demo::run(),
        Command::Test(options) => test::run(&options),
        Command::Ci => test::ci(),
        Command::Bench(options) => bench::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Tidy => tidy::run(),
        Command::ActionData => action_data::run(),
        Command::Package(options) => package::run(&options).map(drop),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
