//! The stream in which pictures reach ffmpeg.
