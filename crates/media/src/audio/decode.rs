//! Files become samples.
//!
//! What is counted in samples here is counted in the sound as it is heard: at the playback rate, 48,000 a second, the first
//! one at the beginning of the file. Silence is put where a stream begins after its file does, so that a number means the
//! same moment whatever the container says.

use crate::audio::error::AudioError;
use crate::audio::pcm::{SAMPLE_BYTES, fill, skip};
use crate::audio::tempo;
use crate::audio::timeline::Timeline;
use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::{Invocation, Running};
use crate::location::Location;
use crate::probe::MediaInfo;
use std::time::Instant;
use tokio::process::ChildStdout;

/// Sound before this many seconds is decoded and thrown away rather than skipped.
const SHORT_LEAD: f64 = 10.0;

/// Seconds of sound decoded before what is wanted, so that a codec that refers to what came before is settled.
const SETTLE: f64 = 1.0;

/// Seconds read beyond what is wanted, because tempo filters look ahead.
const LOOK_AHEAD: f64 = 1.0;

/// Containers with an index of times: the first's are exact, the second's are kept to the millisecond. In others a
/// position is a guess, and the sound is decoded from its beginning.
const INDEXED: [&str; 2] = ["mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"];

/// A stretch of one stream of a file at one playback rate and pitch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stretch {
    pub(super) media: Location,
    pub(super) stream: u32,
    pub(super) playback_rate: f64,
    pub(super) tone_frequency: f64,
    /// First sample.
    pub(super) begin: u64,
    /// Sample after the last.
    pub(super) end: u64,
}

/// An ffmpeg that decodes one stretch. Dropping it ends ffmpeg.
#[derive(Debug)]
pub(super) struct Decoder {
    media: Location,
    running: Running,
    samples: ChildStdout,
    /// Samples between the first one decoded and the first one wanted.
    lead: u64,
    ended: bool,
}

impl Decoder {
    pub(super) fn start(
        ffmpeg: &Ffmpeg,
        stretch: &Stretch,
        info: &MediaInfo,
        deadline: Instant,
    ) -> Result<Self, AudioError> {
        let media = stretch.media.clone();
        let start = || -> Result<(Running, ChildStdout, u64), RunError> {
            let from = seek_second(stretch, info);
            let mut running = invocation(ffmpeg, stretch, from).start(deadline)?;
            let samples = running.take_stdout()?;
            let skipped = heard_samples(from as f64, stretch.playback_rate);
            Ok((running, samples, stretch.begin - skipped))
        };
        match start() {
            Ok((running, samples, lead)) => Ok(Self {
                media,
                running,
                samples,
                lead,
                ended: false,
            }),
            Err(source) => Err(AudioError::Decode { media, source }),
        }
    }

    /// Fills `buffer` as far as there is sound; after less there is no more.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, AudioError> {
        if self.ended {
            return Ok(0);
        }
        match self.read_samples(buffer).await {
            Ok(filled) => Ok(filled),
            Err(source) => Err(AudioError::Decode {
                media: self.media.clone(),
                source,
            }),
        }
    }

    async fn read_samples(&mut self, buffer: &mut [u8]) -> Result<usize, RunError> {
        let lead = std::mem::take(&mut self.lead);
        skip(&mut self.samples, lead * SAMPLE_BYTES)
            .await
            .map_err(RunError::Pipe)?;
        let filled = fill(&mut self.samples, buffer)
            .await
            .map_err(RunError::Pipe)?;
        if filled < buffer.len() {
            self.ended = true;
            // The end of the samples is the end of the sound only if ffmpeg ended well.
            self.running.finish().await?;
        }
        Ok(filled)
    }

    /// Ends ffmpeg, which may have more.
    pub(super) async fn stop(mut self) {
        self.running.stop().await;
    }
}

/// The second of the file at which decoding begins: 0, or shortly before what is wanted.
fn seek_second(stretch: &Stretch, info: &MediaInfo) -> u64 {
    let wanted = stretch.begin as f64 / f64::from(Timeline::SAMPLE_RATE) * stretch.playback_rate;
    let settled = wanted - SETTLE * stretch.playback_rate.max(1.0);
    if settled < SHORT_LEAD || !INDEXED.contains(&info.container.as_str()) {
        0
    } else {
        settled as u64
    }
}

fn heard_samples(seconds: f64, playback_rate: f64) -> u64 {
    (seconds / playback_rate * f64::from(Timeline::SAMPLE_RATE)).round() as u64
}

fn invocation(ffmpeg: &Ffmpeg, stretch: &Stretch, from: u64) -> Invocation {
    let end = stretch.end as f64 / f64::from(Timeline::SAMPLE_RATE) * stretch.playback_rate;
    let length = end - from as f64 + LOOK_AHEAD * stretch.playback_rate.max(1.0);
    let rate = Timeline::SAMPLE_RATE;
    let filters: Vec<String> = [
        // Fills where the stream has gaps, and before its beginning.
        "aresample=async=1:first_pts=0".to_owned(),
        format!("aformat=sample_fmts=s16:sample_rates={rate}:channel_layouts=stereo"),
    ]
    .into_iter()
    .chain(tempo::faster(stretch.playback_rate))
    .chain(tempo::higher(stretch.tone_frequency, rate))
    .collect();
    let seek: &[String] = if from > 0 {
        &["-ss".to_owned(), from.to_string()]
    } else {
        &[]
    };
    Invocation::new(ffmpeg)
        .args(seek.iter().cloned())
        .args(["-t", &format!("{length:.3}"), "-vn", "-sn", "-dn"])
        .input(&stretch.media)
        .args([
            "-map",
            &format!("0:a:{}", stretch.stream),
            "-af",
            &filters.join(","),
        ])
        .args(["-f", "s16le", "-c:a", "pcm_s16le", "pipe:1"])
        .output_piped()
}

/// Changes the pitch of samples that are written to the run, which gives as many back.
pub(super) fn pitch_shifter(ffmpeg: &Ffmpeg, tone_frequency: f64) -> Invocation {
    let rate = Timeline::SAMPLE_RATE.to_string();
    let filters = tempo::higher(tone_frequency, Timeline::SAMPLE_RATE).join(",");
    Invocation::new(ffmpeg)
        .input_piped()
        .args([
            "-f", "s16le", "-ar", &rate, "-ac", "2", "-i", "pipe:0", "-af", &filters,
        ])
        .args(["-f", "s16le", "-c:a", "pcm_s16le", "pipe:1"])
        .output_piped()
}
