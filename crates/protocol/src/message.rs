//! What the frames of the function's stream carry.

use serde::{Deserialize, Serialize};

use crate::error_info::ErrorInfo;
use crate::frames::FrameRange;
use crate::framing::{self, Frame};
use crate::names::RenderId;
use crate::payload::StillResponse;

/// One message of the stream that `renderer` and `still` answer with.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// How far a renderer is.
    FramesRendered(FramesRendered),
    /// Why a renderer or a still ended.
    ErrorOccurred(Box<ErrorOccurred>),
    /// Which render a still is.
    RenderIdDetermined(RenderIdDetermined),
    /// A still is done.
    StillRendered(Box<StillResponse>),
    /// A renderer has stored its part.
    ChunkComplete(ChunkComplete),
    /// A renderer was started.
    LambdaInvoked(LambdaInvoked),
}

/// How far a renderer is: counters of its part, from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FramesRendered {
    /// Frames captured.
    pub rendered: u32,
    /// Frames encoded.
    pub encoded: u32,
}

/// Why a renderer or a still ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorOccurred {
    /// The stack.
    pub error: String,
    /// Whether it makes sense to try again.
    pub should_retry: bool,
    /// The error.
    pub error_info: ErrorInfo,
}

/// Which render a still is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenderIdDetermined {
    /// Its id.
    pub render_id: RenderId,
}

/// A renderer has stored its part: its manifest exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkComplete {
    /// When the renderer began, in milliseconds of the Unix epoch.
    pub start: u64,
    /// When its frames were captured and encoded, in milliseconds of the Unix epoch.
    pub rendered: u64,
    /// The frames of the manifest; fewer than asked for where the renderer ran out of time.
    pub frames: FrameRange,
    /// Bytes of the video.
    pub bytes: u64,
}

/// A renderer was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LambdaInvoked {
    /// Counts the attempts at the chunk, from 1.
    pub attempt: u32,
}

/// A frame that is no message of this stream.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// No message has this number.
    #[error("no message has the number {0}")]
    Unknown(u32),
    /// The body is not what the number says.
    #[error("message {kind} cannot be read")]
    Malformed {
        /// The number.
        kind: u32,
        /// What is wrong.
        source: serde_json::Error,
    },
}

const FRAMES_RENDERED: u32 = 1;
const ERROR_OCCURRED: u32 = 2;
const RENDER_ID_DETERMINED: u32 = 3;
const STILL_RENDERED: u32 = 6;
const CHUNK_COMPLETE: u32 = 7;
const LAMBDA_INVOKED: u32 = 8;

impl Message {
    /// The message as a frame of the stream.
    ///
    /// # Errors
    /// Where a value cannot be written as JSON, which no value of these types does.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        let (kind, body) = match self {
            Self::FramesRendered(body) => (FRAMES_RENDERED, serde_json::to_vec(body)),
            Self::ErrorOccurred(body) => (ERROR_OCCURRED, serde_json::to_vec(body)),
            Self::RenderIdDetermined(body) => (RENDER_ID_DETERMINED, serde_json::to_vec(body)),
            Self::StillRendered(body) => (STILL_RENDERED, serde_json::to_vec(body)),
            Self::ChunkComplete(body) => (CHUNK_COMPLETE, serde_json::to_vec(body)),
            Self::LambdaInvoked(body) => (LAMBDA_INVOKED, serde_json::to_vec(body)),
        };
        Ok(framing::encode(kind, &body?))
    }

    /// Reads the message that a frame carries.
    ///
    /// # Errors
    /// [`MessageError`]
    pub fn decode(frame: &Frame) -> Result<Self, MessageError> {
        let body = frame.body.as_slice();
        let message = match frame.kind {
            FRAMES_RENDERED => serde_json::from_slice(body).map(Self::FramesRendered),
            ERROR_OCCURRED => serde_json::from_slice(body).map(Self::ErrorOccurred),
            RENDER_ID_DETERMINED => serde_json::from_slice(body).map(Self::RenderIdDetermined),
            STILL_RENDERED => serde_json::from_slice(body).map(Self::StillRendered),
            CHUNK_COMPLETE => serde_json::from_slice(body).map(Self::ChunkComplete),
            LAMBDA_INVOKED => serde_json::from_slice(body).map(Self::LambdaInvoked),
            kind => return Err(MessageError::Unknown(kind)),
        };
        message.map_err(|source| MessageError::Malformed {
            kind: frame.kind,
            source,
        })
    }
}
