//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the checkout that `cargo` runs this in, which need not be the one it was built in:
/// two checkouts may share a build folder.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let package = package.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        package.parent().map_or_else(|| ".".into(), Path::to_owned)
    })
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

/// What runs the documents' own programs in tests.
pub(crate) fn snippets() -> PathBuf {
    root().join("crates/cli/tests/snippets")
}

/// The CDK app of the triggers.
pub(crate) fn example_cdk() -> PathBuf {
    root().join("examples/cdk")
}

/// The npm packages that tests read templates with.
pub(crate) fn test_npm() -> PathBuf {
    root().join("xtask/npm")
}

/// The example project's bundle.
pub(crate) fn example_bundle() -> PathBuf {
    example_site().join("build")
}

/// `cargo`, the one that runs this, in the root of the checkout.
///
/// It does not inherit what cargo says of this package: build scripts that depend on such a variable (ring's) would run
/// again, and everything above them be compiled again, whenever a build is started by hand, or in another checkout.
pub(crate) fn cargo() -> Command {
    static CARGO: OnceLock<std::ffi::OsString> = OnceLock::new();
    let cargo = CARGO.get_or_init(|| std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let mut command = Command::new(cargo);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let of_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
        let name = name.to_string_lossy();
        if of_package.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(&*name);
        }
    }
    command
}
