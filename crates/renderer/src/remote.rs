//! Media that lie outside the site.

/// Makes media of other hosts readable on this machine.
///
/// ffmpeg reads files and loopback addresses alone: it resolves no names and holds no credentials.
pub trait RemoteMedia: Send + Sync + 'static {
    /// A loopback address that serves, range for range, what `url` serves.
    ///
    /// # Errors
    /// [`RemoteMediaError`] if the address may not be read from here.
    fn loopback_url(&self, url: &str) -> Result<String, RemoteMediaError>;
}

/// Media that may not be read.
#[derive(Debug, thiserror::Error)]
#[error("media at `{url}` cannot be read: {reason}")]
pub struct RemoteMediaError {
    /// The address, as the page named it.
    pub url: String,
    /// Why not.
    pub reason: String,
}

/// Refuses all media outside the site.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRemoteMedia;

impl RemoteMedia for NoRemoteMedia {
    fn loopback_url(&self, url: &str) -> Result<String, RemoteMediaError> {
        Err(RemoteMediaError {
            url: url.to_owned(),
            reason: "only media of the site are read here".to_owned(),
        })
    }
}
