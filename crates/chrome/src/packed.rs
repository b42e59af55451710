//! The Chrome of a layer, which is packed: unpacked it would leave no room for ffmpeg beside it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Beside the `bin` folder of a layer: a tar archive, compressed by zstd, of a folder that holds Chrome and what it loads.
const ARCHIVE: &str = "framewright/chrome.tar.zst";

/// Beside the `bin` folder of a layer: where the fonts of layers are.
const FONTS: &str = "framewright/fonts.conf";

/// The program in the archive.
const PROGRAM: &str = "chromium";

/// The Chrome of a layer cannot be unpacked.
#[derive(Debug, thiserror::Error)]
#[error("could not unpack `{}` into `{}`", archive.display(), folder.display())]
pub struct UnpackError {
    archive: PathBuf,
    folder: PathBuf,
    #[source]
    source: io::Error,
}

/// Unpacks the Chrome of a layer into the folder for temporary files, unless it is there already, and returns the
/// program. `None` where no layer has one. Blocks for as long as writing 200 MB takes.
///
/// # Errors
/// [`UnpackError`]. Nothing half unpacked is ever taken for whole.
pub fn unpack() -> Result<Option<PathBuf>, UnpackError> {
    match in_layer(ARCHIVE) {
        Some(archive) => unpack_into(&archive, &std::env::temp_dir()).map(Some),
        None => Ok(None),
    }
}

/// The configuration of the fonts of layers, where there is one.
pub(crate) fn fonts() -> Option<PathBuf> {
    in_layer(FONTS)
}

fn in_layer(file: &str) -> Option<PathBuf> {
    let folders = process::search_path().into_iter();
    let layers = folders.filter(|folder| folder.ends_with("bin"));
    layers
        .filter_map(|folder| Some(folder.parent()?.join(file)))
        .find(|path| path.is_file())
}

fn unpack_into(archive: &Path, temporary: &Path) -> Result<PathBuf, UnpackError> {
    let folder = temporary.join("framewright-chrome");
    let program = folder.join(PROGRAM);
    if program.is_file() {
        return Ok(program);
    }
    let unpacked = tempfile::Builder::new()
        .prefix("framewright-chrome-")
        .tempdir_in(temporary)
        .and_then(|part| {
            let bytes = zstd::Decoder::new(File::open(archive)?)?;
            tar::Archive::new(bytes).unpack(part.path())?;
            // What is renamed away need not be removed; a folder that another process renamed there is as good.
            match std::fs::rename(part.path(), &folder) {
                Err(_) if program.is_file() => Ok(()),
                renamed => renamed,
            }
        });
    match unpacked {
        Ok(()) => Ok(program),
        Err(source) => Err(UnpackError {
            archive: archive.to_owned(),
            folder,
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join("chrome.tar.zst");
        let mut tar =
            tar::Builder::new(zstd::Encoder::new(File::create(&path).unwrap(), 1).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_size(4);
        header.set_mode(0o755);
        header.set_cksum();
        tar.append_data(&mut header, name, &b"text"[..]).unwrap();
        tar.into_inner().unwrap().finish().unwrap();
        path
    }

    #[test]
    fn it_is_unpacked_once() {
        let folder = tempfile::tempdir().unwrap();
        let archive = archive(folder.path(), PROGRAM);
        let program = unpack_into(&archive, folder.path()).unwrap();
        assert_eq!(std::fs::read(&program).unwrap(), b"text");
        std::fs::remove_file(&archive).unwrap();
        assert_eq!(unpack_into(&archive, folder.path()).unwrap(), program);
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing but the folder itself");
    }

    #[test]
    fn half_an_archive_is_an_error_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let archive = archive(folder.path(), PROGRAM);
        let bytes = std::fs::read(&archive).unwrap();
        std::fs::write(&archive, &bytes[..bytes.len() / 2]).unwrap();
        assert!(unpack_into(&archive, folder.path()).is_err());
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing but the archive");
    }
}
