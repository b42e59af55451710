//! `crates/iam` beside iam-rs: one process, optimised as it ships.

use anyhow::Result;

use crate::{paths, sh};

/// Builds the benchmark and runs it, which prints its tables.
pub(crate) fn run() -> Result<()> {
    let mut cargo = paths::cargo();
    cargo.args(["run", "--quiet", "--release", "--package", "iam-bench"]);
    sh::run("measure the policy engine", &mut cargo)
}
