//! `.env`: variables of a project, beside those of the process.
//!
//! The process's own variables win; one that is empty counts as absent. A key is taken whole from one of the two: where
//! the process sets its id or its secret, the file's parts are left alone; where the file has the key, a session token
//! of the process belongs to another one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use client::credentials;

use crate::dotenv::{self, Said};

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
    /// Names of variables of the process that are of no whole key, where the file holds one.
    pub(crate) dropped: BTreeSet<String>,
    /// Lines that begin as ours do and say nothing, by their numbers.
    pub(crate) unread: Vec<usize>,
}

/// A file cannot be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("could not read `{}`", path.display())]
#[diagnostic(help("--env-file names a file of lines such as REMOTION_AWS_PROFILE=remotion"))]
pub(crate) struct EnvFileError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

/// Takes empty variables of ours out of the process's environment: to the SDK, an empty name of a profile is a name.
///
/// This must happen before the process has a second thread.
pub(crate) fn forget_empty() {
    for (name, value) in std::env::vars_os() {
        if value.is_empty() && name.to_str().is_some_and(is_ours) {
            remove(&name.to_string_lossy());
        }
    }
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
    let bytes = std::fs::read(path).map_err(|source| EnvFileError {
        path: path.to_owned(),
        source,
    })?;
    let Said { values, unread } = dotenv::read(&String::from_utf8_lossy(&bytes));
    let split = split(values, |name| std::env::var(name).ok());
    split.dropped.iter().for_each(|name| remove(name));
    for (name, value) in &split.taken {
        // SAFETY: the process has one thread.
        #[expect(
            unsafe_code,
            reason = "the SDK, child processes and clap read the environment"
        )]
        unsafe {
            std::env::set_var(name, value);
        }
    }
    let ours = unread.into_iter().filter(|(_, word)| is_ours(word));
    Ok(EnvFile {
        path: Some(path.to_owned()),
        taken: split.taken.into_keys().collect(),
        overridden: split.overridden,
        dropped: split.dropped,
        unread: ours.map(|(number, _)| number).collect(),
    })
}

fn remove(name: &str) {
    // SAFETY: the process has one thread.
    #[expect(
        unsafe_code,
        reason = "the SDK, child processes and clap read the environment"
    )]
    unsafe {
        std::env::remove_var(name);
    }
}

impl EnvFile {
    /// What a person should know of it: what is not used, and why.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> {
        let path = self.path.as_deref().unwrap_or(Path::new(DEFAULT)).display();
        let lines = self.unread.iter().map(move |number| {
            format!("line {number} of `{path}` is no NAME=VALUE and is passed over")
        });
        let path = self.path.as_deref().unwrap_or(Path::new(DEFAULT)).display();
        let tokens = self.dropped.iter().map(move |name| {
            format!("{name} of the process is not used: the key comes from `{path}`, and a session belongs to its key")
        });
        let path = self.path.as_deref().unwrap_or(Path::new(DEFAULT)).display();
        let keys = credentials::KEYS.iter().map(|[id, ..]| id.name());
        let hidden = keys.filter(|id| self.overridden.contains(*id));
        let hidden = hidden.map(move |id| {
            format!("the key of `{path}` ({id}) is not used: the process has its own")
        });
        lines.chain(tokens).chain(hidden)
    }
}

/// Whose values are used.
#[derive(Debug, Default, PartialEq, Eq)]
struct Split {
    taken: BTreeMap<String, String>,
    overridden: BTreeSet<String>,
    dropped: BTreeSet<String>,
}

/// What is taken of a file, and what the process says otherwise.
fn split(said: BTreeMap<String, String>, of_process: impl Fn(&str) -> Option<String>) -> Split {
    let of_process = |name: &str| of_process(name).filter(|value| !value.is_empty());
    let mut split = Split::default();
    for [id, secret, token] in &credentials::KEYS {
        let is_there = |says: &dyn Fn(&str) -> bool| says(id.name()) || says(secret.name());
        let in_process = is_there(&|name| of_process(name).is_some());
        let in_file = is_there(&|name| said.get(name).is_some_and(|value| !value.is_empty()));
        if in_file && !in_process && of_process(token.name()).is_some() {
            split.dropped.insert(token.name().to_owned());
        }
    }
    let ours = said.into_iter();
    for (name, value) in ours.filter(|(name, value)| is_ours(name) && !value.is_empty()) {
        match of_process(&name).filter(|_| !split.dropped.contains(&name)) {
            Some(present) if present == value => {}
            Some(_) => drop(split.overridden.insert(name)),
            None if other_key(&name, &of_process) => drop(split.overridden.insert(name)),
            None => drop(split.taken.insert(name, value)),
        }
    }
    split
}

