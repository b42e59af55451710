//! The picture of a video at a time, for videos that are drawn into a page.
//!
//! A [`VideoSource`] keeps decoders that walk forward through the file and work a few frames ahead of the page, so that a
//! page that plays a video pays for each frame once and does not wait for it.
//!
//! ```text
//! VideoSource ── requests ──▶ owner ── picks ──▶ Walker (frames of late, in order) ◀── look-ahead ── decoder task ◀── ffmpeg
//! ```
//!
//! Pictures are JPEG files of ffmpeg's best quality with the chroma resolution of the video. The page takes each through a
//! fetch and a blob, where a bitmap of 2.8 MB costs it about 43 ms of CPU for a frame of 720p and such a JPEG 24.

mod decoder;
mod filters;
mod frames;
mod owner;
mod source;
mod walker;

pub use source::{ExtractError, OpenError, Picture, Unsupported, VideoSource};
