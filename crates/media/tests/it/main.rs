//! Every operation with the real ffmpeg, its results read by an independent parser or decoded anew.

mod audio;
mod encode;
mod extract;
mod output;
mod server;
mod support;
