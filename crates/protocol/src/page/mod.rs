//! What the page in Chrome hands back.
//!
//! Props stay the raw strings that the page made: they are never parsed and written again.

mod asset;
mod composition;

pub use asset::{ArtifactAsset, InlineAudioAsset, MediaAsset, RenderAsset};
pub use composition::{
    Composition, InvalidComposition, Overrides, PageComposition, VideoConfig, VideoConfigError,
};
