//! What git does with a file. Where git is not there, or no repository is, it does nothing.

use std::path::Path;
use std::process::{Command, Stdio};

/// What git does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Git {
    /// It is in no work tree.
    Nothing,
    /// It leaves the file alone.
    Ignores,
    /// `git add .` would take it.
    MightAdd,
    /// It is in the index.
    Tracks,
}

/// What git does with the file at `path`.
pub(crate) fn does_with(path: &Path) -> Git {
    if tracks(path) {
        Git::Tracks
    } else if !is_in_work_tree(path) {
        Git::Nothing
    } else if might_add(path) {
        Git::MightAdd
    } else {
        Git::Ignores
    }
}

/// Whether the file is in the index.
pub(super) fn tracks(path: &Path) -> bool {
    succeeds(path, &["ls-files", "--error-unmatch"])
}

/// Whether the file is in a work tree, and `git add .` would take it.
pub(super) fn might_add(path: &Path) -> bool {
    is_in_work_tree(path) && !succeeds(path, &["check-ignore", "--quiet"])
}

fn is_in_work_tree(path: &Path) -> bool {
    run(path, &["ls-files", "--others"], false)
}

fn succeeds(path: &Path, arguments: &[&str]) -> bool {
    run(path, arguments, true)
}

fn run(path: &Path, arguments: &[&str], on_file: bool) -> bool {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut git = Command::new("git");
    git.arg("-C")
        .arg(folder.unwrap_or(Path::new(".")))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if on_file {
        git.arg("--").arg(path.file_name().unwrap_or_default());
    }
    git.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::{Git, does_with, might_add, tracks};

    fn git(folder: &Path, arguments: &[&str]) {
        let mut git = Command::new("git");
        assert!(
            git.arg("-C")
                .arg(folder)
                .args(arguments)
                .status()
                .unwrap()
                .success()
        );
    }

    #[test]
    fn tracked_ignored_and_neither_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["tracked", "ignored", "neither"] {
            std::fs::write(at(name), "").unwrap();
        }
        assert!(!might_add(&at("neither")), "there is no repository");
        assert_eq!(does_with(&at("neither")), Git::Nothing);
        git(folder.path(), &["init", "--quiet"]);
        git(folder.path(), &["add", "tracked"]);
        std::fs::write(at(".gitignore"), "ignored\n").unwrap();
        let all = ["tracked", "ignored", "neither"];
        assert_eq!(all.map(|name| tracks(&at(name))), [true, false, false]);
        assert!(!might_add(&at("ignored")) && might_add(&at("neither")));
        let expected = [Git::Tracks, Git::Ignores, Git::MightAdd];
        assert_eq!(all.map(|name| does_with(&at(name))), expected);
    }
}
