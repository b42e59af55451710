//! Chunks and sound become the output, written once.
//!
//! Video is copied, never encoded again; sound is mixed, encoded and muxed on the way. The one thing done to a written
//! file is that its index is moved to its beginning. What no disk is to hold is passed on in fragments while it is made.

mod assemble;
mod fragments;
mod index;
mod join;

pub use assemble::{AssembleError, Assembled, Assembly, assemble, stream};
pub(crate) use index::frames as count_frames;
pub use join::{Chunk, JoinError, Merged, merge};
