//! The files that a command needs beside itself.

use std::path::PathBuf;

/// A file that is not where it should be.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{what} is not at `{}`", path.display())]
pub(crate) struct Missing {
    what: &'static str,
    path: PathBuf,
    #[help]
    help: &'static str,
}

/// The render function's zip: as given, or beside this program.
pub(crate) fn function_zip(given: Option<PathBuf>) -> Result<PathBuf, Missing> {
    let help = "`cargo xtask package` makes it; --function-zip or FRAMEWRIGHT_FUNCTION_ZIP says where it is";
    find(
        "the render function's zip",
        given,
        "render-function.zip",
        help,
    )
}

/// The clip cutter's zip: as given, or beside this program.
pub(crate) fn clip_zip(given: Option<PathBuf>) -> Result<PathBuf, Missing> {
    let help =
        "`cargo xtask package` makes it; --clip-zip or FRAMEWRIGHT_CLIP_ZIP says where it is";
    find("the clip cutter's zip", given, "clip-function.zip", help)
}

/// The helper that isolates functions: as given, or beside this program.
pub(crate) fn sandbox_init(given: Option<PathBuf>) -> Result<PathBuf, Missing> {
    let help = "`cargo build --release` makes it beside framewright; FRAMEWRIGHT_SANDBOX_INIT says where it is";
    find(
        "the helper that isolates functions",
        given,
        "sandbox-init",
        help,
    )
}

fn find(
    what: &'static str,
    given: Option<PathBuf>,
    name: &str,
    help: &'static str,
) -> Result<PathBuf, Missing> {
    let beside = || {
        std::env::current_exe()
            .unwrap_or_default()
            .with_file_name(name)
    };
    let path = given.unwrap_or_else(beside);
    if path.is_file() {
        Ok(path)
    } else {
        Err(Missing { what, path, help })
    }
}
