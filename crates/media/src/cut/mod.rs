//! Clips: a span of a source, copied where that is possible and encoded where it must be.
//!
//! ```text
//! Source::open   what there is (probe), and whether it can be cut at all
//! Source::plan   which packets: key frame before `from`, clean point after `to` — or, for an exact cut,
//!                which frames to encode before the first key frame and after the last clean point
//! Plan::run      parts (encoded, copied) ─► one muxing run ─► a file, or bytes as they come
//! ```
//!
//! Decoding order is not the order of showing: a frame may need one that is shown after it. A *clean point* is a place
//! in decoding order where everything before is shown before everything behind. Cuts are made there alone, so that no
//! clip holds a frame that cannot be decoded, shows a hole, or hides frames behind an edit list.
//!
//! An exact cut of h264 encodes the frames from the cut to the next key frame, copies up to the last clean point, and
//! encodes the few frames behind it. The encoded frames have parameter sets of their own, with numbers that the source
//! does not use, and the index of an mp4 tells all of them.

mod error;
mod format;
mod ledger;
mod list;
mod movie;
mod mux;
mod parameter_sets;
mod parts;
mod plan;
mod source;
mod survey;

pub use error::CutError;
pub use format::{Format, UnknownFormat};
pub use movie::Indexed;
pub use mux::{Cut, Streaming};
pub use plan::{Plan, Request};
pub use source::{Moment, Source};
