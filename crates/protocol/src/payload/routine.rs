//! Which routine a payload asks for.

use serde::{Deserialize, Serialize};

use super::{Compositions, Info, Launch, Renderer, Start, Status, Still};

/// What a payload asks the function to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Routine {
    /// Accept a render.
    Start,
    /// Lead a render.
    Launch,
    /// Render frames of a chunk.
    Renderer,
    /// Tell how far a render is.
    Status,
    /// Render one image.
    Still,
    /// List the compositions of a site.
    Compositions,
    /// Tell the function's version.
    Info,
}

impl Routine {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Launch => "launch",
            Self::Renderer => "renderer",
            Self::Status => "status",
            Self::Still => "still",
            Self::Compositions => "compositions",
            Self::Info => "info",
        }
    }

    /// Whether the routine opens a page.
    #[must_use]
    pub fn needs_browser(self) -> bool {
        match self {
            Self::Launch | Self::Renderer | Self::Still | Self::Compositions => true,
            Self::Start | Self::Status | Self::Info => false,
        }
    }

    /// The routine that `payload` asks for, without reading the rest of it.
    ///
    /// # Errors
    /// [`PayloadError::NotJson`] and [`PayloadError::UnknownRoutine`].
    pub fn of(payload: &[u8]) -> Result<Self, PayloadError> {
        #[derive(Deserialize)]
        struct Discriminator<'a> {
            #[serde(borrow, default, rename = "type")]
            routine: Option<std::borrow::Cow<'a, str>>,
        }
        let discriminator: Discriminator<'_> =
            serde_json::from_slice(payload).map_err(PayloadError::NotJson)?;
        match discriminator.routine.as_deref() {
            Some("start") => Ok(Self::Start),
            Some("launch") => Ok(Self::Launch),
            Some("renderer") => Ok(Self::Renderer),
            Some("status") => Ok(Self::Status),
            Some("still") => Ok(Self::Still),
            Some("compositions") => Ok(Self::Compositions),
            Some("info") => Ok(Self::Info),
            _ => Err(PayloadError::UnknownRoutine(excerpt(payload))),
        }
    }
}

fn excerpt(payload: &[u8]) -> String {
    String::from_utf8_lossy(payload)
        .chars()
        .take(1_000)
        .collect()
}

/// A payload of any routine. Written with its `type` first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(missing_docs, reason = "the routines are described at `Routine`")]
pub enum Payload {
    Start(Box<Start>),
    Launch(Launch),
    Renderer(Renderer),
    Status(Status),
    Still(Box<Still>),
    Compositions(Compositions),
    Info(Info),
}

/// A payload that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// It is no JSON object.
    #[error("the payload is no JSON object")]
    NotJson(#[source] serde_json::Error),
    /// No routine has that name.
    #[error("Command not found: {0}")]
    UnknownRoutine(String),
    /// It lacks something that its routine needs, or has it in another form.
    #[error("the payload of `{}` cannot be read: {source}", .routine.as_str())]
    Malformed {
        /// The routine.
        routine: Routine,
        /// What is wrong.
        source: serde_json::Error,
    },
}

impl Payload {
    /// Reads a payload.
    ///
    /// # Errors
    /// [`PayloadError`]
    pub fn parse(payload: &[u8]) -> Result<Self, PayloadError> {
        let routine = Routine::of(payload)?;
        let parsed = match routine {
            Routine::Start => serde_json::from_slice(payload).map(Self::Start),
            Routine::Launch => serde_json::from_slice(payload).map(Self::Launch),
            Routine::Renderer => serde_json::from_slice(payload).map(Self::Renderer),
            Routine::Status => serde_json::from_slice(payload).map(Self::Status),
            Routine::Still => serde_json::from_slice(payload).map(Self::Still),
            Routine::Compositions => serde_json::from_slice(payload).map(Self::Compositions),
            Routine::Info => serde_json::from_slice(payload).map(Self::Info),
        };
        parsed.map_err(|source| PayloadError::Malformed { routine, source })
    }

    /// The routine that it asks for.
    #[must_use]
    pub fn routine(&self) -> Routine {
        match self {
            Self::Start(_) => Routine::Start,
            Self::Launch(_) => Routine::Launch,
            Self::Renderer(_) => Routine::Renderer,
            Self::Status(_) => Routine::Status,
            Self::Still(_) => Routine::Still,
            Self::Compositions(_) => Routine::Compositions,
            Self::Info(_) => Routine::Info,
        }
    }
}

/// An answer as `start`, `info`, `compositions` and `still` give it: told apart by its own `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Response<T> {
    /// What was asked for.
    Success(T),
    /// Why it was not done.
    Error(ErrorResponse),
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorResponse {
    /// What went wrong.
    pub message: String,
    /// The chain of causes, or the page's own stack.
    pub stack: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_decides_and_need_not_come_first() {
        let payload = br#"{"logLevel":"info","extra":{"a":[1]},"type":"info"}"#;
        assert_eq!(Routine::of(payload).unwrap(), Routine::Info);
        assert!(matches!(Payload::parse(payload), Ok(Payload::Info(_))));
    }

    #[test]
    fn what_is_no_payload_is_named() {
        for (payload, expected) in [
            (
                r#"{"type":"merge"}"#,
                r#"Command not found: {"type":"merge"}"#,
            ),
            ("{}", "Command not found: {}"),
            ("nope", "the payload is no JSON object"),
        ] {
            assert_eq!(
                Payload::parse(payload.as_bytes()).unwrap_err().to_string(),
                expected
            );
        }
        let error = Payload::parse(br#"{"type":"start","composition":"Hold"}"#).unwrap_err();
        assert!(
            error.to_string().contains("missing field `serveUrl`"),
            "{error}"
        );
    }

    #[test]
    fn browsers_are_for_pages() {
        assert!(Routine::Launch.needs_browser() && !Routine::Start.needs_browser());
    }
}
