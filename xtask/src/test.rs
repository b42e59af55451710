//! Every check, in the order in which they fail fastest.

use std::process::Command;
use std::thread;

use anyhow::{Result, anyhow};
use clap::Args;

use crate::setup::tools;
use crate::{fuzz, incumbent, package, paths, setup, sh, tidy};

/// Which tests.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Run only tests that nextest's filter expression selects, and none of the other checks.
    #[arg(long, short = 'E')]
    filter: Option<String>,
}

/// Sets up, then formatting, house rules, licences, clippy, and all tests against the packaged function.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.filter.is_none() {
        // The set-up waits for registries and clippy for the processor: a machine with neither is spared minutes.
        let (set_up, clean) = thread::scope(|scope| {
            let set_up = scope.spawn(setup::everything);
            let clean = source_checks();
            (set_up.join(), clean)
        });
        set_up.map_err(|_| anyhow!("the set-up panicked"))??;
        clean?;
        licences()?;
    } else {
        setup::everything()?;
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

/// What [`run`] does, then a million generated policy decisions and documentation without warnings.
pub(crate) fn ci() -> Result<()> {
    run(&Options::default())?;
    let mut decisions = cargo()?;
    decisions
        .args([
            "nextest",
            "run",
            "--release",
            "--package",
            "framewright-iam",
        ])
        .args(["-E", "test(=agreement::generated_cases)"])
        .env("PROPTEST_CASES", "1000000");
    sh::run("compare a million policy decisions", &mut decisions)?;
    packaged()?;
    let mut doc = cargo()?;
    doc.args([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ])
    .env("RUSTDOCFLAGS", "-D warnings");
    sh::run("build the documentation", &mut doc)?;
    fuzz::check()
}

/// Makes all that AWS gets, and renders with it where nothing else is.
fn packaged() -> Result<()> {
    let out = paths::target().join("package");
    package::run(&package::Options::to(&out))?;
    let mut bare = cargo()?;
    bare.args([
        "nextest",
        "run",
        "--workspace",
        "--run-ignored",
        "ignored-only",
    ])
    .args([
        "-E",
        "test(=package::the_package_renders_where_nothing_else_is)",
    ])
    .env("FRAMEWRIGHT_TEST_PACKAGE", &out)
    .env("FRAMEWRIGHT_FUNCTION_ZIP", out.join("render-function.zip"))
    .env("FRAMEWRIGHT_TEST_SITE", paths::example_bundle());
    sh::run("render with the package alone", &mut bare)
}

/// What needs nothing that the set-up installs.
fn source_checks() -> Result<()> {
    sh::run(
        "check formatting",
        cargo()?.args(["fmt", "--all", "--check"]),
    )?;
    println!("→ check the house's rules");
    tidy::run()?;
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

fn licences() -> Result<()> {
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
    )
}

/// Cargo, with the set-up's tools within reach.
fn cargo() -> Result<Command> {
    let mut cargo = paths::cargo();
    cargo.env("PATH", tools::path()?);
    Ok(cargo)
}
