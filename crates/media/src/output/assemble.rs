//! The whole output in one run.

use crate::audio::{AudioError, Timeline, write_pcm};
use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::{Invocation, Running};
use crate::output::join::{Chunk, JoinError, Parts};
use crate::progress::Progress;
use crate::rate::FrameRate;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Instant;
use tokio::net::unix::pipe;
use tokio::sync::watch;

/// The descriptor from which ffmpeg reads the sound.
const SOUND_DESCRIPTOR: i32 = 3;

/// What an output is made of.
#[derive(Debug, Clone, Copy)]
pub struct Assembly<'a> {
    /// The chunks, in order.
    pub chunks: &'a [Chunk],
    /// Frames per second of every chunk.
    pub rate: FrameRate,
    /// The sound. `None` makes an output without audio track; a timeline in which nothing is heard makes a silent track.
    pub sound: Option<&'a Timeline>,
    /// Global metadata, such as `comment`.
    pub metadata: &'a [(String, String)],
    /// An existing folder on disk for this call alone. It is empty afterwards.
    pub scratch: &'a Path,
}

/// A finished output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembled {
    /// Video frames.
    pub frames: u64,
    /// Samples of sound for each channel; 0 without audio track.
    pub samples: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// An output was not made.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// The video could not be joined, or the output not be written.
    #[error(transparent)]
    Video(#[from] JoinError),
    /// The sound could not be made.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The sound is not that of these chunks.
    #[error("there is sound for {sound} frames, but the chunks have {video}")]
    SoundLength {
        /// Frames of the timeline.
        sound: u64,
        /// Frames of the chunks.
        video: u64,
    },
}

/// Joins the chunks, mixes and encodes the sound, and writes both to the mp4 file `destination`, index first.
///
/// The video has exactly the chunks' frames, the first at 0 s, and the sound begins with it and lasts as long, to the
/// sample. `progress` tells of video frames written.
///
/// # Errors
/// All of [`AssembleError`].
pub async fn assemble(
    ffmpeg: &Ffmpeg,
    assembly: Assembly<'_>,
    destination: &Path,
    deadline: Instant,
    progress: watch::Sender<Progress>,
) -> Result<Assembled, AssembleError> {
    let parts = Parts::new(assembly.chunks, assembly.rate)?;
    if let Some(sound) = assembly.sound
        && sound.frames() != parts.frames()
    {
        return Err(AssembleError::SoundLength {
            sound: sound.frames(),
            video: parts.frames(),
        });
    }
    let video = parts.input(Invocation::new(ffmpeg));
    let (inputs, sink) = match assembly.sound {
        Some(_) => {
            let (invocation, sink) = sound_input(video).map_err(JoinError::from)?;
            (invocation, Some(sink))
        }
        None => (video, None),
    };
    let mut running = parts
        .copied(inputs)
        .args(sound_output(assembly.sound))
        .args(
            assembly
                .metadata
                .iter()
                .flat_map(|(key, value)| ["-metadata".to_owned(), format!("{key}={value}")]),
        )
        .reporting(progress.clone(), assembly.rate)
        .output_file(destination)
        .start(deadline)
        .map_err(JoinError::from)?;
    let list = running.take_stdin().map_err(JoinError::from)?;
    let sound = async {
        match (assembly.sound, sink) {
            (Some(timeline), Some(mut sink)) => {
                write_pcm(ffmpeg, timeline, assembly.scratch, deadline, &mut sink).await
            }
            _ => Ok(()),
        }
    };
    let ((), told) = tokio::try_join!(run_with(&mut running, sound), async {
        Ok(parts.tell(list).await)
    })?;
    told.map_err(RunError::Pipe).map_err(JoinError::from)?;
    let bytes = parts.check(destination).await?;
    let frames = parts.frames();
    progress.send_modify(|last| last.frames = frames);
    Ok(Assembled {
        frames,
        samples: assembly.sound.map_or(0, Timeline::samples),
        bytes,
    })
}

/// Waits for sound and ffmpeg. Where ffmpeg no longer takes the sound, it knows why; other failures of the sound end it.
async fn run_with(
    running: &mut Running,
    sound: impl Future<Output = Result<(), AudioError>>,
) -> Result<(), AssembleError> {
    match sound.await {
        Ok(()) => Ok(running
            .finish()
            .await
            .map(|_| ())
            .map_err(JoinError::from)?),
        Err(refused @ AudioError::Write(_)) => {
            running.finish().await.map_err(JoinError::from)?;
            Err(refused.into())
        }
        Err(failed) => {
            running.stop().await;
            Err(failed.into())
        }
    }
}

/// Adds the sound as the second input, and returns where it is written.
fn sound_input(invocation: Invocation) -> Result<(Invocation, pipe::Sender), RunError> {
    let (reader, writer) = io::pipe().map_err(RunError::Pipe)?;
    let sink = pipe::Sender::from_owned_fd(OwnedFd::from(writer)).map_err(RunError::Pipe)?;
    let rate = Timeline::SAMPLE_RATE.to_string();
    let invocation = invocation
        .args([
            "-thread_queue_size",
            "64",
            "-guess_layout_max",
            "2",
            "-f",
            "s16le",
            "-ar",
            &rate,
            "-ac",
            "2",
        ])
        .args(["-i", &format!("pipe:{SOUND_DESCRIPTOR}")])
        .descriptor(reader.into(), SOUND_DESCRIPTOR);
    Ok((invocation, sink))
}

fn sound_output(sound: Option<&Timeline>) -> &'static [&'static str] {
    match sound {
        Some(_) => &["-map", "1:a:0", "-c:a", "aac", "-b:a", "320k"],
        None => &[],
    }
}
