//! Chunks and sound become the output, written once.
//!
//! Video is copied, never encoded again; sound is mixed, encoded and muxed on the way.

mod assemble;
mod join;

pub use assemble::{AssembleError, Assembled, Assembly, assemble};
pub use join::{Chunk, MergeError, Merged, merge};
