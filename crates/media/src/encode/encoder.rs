//! The encoder of one chunk.

use crate::encode::matroska;
use crate::encode::settings::{EncodeSettings, PictureFormat};
use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::{Invocation, Running};
use crate::progress::Progress;
use bytes::Bytes;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::watch;

/// After so many repetitions the picture is sent again although it is the same, because ffmpeg learns of repetitions from
/// the next picture: it goes on encoding while the page stands still, for an eighth of the price of a picture.
const LONGEST_HOLD: u64 = 8;

/// An ffmpeg that takes pictures and writes a chunk. Dropping it before [`Self::finish`] ends ffmpeg; what is written of
/// the chunk stays where it is.
#[derive(Debug)]
pub struct ChunkEncoder {
    running: Running,
    progress: watch::Receiver<Progress>,
    input: ChildStdin,
    destination: PathBuf,
    pictures: PictureFormat,
    frames: u64,
    last: Option<Sent>,
}

/// The picture that ffmpeg was given last.
#[derive(Debug)]
struct Sent {
    picture: Bytes,
    frame: u64,
}

/// A finished chunk on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedChunk {
    /// Where it is.
    pub path: PathBuf,
    /// How many frames it has: exactly as many as were pushed and repeated.
    pub frames: u64,
    /// Its size.
    pub bytes: u64,
}

