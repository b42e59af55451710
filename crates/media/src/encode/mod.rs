//! Pictures become one chunk of h264 video.
//!
//! A chunk is an mp4 file with video alone: one closed sequence of groups of pictures that begins with a key frame,
//! B-frames kept, timestamps exact to the tick. [`crate::output`] joins chunks by copying them.

mod encoder;
mod matroska;
mod settings;

pub use encoder::{ChunkEncoder, EncodeError, EncodedChunk};
pub use settings::{
    ColourSpace, Crf, EncodeSettings, InvalidCrf, PictureFormat, Preset, UnsupportedSetting,
};
