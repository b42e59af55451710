//! Where programs are.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The folder that Lambda layers put their programs in. It is searched before `PATH`.
const LAYER_FOLDER: &str = "/opt/bin";

/// The folders in which [`find_program`] looks, in order: `/opt/bin`, then those of `PATH`.
#[must_use]
pub fn search_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    std::iter::once(PathBuf::from(LAYER_FOLDER))
        .chain(env::split_paths(&path).filter(|folder| folder.is_absolute()))
        .collect()
}

/// Finds the first of `names` that exists as an executable file.
///
/// A folder that comes earlier wins over a name that comes earlier: `/opt/bin` with any of the names is preferred
/// to `PATH`, because a layer is deployed for this very purpose.
#[must_use]
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    search_path()
        .iter()
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_found_and_a_missing_name_is_skipped() {
        let found = find_program(&["framewright-no-such-program", "sh"]).unwrap();
        assert!(found.ends_with("sh"));
        assert!(is_executable(&found));
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        assert_eq!(find_program(&["framewright-no-such-program"]), None);
    }
}
