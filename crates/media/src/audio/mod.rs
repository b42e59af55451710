//! The sound of a whole composition, built once.
//!
//! Every frame tells what it sounds like. [`TimelineBuilder`] takes these in the order of the frames, whatever chunks they
//! were rendered in, and joins consecutive mentions of one thing into tracks. The mix of the tracks is 16-bit stereo
//! PCM in which every frame begins at a whole sample, and it does not depend on the number of chunks.

mod mix;
mod timeline;

pub use mix::{AudioError, write_pcm};
pub use timeline::{AudioAsset, InlineAsset, PcmSpan, Timeline, TimelineBuilder, TimelineError};
