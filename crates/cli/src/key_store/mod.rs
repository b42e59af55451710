//! Where access keys are kept: a `.env` file, or a profile of the shared AWS files.
//!
//! What else is in a file stays as it is. Nobody but its owner may read it afterwards, and it is replaced in one step.

pub(crate) mod git;
mod lines;

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use client::credentials::AccessKey;
use client::env::{self, Environment};

use crate::args::KeepKey;
use lines::{with_profile_key, with_profile_region, with_variables};

/// A file, and the place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyStore {
    /// A file of variables.
    EnvFile(PathBuf),
    /// A profile: its key in the one file, its region in the other.
    Profile { name: String, files: SharedFiles },
}

/// The shared AWS files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedFiles {
    credentials: PathBuf,
    config: PathBuf,
}

impl SharedFiles {
    /// Where AWS's tools look for them too.
    fn of(environment: &Environment) -> Option<Self> {
        let home = || {
            Some(PathBuf::from(
                std::env::var_os("HOME").filter(|home| !home.is_empty())?,
            ))
        };
        let file = |variable, name| match environment.get(variable) {
            Some(path) => Some(PathBuf::from(path)),
            None => Some(home()?.join(".aws").join(name)),
        };
        Some(Self {
            credentials: file(env::AWS_SHARED_CREDENTIALS_FILE, "credentials")?,
            config: file(env::AWS_CONFIG_FILE, "config")?,
        })
    }
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
    #[error("no place is known for the shared AWS files")]
    #[diagnostic(help("set HOME, or AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE"))]
    NoHome,
    #[error("`{0}` cannot be the name of a profile")]
    #[diagnostic(help(
        "it stands between brackets on one line: use letters, digits, `-`, `_` and `.`"
    ))]
    ProfileName(String),
    #[error("{place} holds the access key {id} of somebody else")]
    #[diagnostic(help("take it out of there, or name another place"))]
    Occupied { place: String, id: String },
    #[error("profile {name} of `{}` gets its credentials by `{setting}`: a key in it would not be used", file.display())]
    #[diagnostic(help("name another profile"))]
    OtherKind {
        name: String,
        file: PathBuf,
        setting: &'static str,
    },
}

