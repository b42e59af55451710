//! `framewright.toml`: what a project says once for every command.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

const NAME: &str = "framewright.toml";

/// The file's content.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectFile {
    /// The region, where neither an option nor a variable nor a profile names one.
    pub(crate) region: Option<String>,
    /// The bucket of sites and renders.
    pub(crate) bucket: Option<String>,
    /// The name of the site.
    pub(crate) site: Option<String>,
    /// The function's memory in MiB.
    pub(crate) memory: Option<u32>,
    /// The size of its `/tmp` in MiB.
    pub(crate) disk: Option<u32>,
    /// How long one of its invocations may take, in seconds.
    pub(crate) timeout: Option<u32>,
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum ProjectFileError {
    #[error("could not read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{}` is not as expected: {reason}", path.display())]
    #[diagnostic(help(
        "it takes region, bucket, site, memory, disk and timeout, such as region = \"eu-central-1\""
    ))]
    Content { path: PathBuf, reason: String },
}

/// The project file of `folder`; an empty one where there is none.
pub(crate) fn read(folder: &Path) -> Result<ProjectFile, ProjectFileError> {
    let path = folder.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ProjectFile::default()),
        Err(source) => return Err(ProjectFileError::Read { path, source }),
    };
    toml::from_str(&text).map_err(|error| ProjectFileError::Content {
        path,
        reason: error.message().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{ProjectFileError, read};

    #[test]
    fn a_region_is_read_and_an_unknown_line_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap().region, None);
        let path = folder.path().join("framewright.toml");
        std::fs::write(&path, "region = \"eu-central-1\"\n").unwrap();
        assert_eq!(
            read(folder.path()).unwrap().region.as_deref(),
            Some("eu-central-1")
        );
        std::fs::write(&path, "regoin = \"eu-central-1\"\n").unwrap();
        let error = read(folder.path()).unwrap_err();
        assert!(
            matches!(&error, ProjectFileError::Content { reason, .. } if reason.contains("regoin")),
            "{error}"
        );
    }
}
