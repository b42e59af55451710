//! Chunks joined by copying: the video half of every output.
//!
//! The parts are mp4 files in which a frame lasts a whole number of ticks. ffmpeg reads them one after another through its
//! list format, which counts in microseconds; the length that it is told of each part is therefore the difference of two
//! rounded positions, so that the error of a position never exceeds half a microsecond and vanishes in ticks.
//!
//! x264 delays the first decoding time of a chunk by as many frames as it reorders, and a chunk of a few frames has less of
//! that delay than its neighbours. Decoding times of the whole are therefore set anew: packet n is decoded n frames after
//! the first, two frames ahead of its place. Presentation times stay what the parts say.

use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::{Invocation, PROTOCOLS, READ_TIMEOUT_US};
use crate::location::Location;
use crate::output::index;
use crate::rate::FrameRate;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;

/// Frames by which x264 may put a frame ahead of those it refers to, in every preset.
const REORDERED_FRAMES: u32 = 2;

/// A chunk as [`crate::encode::ChunkEncoder`] or [`merge`] made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// A local file, or a URL whose server answers ranges. It is read once, from its beginning on.
    pub location: Location,
    /// How many frames it has, exactly.
    pub frames: u64,
}

/// Chunks merged into a larger chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The sum of the parts' frames.
    pub frames: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// Video was not joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// There is nothing to join.
    #[error("there are no chunks")]
    NoChunks,
    /// ffmpeg failed. [`RunError::kind`] tells a full disk, a passed deadline and a chunk that broke off.
    #[error("chunks could not be joined")]
    Ffmpeg(#[from] RunError),
    /// The chunks do not have the frames they were said to have.
    #[error("the chunks should have {expected} frames but {found} came out")]
    FrameCount {
        /// Sum of [`Chunk::frames`].
        expected: u64,
        /// Frames written.
        found: u64,
    },
    /// What ffmpeg wrote cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The output.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Joins `chunks`, in this order, into one chunk at `destination`. Memory is bounded, and the disk holds the result alone.
///
/// # Errors
/// All of [`JoinError`].
pub async fn merge(
    ffmpeg: &Ffmpeg,
    chunks: &[Chunk],
    rate: FrameRate,
    destination: &Path,
    deadline: Instant,
) -> Result<Merged, JoinError> {
    let parts = Parts::new(chunks, rate)?;
    let mut running = parts
        .copied(parts.input(Invocation::new(ffmpeg)), Layout::Indexed)
        .output_file(destination)
        .start(deadline)?;
    let list = running.take_stdin()?;
    let (told, ended) = tokio::join!(parts.tell(list), running.finish());
    ended?;
    told.map_err(RunError::Pipe)?;
    let bytes = parts.check(destination).await?;
    Ok(Merged {
        frames: parts.frames(),
        bytes,
    })
}

/// How an mp4 file is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Layout {
    /// One index at the beginning: for a file that can be written again.
    Indexed,
    /// In pieces, each with its own index: for what is passed on while it is made.
    Fragmented,
}

impl Layout {
    fn flags(self) -> &'static str {
        match self {
            Self::Indexed => "+faststart",
            // The description of the tracks waits for the first fragment, so that it can tell where they begin.
            Self::Fragmented => "+frag_keyframe+delay_moov+default_base_moof",
        }
    }
}

/// The chunks of one joined video.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    // INVARIANT: not empty.
    chunks: &'a [Chunk],
    rate: FrameRate,
}

impl<'a> Parts<'a> {
    pub(super) fn new(chunks: &'a [Chunk], rate: FrameRate) -> Result<Self, JoinError> {
        if chunks.is_empty() {
            Err(JoinError::NoChunks)
        } else {
            Ok(Self { chunks, rate })
        }
    }

    pub(super) fn frames(self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.frames).sum()
    }

    /// Adds the joined video as an input. The list of parts is expected on standard input.
    pub(super) fn input(self, invocation: Invocation) -> Invocation {
        invocation
            .input_piped()
            .args(["-protocol_whitelist", PROTOCOLS, "-thread_queue_size", "64"])
            .args(["-f", "concat", "-safe", "0", "-i", "pipe:0"])
    }

    /// Adds the options that copy the video, which is the first input, into an mp4 file.
    pub(super) fn copied(self, invocation: Invocation, layout: Layout) -> Invocation {
        let ticks = self.rate.ticks_per_frame();
        let times = format!("setts=pts=PTS:dts=(N-{REORDERED_FRAMES})*{ticks}");
        let timescale = self.rate.timescale().to_string();
        invocation
            .args(["-map", "0:v:0", "-c:v", "copy", "-bsf:v", &times])
            .args(["-video_track_timescale", &timescale])
            // Edit lists count in the ticks of the movie: a thousand a second unless told, which no frame rate divides.
            .args(["-movie_timescale", &timescale])
            .args(["-map_metadata", "-1", "-movflags", layout.flags()])
            .args(["-f", "mp4"])
    }

    /// Writes the list of parts and ends it.
    pub(super) async fn tell(self, mut stdin: ChildStdin) -> io::Result<()> {
        stdin.write_all(&self.list()).await?;
        stdin.shutdown().await
    }

    /// Checks that all frames arrived, and returns the size of the file.
    pub(super) async fn check(self, destination: &Path) -> Result<u64, JoinError> {
        match index::read(destination).await {
            Ok(index) => self.check_frames(index.frames).map(|()| index.bytes),
            Err(source) => Err(JoinError::Unreadable {
                path: destination.to_owned(),
                source,
            }),
        }
    }

    /// Checks that all frames arrived.
    pub(super) fn check_frames(self, found: u64) -> Result<(), JoinError> {
        let expected = self.frames();
        if found == expected {
            Ok(())
        } else {
            Err(JoinError::FrameCount { expected, found })
        }
    }

    fn list(self) -> Vec<u8> {
        let mut list = b"ffconcat version 1.0\n".to_vec();
        let mut begin = 0;
        for chunk in self.chunks {
            let end = begin + chunk.frames;
            list.extend(b"file ");
            quote(&chunk.location.argument(), &mut list);
            if chunk.location.as_file().is_none() {
                list.extend(format!("\noption rw_timeout {READ_TIMEOUT_US}").bytes());
            }
            let length = self.rate.microseconds(end) - self.rate.microseconds(begin);
            list.extend(format!("\nduration {length}us\n").bytes());
            begin = end;
        }
        list
    }
}

/// Quotes as the list format wants it: nothing but a quote ends quotes, and a quote is written outside of them.
fn quote(text: &OsStr, list: &mut Vec<u8>) {
    list.push(b'\'');
    for byte in text.as_bytes() {
        match byte {
            b'\'' => list.extend(br"'\''"),
            other => list.push(*other),
        }
    }
    list.push(b'\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_never_drifts_and_quotes_names() {
        let chunk = |name: &str, frames| Chunk {
            location: Location::file(name),
            frames,
        };
        let chunks = [chunk("/a b/it's", 1), chunk("/b", 1), chunk("/c", 1)];
        let parts = Parts::new(&chunks, FrameRate::new(30.0).unwrap()).unwrap();
        assert_eq!(
            String::from_utf8(parts.list()).unwrap(),
            "ffconcat version 1.0\n\
             file 'file:/a b/it'\\''s'\nduration 33333us\n\
             file 'file:/b'\nduration 33334us\n\
             file 'file:/c'\nduration 33333us\n"
        );
    }
}
