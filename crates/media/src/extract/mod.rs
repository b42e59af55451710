//! The picture of a video at a time, for videos that are drawn into a page.
//!
//! A [`VideoSource`] keeps a decoder that walks forward through the file and works ahead of the page, so that a page
//! that plays a video pays for each frame once.

mod source;

pub use source::{ExtractError, OpenError, Picture, Unsupported, VideoSource};
