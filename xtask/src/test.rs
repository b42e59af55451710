//! Every check, in the order in which they fail fastest.

use std::path::PathBuf;
use std::process::Command;
use std::thread;

use anyhow::{Result, anyhow};
use clap::Args;

use crate::setup::tools;
use crate::{fuzz, incumbent, package, paths, setup, sh, tidy};

/// What is compared with the incumbent's renders, and how many frames of it: Chart whole, which shows the most that can
/// be wrong.
const COMPARED: [(&str, u32); 5] = [
    ("Title", 100),
    ("Photo", 100),
    ("Chart", 300),
    ("Clip", 100),
    ("Hold", 100),
];

/// Which tests.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Run only tests that nextest's filter expression selects, long ones too, and none of the other checks.
    #[arg(long, short = 'E')]
    filter: Option<String>,
    #[arg(skip)]
    long: bool,
}

/// Sets up, then formatting, house rules, licences, lints, and all tests against the packaged function.
pub(crate) fn run(options: &Options) -> Result<()> {
    // The set-up waits for registries, and no build keeps all processors busy to its end: a machine with nothing is
    // spared minutes.
    let (made, built) = thread::scope(|scope| {
        let checked = options.filter.is_none();
        let made = scope.spawn(move || rendering(checked));
        let built = compile(checked);
        (made.join(), built)
    });
    built?;
    let Rendering { zip, references } = made.map_err(|_| anyhow!("the set-up panicked"))??;
    let mut nextest = cargo()?;
    linted(&mut nextest)
        .args(["nextest", "run", "--workspace", "--no-fail-fast"])
        .env("FRAMEWRIGHT_FUNCTION_ZIP", &zip)
        .env("FRAMEWRIGHT_TEST_SITE", paths::example_bundle())
        .env("FRAMEWRIGHT_TEST_REFERENCES", references)
        .env("FRAMEWRIGHT_TEST_VENV", paths::venv());
    if let Some(filter) = &options.filter {
        nextest.args(["--ignore-default-filter", "-E", filter]);
        return sh::run("run the tests", &mut nextest);
    }
    if options.long {
        nextest.args(["--profile", "ci"]);
    }
    sh::run("run the tests", &mut nextest)?;
    sh::run(
        "run the documentation's examples",
        linted(&mut cargo()?).args(["test", "--quiet", "--workspace", "--doc"]),
    )
}

/// What tests render with, and what they compare with.
struct Rendering {
    zip: PathBuf,
    references: PathBuf,
}

/// Sets up, checks what needs the tools alone, if that is wanted, and makes the rest.
fn rendering(checked: bool) -> Result<Rendering> {
    setup::everything()?;
    if checked {
        licences()?;
    }
    Ok(Rendering {
        zip: package::run(&package::Options::default())?,
        references: incumbent::references(&COMPARED)?,
    })
}

/// Compiles what the set-up has no part in: after the checks of the sources, if they are wanted, tests with the programs
/// that they start.
fn compile(checked: bool) -> Result<()> {
    if checked {
        source_checks()?;
    }
    let mut build = paths::cargo();
    build.args(["build", "--workspace", "--all-targets"]);
    sh::run(
        "lint and build the tests and the programs that they start",
        linted(&mut build),
    )
}

/// The same command, with clippy for the compiler of the workspace's crates.
fn linted(cargo: &mut Command) -> &mut Command {
    cargo.env(
        "RUSTC_WORKSPACE_WRAPPER",
        paths::root().join("xtask/lint-rustc"),
    )
}

/// What [`run`] does, then a million generated policy decisions and documentation without warnings.
pub(crate) fn ci() -> Result<()> {
    run(&Options {
        long: true,
        ..Options::default()
    })?;
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
    linted(&mut bare)
        .args(["nextest", "run", "--workspace", "--run-ignored", "all"])
        .args([
            "-E",
            "test(=package::the_package_renders_where_nothing_else_is) \
         | test(=emulated::another_projects_runtime_api_runs_the_function)",
        ])
        .env("FRAMEWRIGHT_TEST_PACKAGE", &out)
        .env("FRAMEWRIGHT_FUNCTION_ZIP", out.join("render-function.zip"))
        .env("FRAMEWRIGHT_TEST_SITE", paths::example_bundle())
        .env("FRAMEWRIGHT_TEST_VENV", paths::venv());
    sh::run("render with the package alone", &mut bare)
}

fn source_checks() -> Result<()> {
    let mut format = paths::cargo();
    sh::run("check formatting", format.args(["fmt", "--all", "--check"]))?;
    println!("→ check the house's rules");
    tidy::run()
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
