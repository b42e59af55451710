//! Where media is read from.

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// A local file, or an `http` URL on a loopback address.
///
/// Remote media reaches ffmpeg through a proxy on this machine: the ffmpeg built for Lambda cannot resolve names, and
/// no ffmpeg holds credentials.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location(Place);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Place {
    File(PathBuf),
    Url(String),
}

/// The text is not an `http` URL with a loopback address as host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an http URL on a loopback address")]
pub struct InvalidLocation(String);

impl Location {
    /// A local file. A relative path is relative to the working directory of this process.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// A URL such as `http://127.0.0.1:4000/clip.mp4`. The server must answer ranges for media to be read
    /// from the middle.
    ///
    /// # Errors
    /// [`InvalidLocation`] for other schemes, hosts that are names, and addresses that leave this machine.
    pub fn loopback_url(url: impl Into<String>) -> Result<Self, InvalidLocation> {
        let url = url.into();
        let usable = !url.chars().any(char::is_whitespace) && !url.contains(char::is_control);
        if usable && host(&url).is_some_and(|address| address.is_loopback()) {
            return Ok(Self(Place::Url(url)));
        }
        Err(InvalidLocation(url))
    }

    /// The path, where this is a local file.
    pub(crate) fn as_file(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Url(_) => None,
        }
    }

    /// The argument that makes ffmpeg open this. The `file:` prefix keeps a name with a colon from being a protocol.
    pub(crate) fn argument(&self) -> OsString {
        match &self.0 {
            Place::File(path) => {
                let mut argument = OsString::from("file:");
                argument.push(path);
                argument
            }
            Place::Url(url) => url.into(),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => path.display().fmt(f),
            Place::Url(url) => url.fmt(f),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

/// The address in an `http` URL, without user information.
fn host(url: &str) -> Option<IpAddr> {
    let rest = url.strip_prefix("http://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?.0,
        None => authority.split(':').next()?,
    };
    host.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_urls() {
        for url in [
            "http://127.0.0.1:80/a?b",
            "http://[::1]:9/x",
            "http://127.0.0.1",
        ] {
            assert!(Location::loopback_url(url).is_ok(), "{url}");
        }
        for url in [
            "https://127.0.0.1/",
            "http://localhost:1/",
            "http://10.0.0.1/",
            "http://127.0.0.1@example.com/",
            "http://127.0.0.1/a b",
            "http://127.0.0.1/a\nfile b",
            "/etc/passwd",
        ] {
            assert!(Location::loopback_url(url).is_err(), "{url}");
        }
    }
}