impl KeyStore {
    /// The place that was named, if one was.
    pub(crate) fn chosen(keep: &KeepKey) -> Result<Option<Self>, KeyStoreError> {
        match (&keep.key_file, &keep.key_profile) {
            (Some(file), _) => Self::env_file(file.clone()).map(Some),
            (None, Some(name)) => Self::profile(name.clone()).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// A file of variables that git does not track.
    pub(crate) fn env_file(file: PathBuf) -> Result<Self, KeyStoreError> {
        Self::EnvFile(file).checked()
    }

    /// A profile whose credentials are a key, or are to be.
    pub(crate) fn profile(name: String) -> Result<Self, KeyStoreError> {
        if name.trim() != name
            || name.contains(|letter: char| letter.is_control() || "[]\"'#;".contains(letter))
        {
            return Err(KeyStoreError::ProfileName(name));
        }
        let files = SharedFiles::of(&Environment::of_process()).ok_or(KeyStoreError::NoHome)?;
        if let Some(setting) = lines::other_kind(&read(&files.config)?, &name) {
            return Err(KeyStoreError::OtherKind {
                name,
                file: files.config,
                setting,
            });
        }
        Self::Profile { name, files }.checked()
    }

    /// The place that the key `id` is in: `.env` of the current folder, or a profile.
    pub(crate) fn holding(id: &str) -> Result<Option<Self>, KeyStoreError> {
        let env_file = PathBuf::from(".env");
        if read(&env_file)?.contains(id) {
            return Self::env_file(env_file).map(Some);
        }
        let Some(files) = SharedFiles::of(&Environment::of_process()) else {
            return Ok(None);
        };
        let name = lines::profile_of(&read(&files.credentials)?, id);
        match name {
            Some(name) => Self::Profile { name, files }.checked().map(Some),
            None => Ok(None),
        }
    }

    fn checked(self) -> Result<Self, KeyStoreError> {
        if git::tracks(self.file()) {
            return Err(KeyStoreError::Tracked(self.file().to_owned()));
        }
        writable(self.file()).map_err(|source| KeyStoreError::Write {
            path: self.file().to_owned(),
            source,
        })?;
        Ok(self)
    }

    /// The id of the key that is there, if one is.
    pub(crate) fn held(&self) -> Result<Option<String>, KeyStoreError> {
        let text = read(self.file())?;
        Ok(match self {
            Self::EnvFile(_) => lines::id_in_variables(&text),
            Self::Profile { name, .. } => lines::id_in_profile(&text, name),
        })
    }

    /// Refuses to replace a key other than `own`.
    pub(crate) fn vacant_but_for(&self, own: Option<&str>) -> Result<(), KeyStoreError> {
        match self.held()? {
            Some(id) if Some(id.as_str()) != own => Err(KeyStoreError::Occupied {
                place: self.to_string(),
                id,
            }),
            _ => Ok(()),
        }
    }

    fn file(&self) -> &Path {
        match self {
            Self::EnvFile(file) => file,
            Self::Profile { files, .. } => &files.credentials,
        }
    }

    /// Puts the key in place of the one that is there, or adds it; the region too, where one is given.
    pub(crate) fn write(&self, key: &AccessKey, region: Option<&str>) -> Result<(), KeyStoreError> {
        match self {
            Self::EnvFile(file) => rewrite(file, |before| with_variables(before, key, region)),
            Self::Profile { name, files } => {
                // A region without a key does no harm; a key that its owner takes for complete might.
                if let Some(region) = region {
                    rewrite(&files.config, |before| {
                        with_profile_region(before, name, region)
                    })?;
                }
                rewrite(&files.credentials, |before| {
                    with_profile_key(before, name, key)
                })
            }
        }
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
            Self::Profile { name, files } => {
                write!(f, "profile {name} of {}", files.credentials.display())
            }
        }
    }
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

/// Whether the file can be replaced, or made: tried without leaving anything behind.
fn writable(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut folders = path.ancestors().skip(1);
    // The folder of a file without one is the current one, which is always there.
    let folder = folders.find(|folder| folder.as_os_str().is_empty() || folder.exists());
    let beside = folder
        .unwrap_or(Path::new(""))
        .join(format!(".framewright.{}.new", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).open(&beside)?;
    std::fs::remove_file(beside)
}

fn rewrite(path: &Path, change: impl FnOnce(&str) -> String) -> Result<(), KeyStoreError> {
    let after = change(&read(path)?);
    replace(path, &after).map_err(|source| KeyStoreError::Write {
        path: path.to_owned(),
        source,
    })
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

    use client::credentials::AccessKey;

    use super::{KeyStore, SharedFiles};

    fn key(id: &str, secret: &str) -> AccessKey {
        AccessKey {
            id: id.into(),
            secret: secret.into(),
            session_token: None,
        }
    }

    #[test]
    fn only_its_owner_reads_a_file_of_keys() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/.env");
        let store = KeyStore::EnvFile(file.clone());
        store.write(&key("AKIAONE", "one"), None).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        store.write(&key("AKIATWO", "two"), None).unwrap();
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

    #[test]
    fn what_cannot_be_written_is_known_before_a_key_is_made() {
        let folder = tempfile::tempdir().unwrap();
        assert!(KeyStore::env_file(folder.path().to_owned()).is_err());
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(KeyStore::env_file(file.join("below")).is_err());
        assert!(KeyStore::env_file("/proc/x.env".into()).is_err());
        let new = folder.path().join("new/.env");
        assert!(KeyStore::env_file(new).is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_key_of_somebody_else_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let store = KeyStore::EnvFile(folder.path().join(".env"));
        store.vacant_but_for(None).unwrap();
        store.write(&key("AKIAONE", "one"), None).unwrap();
        assert_eq!(store.held().unwrap().as_deref(), Some("AKIAONE"));
        store.vacant_but_for(Some("AKIAONE")).unwrap();
        for own in [None, Some("AKIATWO")] {
            let refused = store.vacant_but_for(own).unwrap_err().to_string();
            assert!(refused.contains("AKIAONE"), "{refused}");
        }
    }

    #[test]
    fn a_profile_has_its_key_in_one_file_and_its_region_in_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let files = SharedFiles {
            credentials: folder.path().join("credentials"),
            config: folder.path().join("config"),
        };
        let store = KeyStore::Profile {
            name: "remotion".into(),
            files: files.clone(),
        };
        store.write(&key("AKIAONE", "one"), None).unwrap();
        assert!(!files.config.exists(), "no region was given");
        store
            .write(&key("AKIATWO", "two"), Some("eu-west-1"))
            .unwrap();
        let text = |file| std::fs::read_to_string(file).unwrap();
        assert_eq!(
            text(&files.credentials),
            "[remotion]\naws_access_key_id = AKIATWO\naws_secret_access_key = two\n"
        );
        assert_eq!(
            text(&files.config),
            "[profile remotion]\nregion = eu-west-1\n"
        );
    }
}