fn is_ours(name: &str) -> bool {
    OURS.iter().any(|prefix| name.starts_with(prefix))
        || PROXIES.contains(&name.to_ascii_uppercase().as_str())
}

/// Whether `name` is a part of a key of which the process sets the id or the secret.
fn other_key(name: &str, of_process: &impl Fn(&str) -> Option<String>) -> bool {
    credentials::KEYS.iter().any(|parts| {
        let [id, secret, _] = parts;
        parts.iter().any(|part| part.name() == name)
            && [id, secret]
                .iter()
                .any(|part| of_process(part.name()).is_some())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{EnvFile, split};

    #[track_caller]
    fn check(
        file: &[(&str, &str)],
        process: &[(&str, &str)],
        taken: &[&str],
        overridden: &[&str],
        dropped: &[&str],
    ) {
        let said = file
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let process: BTreeMap<_, _> = process.iter().copied().collect();
        let found = split(said, |name| {
            process.get(name).map(|value| (*value).to_owned())
        });
        assert_eq!(found.taken.keys().collect::<Vec<_>>(), taken);
        assert_eq!(found.overridden.iter().collect::<Vec<_>>(), overridden);
        assert_eq!(found.dropped.iter().collect::<Vec<_>>(), dropped);
    }

    #[test]
    fn the_process_wins_with_what_is_not_empty() {
        check(
            &[("AWS_REGION", "a"), ("AWS_PROFILE", "p")],
            &[("AWS_REGION", "b")],
            &["AWS_PROFILE"],
            &["AWS_REGION"],
            &[],
        );
        let empty = [("AWS_REGION", "")];
        check(&[("AWS_REGION", "a")], &empty, &["AWS_REGION"], &[], &[]);
        check(&empty, &[], &[], &[], &[]);
    }

    const KEY: [(&str, &str); 3] = [
        ("AWS_ACCESS_KEY_ID", "file"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_SESSION_TOKEN", "t"),
    ];

    const NAMES: [&str; 3] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];

    #[test]
    fn a_key_is_taken_whole_from_one_place() {
        let other = ("REMOTION_AWS_ACCESS_KEY_ID", "r");
        let file = [&KEY[..], &[other]].concat();
        let process = [
            ("AWS_ACCESS_KEY_ID", "process"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
        ];
        check(&file, &process, &[other.0], &NAMES, &[]);
        // Half a key is the process's own mistake, and not mended with another's half.
        check(&KEY, &process[1..], &[], &NAMES, &[]);
        check(&KEY, &[("AWS_ACCESS_KEY_ID", "")], &NAMES, &[], &[]);
    }

    #[test]
    fn a_session_without_its_key_is_dropped() {
        let token = [("AWS_SESSION_TOKEN", "bogus")];
        check(&KEY, &token, &NAMES, &[], &NAMES[2..]);
        check(&KEY[..2], &token, &NAMES[..2], &[], &NAMES[2..]);
        check(&[], &token, &[], &[], &[]);
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
            &[],
        );
    }

    #[test]
    fn what_is_not_used_is_said() {
        let name = |name: &str| [name.to_owned()].into();
        let file = EnvFile {
            path: Some(".env".into()),
            overridden: name("AWS_ACCESS_KEY_ID"),
            dropped: name("REMOTION_AWS_SESSION_TOKEN"),
            unread: vec![3],
            ..EnvFile::default()
        };
        let said: Vec<_> = file.warnings().collect();
        assert_eq!(
            said,
            [
                "line 3 of `.env` is no NAME=VALUE and is passed over",
                "REMOTION_AWS_SESSION_TOKEN of the process is not used: the key comes from `.env`, and a session belongs to its key",
                "the key of `.env` (AWS_ACCESS_KEY_ID) is not used: the process has its own",
            ]
        );
    }
}
