//! Every check, in the order in which they fail fastest.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::setup::tools;
use crate::{incumbent, package, paths, setup, sh, tidy};

/// Which tests.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Run only tests that nextest's filter expression selects, and none of the other checks.
    #[arg(long, short = 'E')]
    filter: Option<String>,
}

/// Sets up, then formatting, house rules, licences, clippy, and all tests against the packaged function.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::everything()?;
    if options.filter.is_none() {
        checks()?;
    }
    let zip = package::run(&package::Options::default())?;
    let references = incumbent::references(&["Title", "Photo", "Chart", "Clip", "Hold"])?;
    // Integration tests start these as programs; nextest builds only those of the crate under test.
    sh::run(
        "build the programs",
        cargo()?.args(["build", "--workspace", "--bins", "--examples"]),
    )?;
    let mut nextest = cargo()?;
    nextest
        .args(["nextest", "run", "--workspace", "--no-fail-fast"])
        .env("FRAMEWRIGHT_FUNCTION_ZIP", &zip)
        .env("FRAMEWRIGHT_TEST_SITE", paths::example_bundle())
        .env("FRAMEWRIGHT_TEST_REFERENCES", references)
        .env("FRAMEWRIGHT_TEST_VENV", paths::venv());
    if let Some(filter) = &options.filter {
        nextest.args(["-E", filter]);
    }
    sh::run("run the tests", &mut nextest)?;
    if options.filter.is_none() {
        sh::run(
            "run the documentation's examples",
            cargo()?.args(["test", "--quiet", "--workspace", "--doc"]),
        )?;
    }
    Ok(())
}

/// What [`run`] does, then documentation without warnings.
pub(crate) fn ci() -> Result<()> {
    run(&Options::default())?;
    let mut doc = cargo()?;
    doc.args([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ])
    .env("RUSTDOCFLAGS", "-D warnings");
    sh::run("build the documentation", &mut doc)
}

fn checks() -> Result<()> {
    sh::run(
        "check formatting",
        cargo()?.args(["fmt", "--all", "--check"]),
    )?;
    println!("→ check the house's rules");
    tidy::run()?;
    sh::run(
        "check licences and sources",
        cargo()?.args([
            "deny",
            "--log-level",
            "error",
            "check",
            "licenses",
            "bans",
            "sources",
        ]),
    )?;
    sh::run(
        "clippy",
        cargo()?.args([
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]),
    )
}

/// Cargo, with the set-up's tools within reach.
fn cargo() -> Result<Command> {
    let mut cargo = paths::cargo();
    cargo.env("PATH", tools::path()?);
    Ok(cargo)
}
