//! What goes wrong while rendering, as a render's documents tell it.

use std::error::Error;
use std::io;

use media::FailureKind;
use protocol::error_info::ErrorKind;
use renderer::{ChunkError, PageError, PageErrorKind, PageException};
use store::UploadError;

use crate::documents::DocumentError;
use crate::launch::failure::{Failure, Retry};
use crate::log_lines;
use crate::page::{FileDenied, OpenSiteError};

/// The failure of a page.
pub(crate) fn page_failure(error: &PageError) -> Failure {
    let (kind, retry) = match error.kind() {
        PageErrorKind::Request => (ErrorKind::Renderer, Retry::Never),
        PageErrorKind::Page => (ErrorKind::Renderer, Retry::Page),
        PageErrorKind::Machine => (ErrorKind::Browser, Retry::Death),
    };
    let message = log_lines::chain(error);
    match exception(error) {
        Some(exception) => Failure {
            kind,
            // The frame is told beside it.
            message: match error {
                PageError::Exception { exception, .. } => exception.to_string(),
                _ => message,
            },
            name: exception.name.clone(),
            stack: whole_stack(exception),
            frame: error.frame(),
            retry,
        },
        None => Failure {
            kind,
            name: "Error".to_owned(),
            stack: format!("Error: {message}"),
            message,
            frame: error.frame(),
            retry,
        },
    }
}

/// The failure of a chunk.
pub(crate) fn chunk_failure(error: &ChunkError) -> Failure {
    let retry = match error {
        ChunkError::Page(error) => return page_failure(error),
        ChunkError::FrameRate(_) => Retry::Never,
        ChunkError::Encode(_) if is_disk_full(error) => Retry::Never,
        ChunkError::Encode(_) | ChunkError::Deadline { .. } => Retry::Death,
    };
    let message = if is_disk_full(error) {
        format!("no space left on device: {}", log_lines::chain(error))
    } else {
        log_lines::chain(error)
    };
    Failure::of_launch(message, retry)
}

/// A failure of the machine, which another attempt may not have; a full disk it would have again.
pub(crate) fn momentary(error: &(dyn Error + 'static)) -> Failure {
    let retry = if is_disk_full(error) {
        Retry::Never
    } else {
        Retry::Death
    };
    Failure::of_launch(log_lines::chain(error), retry)
}

/// A document that could not be read: a moment's failure, or one that stays.
pub(crate) fn unreadable(error: &DocumentError) -> Failure {
    let retry = if error.is_transient() {
        Retry::Death
    } else {
        Retry::Never
    };
    Failure::of_launch(log_lines::chain(error), retry)
}

/// A site that could not be opened, or props that could not be read.
pub(crate) fn unopened(error: &OpenSiteError) -> Failure {
    Failure::of_launch(log_lines::chain(error), error.retry())
}

/// Objects that could not be stored. What the function's role may not do now it may not do in a minute.
pub(crate) fn not_stored(error: &UploadError) -> Failure {
    match error {
        UploadError::Store(inner) if inner.is_denied() => {
            Failure::of_launch(log_lines::chain(error), Retry::Never)
        }
        _ => momentary(error),
    }
}

impl From<FileDenied> for Failure {
    /// What the role may not read now it may not read in a minute.
    fn from(denial: FileDenied) -> Self {
        Self::of_launch(denial.to_string(), Retry::Never)
    }
}

/// Whether the disk of this environment is full, which another attempt would find as full.
fn is_disk_full(error: &(dyn Error + 'static)) -> bool {
    log_lines::causes(error).any(|cause| {
        let ffmpeg = cause.downcast_ref::<media::RunError>();
        let file = cause.downcast_ref::<io::Error>();
        ffmpeg.is_some_and(|error| error.kind() == Some(FailureKind::DiskFull))
            || file.is_some_and(|error| error.kind() == io::ErrorKind::StorageFull)
    })
}

fn exception(error: &PageError) -> Option<&PageException> {
    match error {
        PageError::Exception { exception, .. } | PageError::PropsRefused { exception, .. } => {
            Some(exception)
        }
        _ => None,
    }
}

/// The page's own stack, and the components that were being rendered.
fn whole_stack(exception: &PageException) -> String {
    if exception.component_stack.is_empty() {
        return exception.stack.clone();
    }
    let components = exception.component_stack.trim_start_matches('\n');
    format!("{}\nin\n{components}", exception.stack)
}
