//! A Remotion project, which `npx remotion bundle` makes a bundle of.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

/// Where the bundle goes, below the project: where tools keep what they can make again.
const OUT: &str = "node_modules/.cache/framewright";

/// A folder with a `package.json` that depends on Remotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    folder: PathBuf,
}

/// A project that could not be bundled.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Its command is not installed.
    #[error("`{}` has no node_modules/.bin/remotion; run `npm install` in it, with `@remotion/cli` among its dependencies", .0.display())]
    NotInstalled(PathBuf),
    /// npx could not be started.
    #[error("could not start npx, which comes with Node.js")]
    Npx(#[source] std::io::Error),
    /// What an earlier version left cannot be removed.
    #[error("could not remove the bundle of before in `{}`", folder.display())]
    Old {
        /// The bundle.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Remotion did not make a bundle.
    #[error("`npx remotion bundle` in `{}` ended with {status}:\n{said}", folder.display())]
    Failed {
        /// The project.
        folder: PathBuf,
        /// How it ended.
        status: std::process::ExitStatus,
        /// The end of what it said.
        said: String,
    },
}

impl Project {
    /// The project in `folder`, if there is one: a `package.json` that names Remotion.
    #[must_use]
    pub fn at(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("package.json")).ok()?;
        let package: serde_json::Value = serde_json::from_str(&text).ok()?;
        let names = |of: &str| {
            let packages = package[of].as_object();
            packages.is_some_and(|packages| {
                packages.contains_key("remotion") || packages.contains_key("@remotion/cli")
            })
        };
        (names("dependencies") || names("devDependencies")).then(|| Self {
            folder: folder.to_owned(),
        })
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Bundles it with its own version of Remotion, and returns the bundle's folder.
    ///
    /// Files refer to each other relatively, so that the bundle works below any path. The entry point is the project's
    /// own where it is `None`.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub async fn bundle(&self, entry: Option<&Path>) -> Result<PathBuf, ProjectError> {
        if !self.folder.join("node_modules/.bin/remotion").exists() {
            return Err(ProjectError::NotInstalled(self.folder.clone()));
        }
        // Remotion keeps what it finds there; an old chunk must not survive in a new bundle.
        let out = self.folder.join(OUT);
        match tokio::fs::remove_dir_all(&out).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(ProjectError::Old {
                    folder: out,
                    source: error,
                });
            }
            _ => {}
        }
        let mut command = Command::new("npx");
        command
            .args(["--no-install", "remotion", "bundle"])
            .args(entry)
            .args(["--log=error", "--disable-git-source", "--public-path=./"])
            .arg(format!("--out-dir={OUT}"))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let done = command.output().await.map_err(ProjectError::Npx)?;
        if !done.status.success() {
            let mut said = String::from_utf8_lossy(&done.stderr).into_owned();
            said += &String::from_utf8_lossy(&done.stdout);
            let lines: Vec<_> = said.trim().lines().collect();
            return Err(ProjectError::Failed {
                folder: self.folder.clone(),
                status: done.status,
                said: lines[lines.len().saturating_sub(30)..].join("\n"),
            });
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::Project;

    #[test]
    fn a_project_names_remotion() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("package.json");
        assert_eq!(Project::at(folder.path()), None);
        std::fs::write(&package, r#"{"dependencies":{"react":"19"}}"#).unwrap();
        assert_eq!(Project::at(folder.path()), None);
        std::fs::write(
            &package,
            r#"{"devDependencies":{"@remotion/cli":"4.0.527"}}"#,
        )
        .unwrap();
        assert!(Project::at(folder.path()).is_some());
    }

    #[tokio::test]
    async fn a_project_without_its_packages_is_told_what_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let package = r#"{"dependencies":{"remotion":"4.0.527"}}"#;
        std::fs::write(folder.path().join("package.json"), package).unwrap();
        let project = Project::at(folder.path()).unwrap();
        let error = project.bundle(None).await.unwrap_err();
        assert!(error.to_string().contains("npm install"), "{error}");
    }
}
