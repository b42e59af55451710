//! Sound that the page made, read from files of raw PCM piece by piece.

use crate::audio::decode::pitch_shifter;
use crate::audio::error::AudioError;
use crate::audio::pcm::{SAMPLE_BYTES, fill, skip};
use crate::audio::timeline::{InlineTrack, Piece, Timeline};
use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::{Invocation, Running};
use crate::location::Location;
use std::ffi::OsString;
use std::io::{self, SeekFrom};
use std::time::Instant;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::process::ChildStdout;
use tokio::task::JoinHandle;

/// So much of a file is read away rather than jumped over.
const SHORT_JUMP: u64 = 4 << 20;

/// Bytes handed to a pitch shifter at a time.
const BUFFER: usize = 64 * 1024;

/// The pieces of one track as one stream, with silence between them.
#[derive(Debug)]
pub(super) struct PiecesReader {
    ffmpeg: Ffmpeg,
    deadline: Instant,
    pieces: std::vec::IntoIter<Cut>,
    current: Option<Cut>,
    /// Sample of the composition that comes next.
    position: u64,
    open: Option<OpenFile>,
}

/// A piece up to where the next one begins.
#[derive(Debug)]
struct Cut {
    begin: u64,
    end: u64,
    file: Location,
    offset: u64,
}

/// A file of raw PCM that is open at a position.
#[derive(Debug)]
struct OpenFile {
    location: Location,
    position: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    File(File),
    Url {
        bytes: ChildStdout,
        _running: Box<Running>,
    },
}

/// The pieces of one track at another pitch.
#[derive(Debug)]
pub(super) struct ShiftedReader {
    running: Running,
    samples: ChildStdout,
    feeder: Option<JoinHandle<Result<(), AudioError>>>,
}

impl PiecesReader {
    pub(super) fn new(ffmpeg: &Ffmpeg, track: &InlineTrack, deadline: Instant) -> Self {
        let nexts = track
            .pieces
            .iter()
            .skip(1)
            .map(|piece| piece.begin)
            .chain([u64::MAX]);
        let pieces: Vec<Cut> = track
            .pieces
            .iter()
            .zip(nexts)
            .map(|(piece, next)| cut(piece, next))
            .collect();
        let position = pieces.first().map_or(0, |piece| piece.begin);
        Self {
            ffmpeg: ffmpeg.clone(),
            deadline,
            pieces: pieces.into_iter(),
            current: None,
            position,
            open: None,
        }
    }

    /// Fills `buffer` as far as there is sound; after less there is no more.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, AudioError> {
        let mut filled = 0;
        while filled < buffer.len() {
            if self
                .current
                .as_ref()
                .is_none_or(|piece| piece.end <= self.position)
            {
                self.current = self.pieces.next();
            }
            let Some(piece) = &self.current else { break };
            let (until, silent) = if self.position < piece.begin {
                (piece.begin, true)
            } else {
                (piece.end, false)
            };
            let left =
                usize::try_from((until - self.position) * SAMPLE_BYTES).unwrap_or(usize::MAX);
            let length = left.min(buffer.len() - filled);
            let part = &mut buffer[filled..filled + length];
            if silent {
                part.fill(0);
            } else {
                let offset = piece.offset + (self.position - piece.begin) * SAMPLE_BYTES;
                let file = piece.file.clone();
                self.read_file(&file, offset, part)
                    .await
                    .map_err(|source| AudioError::Inline { file, source })?;
            }
            filled += length;
            self.position += length as u64 / SAMPLE_BYTES;
        }
        Ok(filled)
    }

    async fn read_file(
        &mut self,
        location: &Location,
        offset: u64,
        buffer: &mut [u8],
    ) -> io::Result<()> {
        let file = match self.open.take() {
            Some(file) if file.reaches(location, offset) => self.open.insert(file),
            _ => self
                .open
                .insert(open(&self.ffmpeg, location, offset, self.deadline).await?),
        };
        file.read_at(offset, buffer).await
    }
}

impl OpenFile {
    /// Whether reading on comes to `offset` soon.
    fn reaches(&self, location: &Location, offset: u64) -> bool {
        self.location == *location && (self.position..=self.position + SHORT_JUMP).contains(&offset)
    }

