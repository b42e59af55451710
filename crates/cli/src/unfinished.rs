//! Renders that were begun and have not ended, so that the same command again goes on with them.

use std::path::{Path, PathBuf};
use std::{fs, io};

use client::RenderRequest;

/// The folder in the state's.
const FOLDER: &str = "unfinished";

/// Where the id of one command's render is kept until that ends.
pub(crate) struct Unfinished {
    // Nothing is kept where the state is gone with the process.
    file: Option<PathBuf>,
}

/// The note of an unfinished render cannot be kept.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("could not keep note of the render in `{}`", file.display())]
#[diagnostic(help("the state folder must be one that you can write to"))]
pub(crate) struct NoteError {
    file: PathBuf,
    #[source]
    source: io::Error,
}

impl Unfinished {
    /// Of a command that keeps no note.
    pub(crate) fn nothing() -> Self {
        Self { file: None }
    }

    /// Of the command that wants `request` of one version of a site in the file `out`. `state` is the cloud's folder.
    pub(crate) fn new(
        state: Option<PathBuf>,
        request: &RenderRequest,
        version: Option<&str>,
        out: &Path,
    ) -> Result<Self, NoteError> {
        let Some(state) = state else {
            return Ok(Self::nothing());
        };
        let out = std::path::absolute(out).map_err(|source| NoteError {
            file: out.to_owned(),
            source,
        })?;
        let command = request.digest(&[version.unwrap_or_default(), &out.to_string_lossy()]);
        Ok(Self {
            file: Some(state.join(FOLDER).join(command)),
        })
    }

    /// The render that the same command began before.
    pub(crate) fn id(&self) -> Result<Option<String>, NoteError> {
        let read = self.with_file(|file| fs::read_to_string(file));
        Ok(read?.map(|id| id.trim().to_owned()))
    }

    /// The render has begun.
    pub(crate) fn begin(&self, id: &str) -> Result<(), NoteError> {
        self.with_file(|file| {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(file, id)
        })?;
        Ok(())
    }

    /// The render has ended, one way or the other.
    pub(crate) fn end(&self) -> Result<(), NoteError> {
        self.with_file(|file| fs::remove_file(file))?;
        Ok(())
    }

    /// `None` where there is no note.
    fn with_file<T>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T>,
    ) -> Result<Option<T>, NoteError> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        match work(file) {
            Ok(done) => Ok(Some(done)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(NoteError {
                file: file.clone(),
                source,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use client::RenderRequest;

    use super::Unfinished;

    #[test]
    fn a_command_finds_its_own_render_until_it_ends() {
        let state = tempfile::tempdir().unwrap();
        let of = |composition: &str, version: &str, out: &str| {
            let request = RenderRequest::new("site", composition);
            Unfinished::new(
                Some(state.path().to_owned()),
                &request,
                Some(version),
                out.as_ref(),
            )
            .unwrap()
        };
        let this = of("Title", "v1", "a.mp4");
        assert_eq!(this.id().unwrap(), None);
        this.begin("abc").unwrap();
        assert_eq!(of("Title", "v1", "a.mp4").id().unwrap().unwrap(), "abc");
        for other in [
            of("Photo", "v1", "a.mp4"),
            of("Title", "v2", "a.mp4"),
            of("Title", "v1", "b.mp4"),
        ] {
            assert_eq!(other.id().unwrap(), None);
        }
        this.end().unwrap();
        this.end().unwrap();
        assert_eq!(this.id().unwrap(), None);
    }
}
