//! Every operation with the real ffmpeg, its results read by an independent parser or decoded anew.

#![expect(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod audio;
mod cut;
mod encode;
mod extract;
mod output;
mod quality;
mod server;
mod support;
