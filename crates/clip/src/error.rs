//! Why there is no clip, and what a caller is told of it.

use std::error::Error;
use std::io;

use media::cut::CutError;
use media::{FailureKind, LocateError};
use protocol::payload::{ClipErrorCode, ClipFailure};
use store::{ErrorKind, RemoteError, StoreError, UploadError};

/// A clip was not made, or not stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClipError {
    /// The event is no request.
    #[error("the request cannot be read: {0}")]
    Request(#[source] serde_json::Error),
    /// No format has that name.
    #[error(transparent)]
    Format(#[from] media::cut::UnknownFormat),
    /// A source at an address has no bucket that the clip could go to.
    #[error("say where the clip goes (`output`): its source is in no bucket")]
    NoOutput,
    /// The clip would replace what it is cut from.
    #[error("the clip would replace its source, `{0}`")]
    OutputIsSource(String),
    /// There is no port for the proxy.
    #[error("no port for the range proxy")]
    Proxy(#[source] io::Error),
    /// The source cannot be read from S3.
    #[error("the source cannot be read")]
    Object(#[source] StoreError),
    /// The source cannot be read from its host.
    #[error("the source cannot be read")]
    Remote(#[source] RemoteError),
    /// The source has no bytes.
    #[error("the source is empty")]
    Empty,
    /// ffmpeg is missing.
    #[error(transparent)]
    NoFfmpeg(#[from] LocateError),
    /// It cannot be cut.
    #[error(transparent)]
    Cut(Box<CutError>),
    /// The proxy refused what ffmpeg asked of the source.
    #[error("the source broke off: {why}")]
    Broken {
        /// What the proxy said.
        why: String,
        /// What ffmpeg made of it.
        #[source]
        source: Box<CutError>,
    },
    /// The disk is too small.
    #[error(
        "the clip needs about {} MB in /tmp, and {} MB are free: give the function more ephemeral storage, or ask for the format `fmp4`",
        needed.div_ceil(1_000_000), free / 1_000_000
    )]
    NoSpace {
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
    },
    /// The scratch folder cannot be used.
    #[error("the folder for the clip cannot be used")]
    Scratch(#[source] io::Error),
    /// The clip cannot be stored.
    #[error("the clip cannot be stored")]
    Upload(#[source] UploadError),
}

impl ClipError {
    /// What a program can act on.
    fn code(&self) -> ClipErrorCode {
        match self {
            Self::Request(_) | Self::Format(_) | Self::NoOutput | Self::OutputIsSource(_) => {
                ClipErrorCode::InvalidRequest
            }
            Self::Object(error) => match error.kind() {
                ErrorKind::Missing | ErrorKind::MissingBucket => ClipErrorCode::SourceMissing,
                ErrorKind::Denied(_) => ClipErrorCode::SourceDenied,
                _ => ClipErrorCode::SourceBroken,
            },
            Self::Remote(error) => of_remote(error),
            Self::Empty => ClipErrorCode::SourceEmpty,
            Self::Cut(error) => of_cut(error),
            Self::Broken { .. } => ClipErrorCode::SourceBroken,
            Self::NoSpace { .. } => ClipErrorCode::DiskFull,
            Self::Upload(_) => ClipErrorCode::OutputFailed,
            Self::Proxy(_) | Self::NoFfmpeg(_) | Self::Scratch(_) => ClipErrorCode::Failed,
        }
    }

    /// As the caller is told.
    pub(crate) fn failure(&self) -> ClipFailure {
        ClipFailure {
            code: self.code(),
            message: chain(self),
            stack: format!("{self:?}"),
        }
    }
}

fn of_remote(error: &RemoteError) -> ClipErrorCode {
    match error {
        RemoteError::NotAUrl(_) => ClipErrorCode::InvalidRequest,
        RemoteError::Scheme(_)
        | RemoteError::NotHttps(_)
        | RemoteError::Userinfo(_)
        | RemoteError::NotPublic(_) => ClipErrorCode::SourceRefused,
        RemoteError::Status { status, .. } => match status.as_u16() {
            401 | 403 => ClipErrorCode::SourceDenied,
            404 | 410 => ClipErrorCode::SourceMissing,
            416 => ClipErrorCode::SourceEmpty,
            _ => ClipErrorCode::SourceBroken,
        },
        _ => ClipErrorCode::SourceBroken,
    }
}

fn of_cut(error: &CutError) -> ClipErrorCode {
    match error.run().and_then(media::RunError::kind) {
        Some(FailureKind::DiskFull) => return ClipErrorCode::DiskFull,
        Some(FailureKind::Deadline) => return ClipErrorCode::TimedOut,
        Some(FailureKind::InputLost) => return ClipErrorCode::SourceBroken,
        _ => {}
    }
    match error {
        CutError::Encrypted => ClipErrorCode::SourceEncrypted,
        CutError::Unreadable(_)
        | CutError::NoMedia
        | CutError::NoVideo(_)
        | CutError::NoAudio(_) => ClipErrorCode::SourceUnreadable,
        CutError::Backwards { .. }
        | CutError::BeyondEnd { .. }
        | CutError::NoFrames
        | CutError::VariableRate
        | CutError::Nothing { .. } => ClipErrorCode::InvalidTime,
        CutError::File(error) if error.kind() == io::ErrorKind::StorageFull => {
            ClipErrorCode::DiskFull
        }
        CutError::Ffmpeg { .. } | CutError::FrameCount { .. } | CutError::File(_) => {
            ClipErrorCode::Failed
        }
    }
}

/// An error with all of its causes in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        // A transparent error says what its source says.
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_becomes_full_is_told_as_one_that_is() {
        let full = CutError::File(io::ErrorKind::StorageFull.into());
        assert_eq!(
            ClipError::Cut(Box::new(full)).code(),
            ClipErrorCode::DiskFull
        );
        let lost = CutError::File(io::ErrorKind::NotFound.into());
        assert_eq!(ClipError::Cut(Box::new(lost)).code(), ClipErrorCode::Failed);
    }
}
