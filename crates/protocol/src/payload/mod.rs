//! What a client or the function itself sends: one JSON object whose `type` names the routine.

mod clip;
mod compositions;
mod info;
mod launch;
mod renderer;
mod routine;
mod start;
mod status;
mod still;

pub use clip::{
    CLIP_FORMATS, Clip, ClipErrorCode, ClipFailure, ClipMessage, ClipObject, ClipOutput,
    ClipProgress, ClipResponse, ClipSource, ClipTime, ClipTimeError,
};
pub use compositions::{
    CompositionSummaries, CompositionSummary, Compositions, CompositionsResponse,
};
pub use info::{Info, InfoResponse};
pub use launch::Launch;
pub use renderer::Renderer;
pub use routine::{ErrorResponse, Payload, PayloadError, Response, Routine};
pub use start::{Chunking, Extension, Start, StartResponse, Webhook};
pub use status::Status;
pub use still::{CostInfo, Still, StillResponse};
