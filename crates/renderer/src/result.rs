//! What was rendered.

use bytes::Bytes;
use media::encode::EncodedChunk;
use protocol::FrameRange;
use protocol::audio::{ChunkAudio, InlineSpan};
use std::time::Duration;

/// Frames of a composition as a video file, with what is heard in them.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The frames in it. Ends before what was asked for if the stop signal came; begins where it was asked to.
    pub frames: FrameRange,
    /// The file: h264 in mp4, without sound.
    pub video: EncodedChunk,
    /// Which media files are heard in which frame.
    pub audio: ChunkAudio,
    /// Sound that the page decoded itself; `None` where there is none.
    pub inline_audio: Option<InlineAudio>,
    /// Where the time went.
    pub timings: Timings,
}

/// Sound that the page decoded itself.
#[derive(Debug, Clone, PartialEq)]
pub struct InlineAudio {
    /// 16-bit little-endian samples, stereo, interleaved, at the render's sample rate.
    pub pcm: Bytes,
    /// Where each frame's samples are.
    pub spans: Vec<InlineSpan>,
}

/// One frame of a composition as a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Still {
    /// The file.
    pub picture: Bytes,
    /// Its media type.
    pub content_type: &'static str,
}

/// Where the time of a chunk went, from the call on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// Until the page was open with the composition mounted.
    pub page_ready: Duration,
    /// Until the first frame was captured.
    pub first_frame: Duration,
    /// Until the last frame was captured.
    pub last_frame: Duration,
    /// Until the file was complete.
    pub encoded: Duration,
    /// Frames that repeated the one before and needed no picture.
    pub repeated: u32,
}
