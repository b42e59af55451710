//! `.env`: variables of a project, beside those of the process.
//!
//! The process's own variables win. A key is taken whole or not at all: where the process sets one part of an access
//! key, the file's other parts belong to another key and are left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use client::credentials;

/// The file that is read where none is named.
const DEFAULT: &str = ".env";

/// What these names start with is read, in any case of letters for the proxies; the rest of the file is for others.
const OURS: [&str; 3] = ["AWS_", "FRAMEWRIGHT_", "REMOTION_"];
const PROXIES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/// What came of the file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct EnvFile {
    /// The file that was read, if there is one.
    pub(crate) path: Option<PathBuf>,
    /// Names of the variables that were taken from it.
    pub(crate) taken: BTreeSet<String>,
    /// Names of those that the process sets itself, to something else.
    pub(crate) overridden: BTreeSet<String>,
}

/// A file cannot be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum EnvFileError {
    /// It is not there, or not readable.
    #[error("could not read `{}`", path.display())]
    #[diagnostic(help("--env-file names a file of lines such as REMOTION_AWS_PROFILE=remotion"))]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    // The line itself is not shown, since it may hold a secret.
    #[error("`{}` has a line that cannot be read, after {}", path.display(), after.as_deref().unwrap_or("its beginning"))]
    #[diagnostic(help("lines are NAME=VALUE; a value with spaces or `#` needs quotes"))]
    Line {
        path: PathBuf,
        after: Option<String>,
    },
}

/// Reads the file that was named, or `.env` of the working directory if there is one, into the process's environment.
///
/// This must happen before the process has a second thread.
pub(crate) fn load(named: Option<&Path>) -> Result<EnvFile, EnvFileError> {
    let path = match named {
        Some(path) => path,
        None if Path::new(DEFAULT).is_file() => Path::new(DEFAULT),
        None => return Ok(EnvFile::default()),
    };
    let said = read(path)?;
    let (taken, overridden) = split(said, |name| std::env::var(name).ok());
    for (name, value) in &taken {
        // SAFETY: the process has one thread.
        #[expect(
            unsafe_code,
            reason = "the SDK, child processes and clap read the environment"
        )]
        unsafe {
            std::env::set_var(name, value);
        }
    }
    Ok(EnvFile {
        path: Some(path.to_owned()),
        taken: taken.into_keys().collect(),
        overridden,
    })
}

fn read(path: &Path) -> Result<BTreeMap<String, String>, EnvFileError> {
    let lines = dotenvy::from_path_iter(path).map_err(|error| EnvFileError::Read {
        path: path.to_owned(),
        source: match error {
            dotenvy::Error::Io(source) => source,
            other => std::io::Error::other(other),
        },
    })?;
    let mut said = BTreeMap::new();
    let mut after = None;
    for line in lines {
        match line {
            Ok((name, value)) => {
                after = Some(name.clone());
                // The first of two wins, as everywhere that reads such files.
                said.entry(name).or_insert(value);
            }
            Err(dotenvy::Error::Io(source)) => {
                return Err(EnvFileError::Read {
                    path: path.to_owned(),
                    source,
                });
            }
            Err(_) => {
                return Err(EnvFileError::Line {
                    path: path.to_owned(),
                    after,
                });
            }
        }
    }
    Ok(said)
}

/// What is taken of a file, and what the process says otherwise.
fn split(
    said: BTreeMap<String, String>,
    of_process: impl Fn(&str) -> Option<String>,
) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let mut taken = BTreeMap::new();
    let mut overridden = BTreeSet::new();
    for (name, value) in said.into_iter().filter(|(name, _)| is_ours(name)) {
        match of_process(&name) {
            Some(present) if present == value => {}
            Some(_) => drop(overridden.insert(name)),
            None if other_key(&name, &of_process) => drop(overridden.insert(name)),
            None => drop(taken.insert(name, value)),
        }
    }
    (taken, overridden)
}

fn is_ours(name: &str) -> bool {
    OURS.iter().any(|prefix| name.starts_with(prefix))
        || PROXIES.contains(&name.to_ascii_uppercase().as_str())
}

/// Whether `name` is a part of a key of which the process sets another part.
fn other_key(name: &str, of_process: &impl Fn(&str) -> Option<String>) -> bool {
    credentials::KEYS.iter().any(|parts| {
        parts.iter().any(|part| part.name() == name)
            && parts
                .iter()
                .any(|part| of_process(part.name()).is_some_and(|value| !value.is_empty()))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{EnvFileError, read, split};

    fn check(file: &[(&str, &str)], process: &[(&str, &str)], taken: &[&str], overridden: &[&str]) {
        let said = file
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let process: BTreeMap<_, _> = process.iter().copied().collect();
        let (found, other) = split(said, |name| {
            process.get(name).map(|value| (*value).to_owned())
        });
        assert_eq!(found.keys().collect::<Vec<_>>(), taken);
        assert_eq!(other.iter().collect::<Vec<_>>(), overridden);
    }

    #[test]
    fn the_process_wins() {
        check(
            &[("AWS_REGION", "a"), ("AWS_PROFILE", "p")],
            &[("AWS_REGION", "b")],
            &["AWS_PROFILE"],
            &["AWS_REGION"],
        );
        check(
            &[("AWS_REGION", "a")],
            &[("AWS_REGION", "")],
            &[],
            &["AWS_REGION"],
        );
    }

    #[test]
    fn a_key_is_taken_whole_or_not_at_all() {
        let file = [
            ("AWS_ACCESS_KEY_ID", "file"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_SESSION_TOKEN", "t"),
            ("REMOTION_AWS_ACCESS_KEY_ID", "r"),
        ];
        check(
            &file,
            &[
                ("AWS_ACCESS_KEY_ID", "process"),
                ("AWS_SECRET_ACCESS_KEY", "x"),
            ],
            &["REMOTION_AWS_ACCESS_KEY_ID"],
            &[
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN",
            ],
        );
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        check(
            &[
                ("PATH_TO_X", "1"),
                ("https_proxy", "http://p"),
                ("LD_PRELOAD", "x.so"),
            ],
            &[],
            &["https_proxy"],
            &[],
        );
    }

    #[test]
    fn a_broken_line_is_placed_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "AWS_REGION=eu-west-1\nAWS_SECRET 'hush\n").unwrap();
        let error = read(&path).unwrap_err();
        assert!(
            matches!(&error, EnvFileError::Line { after: Some(name), .. } if name == "AWS_REGION")
        );
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}
