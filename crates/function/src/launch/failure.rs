//! Why a render fails, with the place where it did.

use protocol::error_info::{ErrorInfo, ErrorKind};
use protocol::frames::ChunkIndex;
use protocol::progress::CANCELLED;

/// Why a render, or an attempt at a part of it, failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    /// Without composition, frame and chunk.
    pub(crate) message: String,
    /// The name of the error's class.
    pub(crate) name: String,
    /// The page's own stack where there is one.
    pub(crate) stack: String,
    pub(crate) frame: Option<u32>,
    /// Whether the same may succeed when it is tried again.
    pub(crate) retry: Retry,
}

/// Whether the same may succeed when it is tried again, and what counts as the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// The request itself is wrong.
    Never,
    /// The page failed: it is tried again as often as the client says.
    Page,
    /// Chrome or the machine failed: counted apart.
    Death,
}

impl Failure {
    /// A failure of the launch itself.
    pub(crate) fn of_launch(message: impl Into<String>, retry: Retry) -> Self {
        let message = message.into();
        Self {
            kind: ErrorKind::Stitcher,
            stack: format!("Error: {message}"),
            message,
            name: "Error".to_owned(),
            frame: None,
            retry,
        }
    }

    /// A renderer that ended without an answer.
    pub(crate) fn of_death(reason: &str) -> Self {
        Self {
            kind: ErrorKind::Renderer,
            message: format!("the renderer ended without an answer: {reason}"),
            name: "Error".to_owned(),
            stack: format!("Error: the renderer ended without an answer: {reason}"),
            frame: None,
            retry: Retry::Death,
        }
    }

    /// The client wished that the render ends.
    pub(crate) fn of_wish() -> Self {
        let failure = Self::of_launch("the render was cancelled", Retry::Never);
        Self {
            name: CANCELLED.to_owned(),
            ..failure
        }
    }

    /// Whether the client wished so.
    pub(crate) fn is_wished(&self) -> bool {
        self.name == CANCELLED
    }

    /// The failure that a renderer's message tells.
    pub(crate) fn of_renderer(info: &ErrorInfo, should_retry: bool) -> Self {
        let retry = match (should_retry, info.kind) {
            (false, _) => Retry::Never,
            (true, ErrorKind::Renderer) => Retry::Page,
            (true, _) => Retry::Death,
        };
        Self {
            kind: info.kind,
            message: info.message.clone(),
            name: info.name.clone(),
            stack: info.stack.clone(),
            frame: info.frame,
            retry,
        }
    }
}

/// Where a failure happened, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) composition: Option<&'a str>,
    pub(crate) chunk: Option<ChunkIndex>,
    pub(crate) attempt: u32,
    pub(crate) total_attempts: u32,
    pub(crate) will_retry: bool,
}

/// The failure as the progress document tells it: composition, frame and chunk in the text, the page's own stack beside.
pub(crate) fn to_error_info(failure: &Failure, place: Place<'_>) -> ErrorInfo {
    let mut at: Vec<String> = Vec::new();
    at.extend(place.composition.map(|id| format!("composition `{id}`")));
    at.extend(failure.frame.map(|frame| format!("frame {frame}")));
    at.extend(place.chunk.map(|chunk| format!("chunk {chunk}")));
    if place.attempt > 1 {
        at.push(format!("attempt {}", place.attempt));
    }
    let message = if at.is_empty() {
        failure.message.clone()
    } else {
        format!("{}: {}", at.join(", "), failure.message)
    };
    ErrorInfo {
        kind: failure.kind,
        message,
        name: failure.name.clone(),
        stack: failure.stack.clone(),
        frame: failure.frame,
        chunk: place.chunk,
        is_fatal: !place.will_retry,
        attempt: place.attempt,
        will_retry: place.will_retry,
        total_attempts: place.total_attempts.max(place.attempt),
        tmp_dir: None,
    }
}

/// Something that the client should know of, and that ends nothing.
pub(crate) fn notice(message: String) -> ErrorInfo {
    ErrorInfo {
        kind: ErrorKind::Stitcher,
        name: "Warning".to_owned(),
        stack: format!("Warning: {message}"),
        message,
        frame: None,
        chunk: None,
        is_fatal: false,
        attempt: 1,
        will_retry: false,
        total_attempts: 1,
        tmp_dir: None,
    }
}
