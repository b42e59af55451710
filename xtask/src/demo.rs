//! The newcomer's first render.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{package, paths, setup, sh};

/// Sets up, builds, and renders the whole of Title. The last line printed is the absolute path of the mp4.
pub(crate) fn run() -> Result<()> {
    setup::rendering()?;
    let mut build = paths::cargo();
    sh::run(
        "build framewright",
        build.args([
            "build",
            "--release",
            "--workspace",
            "--bin",
            "framewright",
            "--bin",
            "sandbox-init",
        ]),
    )?;
    package::run(&package::Options::default())?;
    let out = paths::root().join("out/Title.mp4");
    let mut render = Command::new(paths::target().join("release/framewright"));
    render
        .arg("render")
        .arg(paths::example_bundle())
        .arg("Title")
        .arg(&out)
        .arg("--overwrite");
    sh::run("render Title", &mut render)?;
    let out = out.canonicalize().context("the render left no file")?;
    println!("{}", out.display());
    Ok(())
}
