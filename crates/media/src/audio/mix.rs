//! Voices become one stream of PCM.
//!
//! The mix is made block by block, in the order of time. A voice's samples are multiplied by the loudness of the frame they
//! belong to and added up as 32-bit floats, voice after voice in the order of the plan; the sum is rounded to the nearest
//! integer, halves away from zero, and what exceeds 16 bits is clipped, once, at the end. Nothing is normalised or dithered.
//! So the mix is a function of the timeline alone.

use crate::audio::error::AudioError;
use crate::audio::opener::{Opener, Reader};
use crate::audio::pcm::SAMPLE_BYTES;
use crate::audio::plan::{Plan, Voice};
use crate::audio::survey::survey;
use crate::audio::timeline::{Loudness, Timeline};
use crate::ffmpeg::Ffmpeg;
use std::path::Path;
use std::time::Instant;
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Samples mixed at a time: a third of a second.
const BLOCK: u64 = 16 * 1024;

/// Voices are opened this many samples before they are heard, so that their decoders are ready.
const OPEN_AHEAD: u64 = 2 * Timeline::SAMPLE_RATE as u64;

/// Mixes `timeline` and writes it to `sink`: 16-bit little-endian, two channels interleaved, exactly
/// [`Timeline::samples`] samples for each channel.
///
/// Memory is bounded however long the composition is. `scratch` is an existing folder for this call alone, which holds decoded
/// sound while many voices are heard at once or play one file; it is empty afterwards. Equal timelines give equal bytes.
///
/// # Errors
/// All of [`AudioError`].
pub async fn write_pcm(
    ffmpeg: &Ffmpeg,
    timeline: &Timeline,
    scratch: &Path,
    deadline: Instant,
    sink: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<(), AudioError> {
    let survey = survey(ffmpeg, timeline, deadline).await?;
    let Plan { stretches, voices } = Plan::new(&survey.audible(timeline), timeline);
    let mut opener = Opener::new(ffmpeg, survey, stretches, scratch, deadline);
    let mut waiting = in_order_of_time(voices);
    let mut heard: Vec<Heard> = Vec::new();
    let mut block = Block::new();
    let mut begin = 0;
    while begin < timeline.samples() {
        let end = timeline.samples().min(begin + BLOCK);
        while let Some((order, voice)) =
            waiting.next_if(|(_, voice)| voice.begin < end + OPEN_AHEAD)
        {
            let reader = opener.open(&voice.sound).await?;
            let at = heard.partition_point(|heard| heard.order < order);
            heard.insert(at, Heard::new(order, voice, reader));
        }
        block.clear(begin, end);
        for voice in &mut heard {
            voice.add_to(&mut block).await?;
        }
        sink.write_all(block.rounded())
            .await
            .map_err(AudioError::Write)?;
        for over in heard.extract_if(.., |heard| heard.is_over(end)) {
            opener.close(over.reader).await;
        }
        begin = end;
    }
    sink.flush().await.map_err(AudioError::Write)
}

/// Voices by the time at which they begin, each with its place in the order of adding up.
fn in_order_of_time(
    voices: Vec<Voice>,
) -> std::iter::Peekable<impl Iterator<Item = (usize, Voice)>> {
    let mut voices: Vec<(usize, Voice)> = voices.into_iter().enumerate().collect();
    voices.sort_by_key(|(order, voice)| (voice.begin, *order));
    voices.into_iter().peekable()
}

/// A voice that is open.
struct Heard {
    order: usize,
    voice: Voice,
    reader: Reader,
    /// The step of loudness that the next sample belongs to.
    step: usize,
    ended: bool,
}

impl Heard {
    fn new(order: usize, voice: Voice, reader: Reader) -> Self {
        Self {
            order,
            voice,
            reader,
            step: 0,
            ended: false,
        }
    }

    /// Whether nothing of it is heard from sample `at` on.
    fn is_over(&self, at: u64) -> bool {
        self.ended || self.voice.end() <= at
    }

    /// Adds the part of the voice that lies in the block.
    async fn add_to(&mut self, block: &mut Block) -> Result<(), AudioError> {
        let (begin, end) = (
            self.voice.begin.max(block.begin),
            self.voice.end().min(block.end),
        );
        if begin >= end || self.ended {
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut block.input);
        buffer.resize(((end - begin) * SAMPLE_BYTES) as usize, 0);
        let filled = self.reader.read(&mut buffer).await?;
        self.ended = filled < buffer.len();
        for (at, sample) in (begin..).zip(buffer[..filled].chunks_exact(SAMPLE_BYTES as usize)) {
            let gain = self.gain_at(at);
            block.add(at, sample, gain);
        }
        block.input = buffer;
        Ok(())
    }

    /// The loudness of sample `at`, which never goes back.
    fn gain_at(&mut self, at: u64) -> f32 {
        while let Some(Loudness { end, gain }) = self.voice.loudness.get(self.step) {
            if at < *end {
                return *gain;
            }
            self.step += 1;
        }
        0.0
    }
}

/// A part of the mix.
struct Block {
    begin: u64,
    end: u64,
    /// Left and right by turns.
    sums: Vec<f32>,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Block {
    fn new() -> Self {
        Self {
            begin: 0,
            end: 0,
            sums: Vec::new(),
            input: Vec::new(),
            output: Vec::new(),
        }
    }

    fn clear(&mut self, begin: u64, end: u64) {
        (self.begin, self.end) = (begin, end);
        self.sums.clear();
        self.sums.resize(2 * (end - begin) as usize, 0.0);
    }

    fn add(&mut self, at: u64, sample: &[u8], gain: f32) {
        let left = 2 * (at - self.begin) as usize;
        self.sums[left] += gain * f32::from(i16::from_le_bytes([sample[0], sample[1]]));
        self.sums[left + 1] += gain * f32::from(i16::from_le_bytes([sample[2], sample[3]]));
    }

    fn rounded(&mut self) -> &[u8] {
        self.output.clear();
        // A float becomes the nearest integer that there is, which is the clipping.
        self.output.extend(
            self.sums
                .iter()
                .flat_map(|sum| (sum.round() as i16).to_le_bytes()),
        );
        &self.output
    }
}
