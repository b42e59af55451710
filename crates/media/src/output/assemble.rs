//! The whole output in one run.

use crate::audio::{AudioError, Timeline, write_pcm};
use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::{Invocation, Running};
use crate::output::fragments;
use crate::output::join::{Chunk, JoinError, Layout, Parts};
use crate::progress::Progress;
use crate::rate::FrameRate;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Instant;
use tokio::io::AsyncWrite;
use tokio::net::unix::pipe;
use tokio::sync::watch;

/// The descriptor from which ffmpeg reads the sound.
const SOUND_DESCRIPTOR: i32 = 3;

/// The descriptor to which ffmpeg writes what is passed on.
const OUTPUT_DESCRIPTOR: i32 = 4;

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
    /// Bytes of the file.
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
    /// What was made is not an mp4 file in fragments, or was not taken.
    #[error("the output could not be passed on")]
    Sink(#[source] io::Error),
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
/// All of [`AssembleError`] but [`AssembleError::Sink`].
pub async fn assemble(
    ffmpeg: &Ffmpeg,
    assembly: Assembly<'_>,
    destination: &Path,
    deadline: Instant,
    progress: watch::Sender<Progress>,
) -> Result<Assembled, AssembleError> {
    let parts = assembly.parts()?;
    let to_file = |invocation: Invocation| invocation.output_file(destination);
    let run = run(
        ffmpeg,
        assembly,
        Layout::Indexed,
        to_file,
        deadline,
        &progress,
    );
    run.await?;
    let bytes = parts.check(destination).await?;
    Ok(assembly.made(parts, bytes, &progress))
}

/// As [`assemble`], but passes a fragmented mp4 on to `sink` while it is made, so that no disk holds it.
///
/// What fragments cannot tell every player: the encoder's 1,024 samples of silence ahead of the sound. Those that do not
/// read the edit list of the track play them, before the first frame.
///
/// # Errors
/// All of [`AssembleError`]. What `sink` has then is no whole file.
pub async fn stream(
    ffmpeg: &Ffmpeg,
    assembly: Assembly<'_>,
    sink: impl AsyncWrite + Unpin,
    deadline: Instant,
    progress: watch::Sender<Progress>,
) -> Result<Assembled, AssembleError> {
    let parts = assembly.parts()?;
    let pipe = |error| JoinError::from(RunError::Pipe(error));
    let (reader, writer) = io::pipe().map_err(pipe)?;
    let made = pipe::Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(pipe)?;
    let to_pipe = |invocation: Invocation| {
        invocation
            .descriptor(writer.into(), OUTPUT_DESCRIPTOR)
            .arg(format!("pipe:{OUTPUT_DESCRIPTOR}"))
    };
    let layout = Layout::Fragmented;
    let (ran, passed) = tokio::join!(
        run(ffmpeg, assembly, layout, to_pipe, deadline, &progress),
        fragments::pass(made, sink),
    );
    // A sink that takes no more ends ffmpeg, which then only knows that nobody reads.
    let passed = passed.map_err(AssembleError::Sink)?;
    ran?;
    parts.check_frames(passed.frames)?;
    Ok(assembly.made(parts, passed.bytes, &progress))
}

impl<'a> Assembly<'a> {
    fn parts(&self) -> Result<Parts<'a>, AssembleError> {
        let parts = Parts::new(self.chunks, self.rate)?;
        match self.sound {
            Some(sound) if sound.frames() != parts.frames() => Err(AssembleError::SoundLength {
                sound: sound.frames(),
                video: parts.frames(),
            }),
            _ => Ok(parts),
        }
    }

    fn made(&self, parts: Parts<'_>, bytes: u64, progress: &watch::Sender<Progress>) -> Assembled {
        let frames = parts.frames();
        progress.send_modify(|last| last.frames = frames);
        Assembled {
            frames,
            samples: self.sound.map_or(0, Timeline::samples),
            bytes,
        }
    }
}

/// Runs ffmpeg over chunks and sound, with the output that `to` adds.
async fn run(
    ffmpeg: &Ffmpeg,
    assembly: Assembly<'_>,
    layout: Layout,
    to: impl FnOnce(Invocation) -> Invocation,
    deadline: Instant,
    progress: &watch::Sender<Progress>,
) -> Result<(), AssembleError> {
    let parts = assembly.parts()?;
    let video = parts.input(Invocation::new(ffmpeg));
    let (inputs, sink) = match assembly.sound {
        Some(_) => {
            let (invocation, sink) = sound_input(video).map_err(JoinError::from)?;
            (invocation, Some(sink))
        }
        None => (video, None),
    };
    let output = parts
        .copied(inputs, layout)
        .args(sound_output(assembly.sound))
        .args(
            assembly
                .metadata
                .iter()
                .flat_map(|(key, value)| ["-metadata".to_owned(), format!("{key}={value}")]),
        )
        .reporting(progress.clone(), assembly.rate);
    let mut running = to(output).start(deadline).map_err(JoinError::from)?;
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
    Ok(())
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
