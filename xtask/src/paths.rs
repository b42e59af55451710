//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Cargo's build folder, which may be kept between checkouts.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Tools that the set-up installs for itself: a Python environment and what it brings.
pub(crate) fn venv() -> PathBuf {
    target().join("tools/venv")
}

/// The example project.
pub(crate) fn example_site() -> PathBuf {
    root().join("examples/site")
}

/// The example project's bundle.
pub(crate) fn example_bundle() -> PathBuf {
    example_site().join("build")
}

/// `cargo`, the one that runs this, in the root of the checkout.
pub(crate) fn cargo() -> Command {
    static CARGO: OnceLock<std::ffi::OsString> = OnceLock::new();
    let cargo = CARGO.get_or_init(|| std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let mut command = Command::new(cargo);
    command.current_dir(root());
    command
}
