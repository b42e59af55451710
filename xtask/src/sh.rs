//! Running other programs, visibly.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Runs `command` with its output shown, and says what it is and how long it took.
///
/// # Errors
/// If it cannot be started or does not succeed.
pub(crate) fn run(what: &str, command: &mut Command) -> Result<()> {
    println!("→ {what}");
    let start = Instant::now();
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{what}: could not start `{}`", shown(command)))?;
    if !status.success() {
        bail!("{what}: `{}` ended with {status}", shown(command));
    }
    println!("  {what}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// The standard output of `command`, which must succeed.
///
/// # Errors
/// If it cannot be started or does not succeed; the message holds its standard error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let out = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    if !out.status.success() {
        bail!(
            "`{}` ended with {}\n{}",
            shown(command),
            out.status,
            String::from_utf8_lossy(&out.stderr)
        );
    }
    Ok(String::from_utf8(out.stdout)?)
}

/// The first folder of `PATH` that holds an executable `program`.
pub(crate) fn which(program: impl AsRef<Path>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(&program))
        .find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
