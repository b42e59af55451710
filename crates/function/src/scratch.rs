//! A folder in `/tmp` for one piece of work.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Tells folders of one process apart.
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A folder that is empty at first and goes with everything in it when this value does.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
    files: AtomicU32,
}

/// A `data:` address cannot be kept as a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataUrlError {
    /// It is not written as such addresses are.
    #[error("a `data:` address is malformed")]
    Malformed,
    /// It cannot be written.
    #[error("a `data:` address cannot be written to disk")]
    Io(#[from] io::Error),
}

impl Scratch {
    /// A folder whose name says what it is for.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn create(purpose: &str) -> io::Result<Self> {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("framewright-{purpose}-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path)?;
        Ok(Self {
            path,
            files: AtomicU32::new(0),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the content of a `data:` address to a file, and returns its path.
    ///
    /// # Errors
    /// [`DataUrlError`]
    pub(crate) fn keep_data_url(&self, url: &str) -> Result<PathBuf, DataUrlError> {
        let content = data_of(url).ok_or(DataUrlError::Malformed)?;
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let path = self.path.join(format!("data-{number}"));
        fs::write(&path, content)?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a scratch folder stays");
        }
    }
}

/// The content of `data:[media type][;base64],content`.
fn data_of(url: &str) -> Option<Vec<u8>> {
    let (head, content) = url.strip_prefix("data:")?.split_once(',')?;
    let bytes = percent_decoded(content)?;
    if !head.ends_with(";base64") {
        return Some(bytes);
    }
    let packed: Vec<u8> = bytes
        .into_iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    STANDARD.decode(packed).ok()
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            // Two hexadecimal digits fit into a byte.
            decoded.push((digit(bytes.next())? * 16 + digit(bytes.next())?) as u8);
        } else {
            decoded.push(byte);
        }
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_addresses_in_both_encodings() {
        assert_eq!(data_of("data:audio/wav;base64,UklG Rg==").unwrap(), b"RIFF");
        assert_eq!(data_of("data:,a%20b").unwrap(), b"a b");
        for wrong in [
            "data:audio/wav;base64",
            "data:;base64,***",
            "data:,%zz",
            "http://x,y",
        ] {
            assert_eq!(data_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_folder_goes_with_its_files() {
        let scratch = Scratch::create("test").unwrap();
        let file = scratch.keep_data_url("data:,x").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"x");
        drop(scratch);
        assert!(!file.exists());
    }
}