    async fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let jump = offset - self.position;
        let filled = match &mut self.content {
            Content::File(file) => {
                skip(file, jump).await?;
                fill(file, buffer).await?
            }
            Content::Url { bytes, .. } => {
                skip(bytes, jump).await?;
                fill(bytes, buffer).await?
            }
        };
        self.position = offset + filled as u64;
        if filled < buffer.len() {
            Err(io::ErrorKind::UnexpectedEof.into())
        } else {
            Ok(())
        }
    }
}

impl ShiftedReader {
    pub(super) fn start(
        ffmpeg: &Ffmpeg,
        track: &InlineTrack,
        deadline: Instant,
    ) -> Result<Self, AudioError> {
        let mut running = pitch_shifter(ffmpeg, track.tone_frequency)
            .start(deadline)
            .map_err(AudioError::Pitch)?;
        let samples = running.take_stdout().map_err(AudioError::Pitch)?;
        let mut sink = running.take_stdin().map_err(AudioError::Pitch)?;
        let mut pieces = PiecesReader::new(ffmpeg, track, deadline);
        let feeder = tokio::spawn(async move {
            let mut buffer = vec![0; BUFFER];
            loop {
                let filled = pieces.read(&mut buffer).await?;
                sink.write_all(&buffer[..filled])
                    .await
                    .map_err(|broken| AudioError::Pitch(RunError::Pipe(broken)))?;
                if filled < buffer.len() {
                    return Ok(());
                }
            }
        });
        Ok(Self {
            running,
            samples,
            feeder: Some(feeder),
        })
    }

    /// Fills `buffer` as far as there is sound; after less there is no more.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, AudioError> {
        let filled = fill(&mut self.samples, buffer)
            .await
            .map_err(|broken| AudioError::Pitch(RunError::Pipe(broken)))?;
        if filled < buffer.len()
            && let Some(feeder) = self.feeder.take()
        {
            // ffmpeg's end tells why the feeder could not go on; where ffmpeg ended well, the feeder tells why it stopped.
            self.running.finish().await.map_err(AudioError::Pitch)?;
            feeder.await.unwrap_or_else(|panic| {
                Err(AudioError::Pitch(RunError::Pipe(io::Error::other(panic))))
            })?;
        }
        Ok(filled)
    }
}

impl Drop for ShiftedReader {
    fn drop(&mut self) {
        if let Some(feeder) = &self.feeder {
            feeder.abort();
        }
    }
}

fn cut(piece: &Piece, next: u64) -> Cut {
    Cut {
        begin: piece.begin,
        end: (piece.begin + piece.pcm.samples).min(next),
        file: piece.pcm.file.clone(),
        offset: piece.pcm.offset,
    }
}

async fn open(
    ffmpeg: &Ffmpeg,
    location: &Location,
    offset: u64,
    deadline: Instant,
) -> io::Result<OpenFile> {
    let content = match location.as_file() {
        Some(path) => {
            let mut file = File::open(path).await?;
            file.seek(SeekFrom::Start(offset)).await?;
            Content::File(file)
        }
        None => {
            let mut running = raw_reader(ffmpeg, location, offset)
                .start(deadline)
                .map_err(io::Error::other)?;
            Content::Url {
                bytes: running.take_stdout().map_err(io::Error::other)?,
                _running: Box::new(running),
            }
        }
    };
    Ok(OpenFile {
        location: location.clone(),
        position: offset,
        content,
    })
}

/// Carries the bytes of a URL from `offset` on.
fn raw_reader(ffmpeg: &Ffmpeg, location: &Location, offset: u64) -> Invocation {
    let mut part = OsString::from(format!("subfile,,start,{offset},end,0,,:"));
    part.push(location.argument());
    let rate = Timeline::SAMPLE_RATE.to_string();
    Invocation::new(ffmpeg)
        .args(["-f", "s16le", "-ar", &rate, "-ac", "2"])
        .input_argument(part)
        .args(["-c", "copy", "-f", "s16le", "pipe:1"])
        .output_piped()
}
