//! The sound of a whole composition, built once.
//!
//! Every frame tells what it sounds like. [`TimelineBuilder`] takes these in the order of the frames, whatever chunks they
//! were rendered in, and joins consecutive mentions of one thing into tracks. The mix of the tracks is 16-bit stereo
//! PCM in which every frame begins at a whole sample, and it does not depend on the number of chunks.
//!
//! ```text
//! frames → Timeline (tracks) → survey (what the files hold) → plan (stretches, voices) → mix → PCM
//! ```

mod builder;
mod decode;
mod error;
mod mix;
mod opener;
mod pcm;
mod pieces;
mod plan;
mod spool;
mod survey;
mod tempo;
mod timeline;

pub use builder::{AudioAsset, InlineAsset, TimelineBuilder, TimelineError};
pub use error::AudioError;
pub use mix::write_pcm;
pub use timeline::{PcmSpan, Timeline};
