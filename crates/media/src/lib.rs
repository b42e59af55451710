//! Typed ffmpeg invocations.
