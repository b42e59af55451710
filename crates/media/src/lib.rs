//! Typed ffmpeg invocations: frames become chunks, chunks and sound become the output, videos become pictures.
//!
//! ffmpeg runs as a child process and is the only program used: there is no ffprobe. Everything an invocation needs
//! is a value of this crate, and everything it tells comes back as one: exact frame counts, [`Progress`], and errors
//! that carry the last lines ffmpeg printed.
//!
//! | to | use |
//! | --- | --- |
//! | find ffmpeg and check its version | [`Ffmpeg::locate`] |
//! | turn pictures into one chunk of h264 video | [`encode::ChunkEncoder`] |
//! | collect what each frame sounds like | [`audio::TimelineBuilder`] |
//! | join chunks and sound into the output | [`output::assemble`] |
//! | join chunks into a larger chunk | [`output::merge`] |
//! | learn what a file holds | [`probe::probe`] |
//! | take the picture of a video at a time | [`extract::VideoSource`] |
//! | cut a clip out of a video | [`cut::Source`] |
//! | compare two renders | [`quality::compare`] |
//!
//! ffmpeg never resolves a name and never holds a credential: what it reads is a local file or a URL on the loopback
//! address ([`Location`]).

mod failure;
mod ffmpeg;
mod invocation;
mod location;
mod progress;
mod rate;
mod report;

pub mod audio;
pub mod cut;
pub mod encode;
pub mod extract;
pub mod output;
pub mod probe;
pub mod quality;

pub use failure::{Failure, FailureKind, RunError};
pub use ffmpeg::{Ffmpeg, LocateError, Version};
pub use location::{InvalidLocation, Location};
pub use progress::Progress;
pub use rate::{FrameRate, InvalidFrameRate};
