//! Where the samples of voices come from: decoders, files on disk, pieces of the page.

use crate::audio::decode::Decoder;
use crate::audio::error::AudioError;
use crate::audio::pieces::{PiecesReader, ShiftedReader};
use crate::audio::plan::{Planned, Sound};
use crate::audio::spool::{Spool, SpoolReader};
use crate::audio::survey::Survey;
use crate::ffmpeg::Ffmpeg;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// So many decoders run at a time. What is heard beside them is decoded to disk first.
const MOST_DECODERS: usize = 12;

/// A stretch of the plan, and its samples where they are on disk.
struct Material {
    planned: Planned,
    spool: Option<Arc<Spool>>,
}

/// Gives voices their samples.
pub(super) struct Opener<'a> {
    ffmpeg: &'a Ffmpeg,
    deadline: Instant,
    scratch: &'a Path,
    survey: Survey,
    stretches: Vec<Material>,
    decoders: usize,
}

/// The samples of a voice.
pub(super) enum Reader {
    Decoder(Box<Decoder>),
    Spool(SpoolReader),
    Pieces(Box<PiecesReader>),
    Shifted(Box<ShiftedReader>),
}

impl<'a> Opener<'a> {
    pub(super) fn new(
        ffmpeg: &'a Ffmpeg,
        survey: Survey,
        stretches: Vec<Planned>,
        scratch: &'a Path,
        deadline: Instant,
    ) -> Self {
        let stretches = stretches
            .into_iter()
            .map(|planned| Material {
                planned,
                spool: None,
            })
            .collect();
        Self {
            ffmpeg,
            deadline,
            scratch,
            survey,
            stretches,
            decoders: 0,
        }
    }

    /// Opens `sound` at its beginning. Waits where it has to be decoded to disk first.
    pub(super) async fn open(&mut self, sound: &Sound) -> Result<Reader, AudioError> {
        match sound {
            Sound::Stretch { index, offset } => self.open_stretch(*index, *offset).await,
            Sound::Inline(track) if track.tone_frequency == 1.0 => Ok(Reader::Pieces(Box::new(
                PiecesReader::new(self.ffmpeg, track, self.deadline),
            ))),
            Sound::Inline(track) => Ok(Reader::Shifted(Box::new(ShiftedReader::start(
                self.ffmpeg,
                track,
                self.deadline,
            )?))),
        }
    }

    async fn open_stretch(&mut self, index: usize, offset: u64) -> Result<Reader, AudioError> {
        let material = &mut self.stretches[index];
        let stretch = &material.planned.stretch;
        let spool = match material.spool.take() {
            Some(spool) => spool,
            None => {
                let decoder = Decoder::start(
                    self.ffmpeg,
                    stretch,
                    self.survey.info(&stretch.media),
                    self.deadline,
                )?;
                if material.planned.uses == 1 && self.decoders < MOST_DECODERS {
                    self.decoders += 1;
                    return Ok(Reader::Decoder(Box::new(decoder)));
                }
                Spool::fill(
                    decoder,
                    stretch.end - stretch.begin,
                    spool_path(self.scratch, index),
                )
                .await?
            }
        };
        let reader = spool.read_from(offset).await?;
        material.planned.uses -= 1;
        if material.planned.uses > 0 {
            material.spool = Some(spool);
        }
        Ok(Reader::Spool(reader))
    }

    /// Takes back what [`Self::open`] gave.
    pub(super) async fn close(&mut self, reader: Reader) {
        if let Reader::Decoder(decoder) = reader {
            self.decoders -= 1;
            decoder.stop().await;
        }
    }
}

fn spool_path(scratch: &Path, index: usize) -> PathBuf {
    scratch.join(format!("sound-{index}.pcm"))
}

impl Reader {
    /// Fills `buffer` as far as there is sound; after less there is no more.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, AudioError> {
        match self {
            Self::Decoder(decoder) => decoder.read(buffer).await,
            Self::Spool(spool) => spool.read(buffer).await,
            Self::Pieces(pieces) => pieces.read(buffer).await,
            Self::Shifted(shifted) => shifted.read(buffer).await,
        }
    }
}
