//! Where access keys are kept: a `.env` file, or a profile of the shared AWS credentials file.
//!
//! What else is in a file stays as it is. Nobody but its owner may read it afterwards, and it is replaced in one step.

pub(crate) mod git;
mod lines;

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::args::KeepKey;
use lines::{with_profile_key, with_variable_key};

/// A file, and the place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyStore {
    /// A file of variables.
    EnvFile(PathBuf),
    /// A section of a shared credentials file.
    Profile { file: PathBuf, name: String },
}

/// A key cannot be kept.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum KeyStoreError {
    #[error("git tracks `{}`: a key in it would be published", .0.display())]
    #[diagnostic(help("`git rm --cached {}` stops that, or name another file", .0.display()))]
    Tracked(PathBuf),
    #[error("could not read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("could not write `{}`", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("no place is known for the shared credentials file")]
    #[diagnostic(help("set HOME or AWS_SHARED_CREDENTIALS_FILE"))]
    NoHome,
}

impl KeyStore {
    /// The place that was named, if one was.
    pub(crate) fn chosen(keep: &KeepKey) -> Result<Option<Self>, KeyStoreError> {
        let store = match (&keep.key_file, &keep.key_profile) {
            (Some(file), _) => Self::EnvFile(file.clone()),
            (None, Some(name)) => Self::Profile {
                file: shared_file().ok_or(KeyStoreError::NoHome)?,
                name: name.clone(),
            },
            (None, None) => return Ok(None),
        };
        store.checked().map(Some)
    }

    /// The place that the key `id` is in: `.env` of the current folder, or a profile.
    pub(crate) fn holding(id: &str) -> Result<Option<Self>, KeyStoreError> {
        let env_file = PathBuf::from(".env");
        if read(&env_file)?.contains(id) {
            return Self::EnvFile(env_file).checked().map(Some);
        }
        let Some(file) = shared_file() else {
            return Ok(None);
        };
        let name = lines::profile_of(&read(&file)?, id);
        match name {
            Some(name) => Self::Profile { file, name }.checked().map(Some),
            None => Ok(None),
        }
    }

    fn checked(self) -> Result<Self, KeyStoreError> {
        if git::tracks(self.file()) {
            return Err(KeyStoreError::Tracked(self.file().to_owned()));
        }
        Ok(self)
    }

    fn file(&self) -> &Path {
        match self {
            Self::EnvFile(file) | Self::Profile { file, .. } => file,
        }
    }

    /// Puts the key in place of the one that is there, or adds it.
    pub(crate) fn write(&self, id: &str, secret: &str) -> Result<(), KeyStoreError> {
        let before = read(self.file())?;
        let after = match self {
            Self::EnvFile(_) => with_variable_key(&before, id, secret),
            Self::Profile { name, .. } => with_profile_key(&before, name, id, secret),
        };
        replace(self.file(), &after).map_err(|source| KeyStoreError::Write {
            path: self.file().to_owned(),
            source,
        })
    }

    /// What its owner should know.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let file = self.file();
        let warning = || {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            format!(
                "git does not ignore {}: add the line `{name}` to .gitignore",
                file.display()
            )
        };
        git::might_add(file).then(warning).into_iter().collect()
    }
}

impl fmt::Display for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EnvFile(file) => write!(f, "{}", file.display()),
            Self::Profile { file, name } => write!(f, "profile {name} of {}", file.display()),
        }
    }
}

fn shared_file() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    set("AWS_SHARED_CREDENTIALS_FILE")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(set("HOME")?).join(".aws/credentials")))
}

/// The file's text; of one that is not there, none.
fn read(path: &Path) -> Result<String, KeyStoreError> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|source| KeyStoreError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    // A link stays a link.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&beside, &path));
    if written.is_err() {
        // What is half written holds a secret.
        std::fs::remove_file(&beside)?;
    }
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::KeyStore;

    #[test]
    fn only_its_owner_reads_a_file_of_keys() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/.env");
        let store = KeyStore::EnvFile(file.clone());
        store.write("AKIAONE", "one").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        store.write("AKIATWO", "two").unwrap();
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("two") && !text.contains("one"), "{text}");
        assert_eq!(
            std::fs::read_dir(folder.path().join("new"))
                .unwrap()
                .count(),
            1
        );
    }
}