/// A chunk was not encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// ffmpeg failed. [`RunError::kind`] tells a full disk and a passed deadline.
    #[error("encoding stopped after {frames} frames")]
    Ffmpeg {
        /// Frames that were added.
        frames: u64,
        /// What ffmpeg did.
        #[source]
        source: RunError,
    },
    /// ffmpeg ended well but dropped or added frames.
    #[error("{added} frames were added but ffmpeg encoded {encoded}")]
    FrameCount {
        /// Frames that were added.
        added: u64,
        /// Frames that ffmpeg says it wrote.
        encoded: u64,
    },
    /// A chunk has at least one frame.
    #[error("no frame was added")]
    Empty,
    /// The first frame cannot be a repetition.
    #[error("there is no frame to repeat yet")]
    NothingToRepeat,
    /// The finished chunk is not where ffmpeg wrote it.
    #[error("the chunk `{}` cannot be read", path.display())]
    Vanished {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl ChunkEncoder {
    /// Starts ffmpeg, which writes an mp4 file to `destination` and is ended at `deadline`. To be called within a tokio
    /// runtime.
    ///
    /// # Errors
    /// [`EncodeError::Ffmpeg`] if it cannot be started.
    pub fn start(
        ffmpeg: &Ffmpeg,
        settings: &EncodeSettings,
        destination: &Path,
        deadline: Instant,
    ) -> Result<Self, EncodeError> {
        let not_started = |source| EncodeError::Ffmpeg { frames: 0, source };
        let (publish, progress) = watch::channel(Progress::default());
        let mut running = invocation(ffmpeg, settings, destination, publish)
            .start(deadline)
            .map_err(not_started)?;
        let input = running.take_stdin().map_err(not_started)?;
        Ok(Self {
            running,
            progress,
            input,
            destination: destination.to_owned(),
            pictures: settings.pictures,
            frames: 0,
            last: None,
        })
    }

    /// Adds one frame: an encoded picture in the settings' format, all of one size, width and height even.
    ///
    /// Returns when ffmpeg has taken it, which is how a slow encoder holds back the capture.
    ///
    /// # Errors
    /// [`EncodeError::Ffmpeg`] with the reason once ffmpeg has ended.
    pub async fn push(&mut self, picture: Bytes) -> Result<(), EncodeError> {
        let frame = self.frames;
        self.frames += 1;
        self.send(picture, frame).await
    }

    /// Adds the frame before once more. The chunk equals one to which the same bytes were pushed again, at a fraction of
    /// the price.
    ///
    /// # Errors
    /// [`EncodeError::NothingToRepeat`] before the first frame, [`EncodeError::Ffmpeg`] as with [`Self::push`].
    pub async fn repeat(&mut self) -> Result<(), EncodeError> {
        let last = self.last.as_ref().ok_or(EncodeError::NothingToRepeat)?;
        let held = self.frames - last.frame;
        let picture = last.picture.clone();
        self.frames += 1;
        if held < LONGEST_HOLD {
            return Ok(());
        }
        self.send(picture, self.frames - 1).await
    }

    /// Frames added so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Follows what is encoded, which runs behind what is added.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// Ends the input and waits for the chunk.
    ///
    /// # Errors
    /// All of [`EncodeError`] but [`EncodeError::NothingToRepeat`].
    pub async fn finish(mut self) -> Result<EncodedChunk, EncodeError> {
        let last = self.last.take().ok_or(EncodeError::Empty)?;
        if last.frame + 1 < self.frames {
            // The last picture says how long the one before it is shown.
            self.send(last.picture, self.frames - 1).await?;
        }
        drop(self.input);
        let ended = self.running.finish().await;
        let progress = ended.map_err(|source| EncodeError::Ffmpeg {
            frames: self.frames,
            source,
        })?;
        if progress.frames != self.frames {
            return Err(EncodeError::FrameCount {
                added: self.frames,
                encoded: progress.frames,
            });
        }
        let path = self.destination;
        match tokio::fs::metadata(&path).await {
            Ok(file) => Ok(EncodedChunk {
                path,
                frames: self.frames,
                bytes: file.len(),
            }),
            Err(source) => Err(EncodeError::Vanished { path, source }),
        }
    }

    async fn send(&mut self, picture: Bytes, frame: u64) -> Result<(), EncodeError> {
        if let Err(broken) = self.write(&picture, frame).await {
            // ffmpeg closes its input by ending, and then knows better than the pipe why.
            let source = self
                .running
                .finish()
                .await
                .err()
                .unwrap_or(RunError::Pipe(broken));
            return Err(EncodeError::Ffmpeg {
                frames: self.frames,
                source,
            });
        }
        self.last = Some(Sent { picture, frame });
        Ok(())
    }

    async fn write(&mut self, picture: &[u8], frame: u64) -> io::Result<()> {
        if frame == 0 {
            self.input
                .write_all(&matroska::header(self.pictures))
                .await?;
        }
        self.input
            .write_all(&matroska::before_picture(frame, picture.len()))
            .await?;
        self.input.write_all(picture).await
    }
}

fn invocation(
    ffmpeg: &Ffmpeg,
    settings: &EncodeSettings,
    destination: &Path,
    progress: watch::Sender<Progress>,
) -> Invocation {
    let rate = settings.rate.to_string();
    Invocation::new(ffmpeg)
        .input_piped()
        // One decoding thread: more would only hold pictures back.
        .args([
            "-f",
            matroska::FORMAT,
            "-probesize",
            "32",
            "-analyzeduration",
            "0",
            "-threads",
            "1",
            "-i",
            "pipe:0",
        ])
        .args(["-map", "0:v:0", "-vf", &filters(settings)])
        .args(["-fps_mode", "cfr", "-r", &rate])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            &settings.preset.to_string(),
            "-crf",
            &settings.crf.to_string(),
        ])
        .args([
            "-pix_fmt",
            "yuv420p",
            "-threads",
            &settings.threads.to_string(),
        ])
        .args(settings.colour_space.tags())
        .args([
            "-map_metadata",
            "-1",
            "-video_track_timescale",
            &settings.rate.timescale().to_string(),
        ])
        .args(["-movflags", "+faststart", "-f", "mp4"])
        .reporting(progress, settings.rate)
        .output_file(destination)
}

/// Converts colours, then shows each picture for as many frames as the stream says, in this order: a repetition then
/// costs no conversion.
fn filters(settings: &EncodeSettings) -> String {
    format!(
        "{colours},fps={nominal},settb=1/({rate}),setpts=N",
        colours = settings.colour_space.conversion_from(settings.pictures),
        nominal = matroska::NOMINAL_RATE,
        rate = settings.rate,
    )
}
