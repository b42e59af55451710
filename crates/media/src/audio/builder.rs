//! From what single frames sound like to tracks.

use crate::audio::timeline::{InlineTrack, Loudness, PcmSpan, Piece, Timeline, Track};
use crate::location::Location;
use crate::rate::FrameRate;
use std::collections::HashMap;

/// What an `<Audio>` or a video with sound registered for one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioAsset {
    /// The same on consecutive frames for one stretch of one thing.
    pub id: String,
    /// The file it plays.
    pub source: Location,
    /// Which of the file's audio streams, counted from 0.
    pub stream: u32,
    /// The frame inside the media's own sequence, in frames of the composition.
    pub media_frame: f64,
    /// The trimmed start of the media, in frames of the composition.
    pub start_frame: f64,
    /// Source seconds for each second heard. Above 0.
    pub playback_rate: f64,
    /// Pitch: 1 leaves it alone. Above 0.
    pub tone_frequency: f64,
    /// Loudness in this frame: 0 is silent, 1 leaves it alone; may exceed 1.
    pub volume: f64,
}

/// Sound that the page made itself for one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct InlineAsset {
    /// The same for all pieces of one thing. Where pieces of one id overlap, the later one is heard.
    pub id: String,
    /// Pitch: 1 leaves it alone. Above 0; that of an id's first piece counts.
    pub tone_frequency: f64,
    /// The samples, which begin with the frame.
    pub pcm: PcmSpan,
}

/// A frame says something that cannot be heard.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{what} of `{id}` in frame {frame} is {value}, which cannot be played")]
pub struct TimelineError {
    id: String,
    /// Counted from the first frame of the render.
    frame: u64,
    what: &'static str,
    value: f64,
}

/// Makes a [`Timeline`] from frame after frame.
#[derive(Debug)]
pub struct TimelineBuilder {
    timeline: Timeline,
    /// For each id the track it extends and the frame it was mentioned in last.
    open: HashMap<String, (usize, u64)>,
    inline: HashMap<String, usize>,
}

impl TimelineBuilder {
    /// A timeline without frames.
    pub fn new(rate: FrameRate) -> Self {
        Self {
            timeline: Timeline {
                rate,
                frames: 0,
                tracks: Vec::new(),
                inline: Vec::new(),
            },
            open: HashMap::new(),
            inline: HashMap::new(),
        }
    }

    /// Adds the next frame and what is heard in it; most frames repeat what the frame before said.
    ///
    /// An id that is mentioned on consecutive frames makes one track, which is what its first mention says but for the
    /// volume; of two mentions in one frame the first counts.
    ///
    /// # Errors
    /// [`TimelineError`] for a playback rate, pitch, trim or volume that is no usable number.
    pub fn push_frame(
        &mut self,
        assets: impl IntoIterator<Item = AudioAsset>,
        inline: impl IntoIterator<Item = InlineAsset>,
    ) -> Result<(), TimelineError> {
        let frame = self.timeline.frames;
        for asset in assets {
            self.add(frame, asset)?;
        }
        for piece in inline {
            self.add_inline(frame, piece)?;
        }
        self.timeline.frames += 1;
        // Ids that this frame does not mention are over: what comes later under one is another track.
        self.open.retain(|_, (_, last)| *last == frame);
        Ok(())
    }

    /// The timeline of all frames pushed.
    pub fn finish(self) -> Timeline {
        self.timeline
    }

    fn add(&mut self, frame: u64, asset: AudioAsset) -> Result<(), TimelineError> {
        let volume = finite(&asset.id, frame, "volume", asset.volume)?.max(0.0) as f32;
        let loudness = Loudness {
            end: self.boundary(frame + 1),
            gain: volume,
        };
        match self.open.get_mut(&asset.id) {
            Some((_, last)) if *last == frame => {}
            Some((track, last)) => {
                *last = frame;
                extend(&mut self.timeline.tracks[*track].loudness, loudness);
            }
            None => {
                let track = self.track(frame, &asset, loudness)?;
                self.open
                    .insert(asset.id, (self.timeline.tracks.len(), frame));
                self.timeline.tracks.push(track);
            }
        }
        Ok(())
    }

    fn track(
        &self,
        frame: u64,
        asset: &AudioAsset,
        loudness: Loudness,
    ) -> Result<Track, TimelineError> {
        let id = &asset.id;
        let playback_rate = positive(id, frame, "playback rate", asset.playback_rate)?;
        let tone_frequency = positive(id, frame, "tone frequency", asset.tone_frequency)?;
        let media_frame = finite(id, frame, "media frame", asset.media_frame)?;
        let start_frame = finite(id, frame, "start frame", asset.start_frame)?;
        // What is trimmed is counted in the source; what has played since is heard at the playback rate.
        let heard_frames = start_frame / playback_rate + (media_frame - start_frame);
        let trim = heard_frames / self.timeline.rate.as_f64() * f64::from(Timeline::SAMPLE_RATE);
        Ok(Track {
            source: asset.source.clone(),
            stream: asset.stream,
            playback_rate,
            tone_frequency,
            begin: self.boundary(frame),
            trim: trim.round().max(0.0) as u64,
            loudness: vec![loudness],
        })
    }

    fn add_inline(&mut self, frame: u64, asset: InlineAsset) -> Result<(), TimelineError> {
        let tone_frequency = positive(&asset.id, frame, "tone frequency", asset.tone_frequency)?;
        // Rounded down, as the page does when it counts the samples of a frame.
        let begin = self
            .timeline
            .rate
            .sample_before(frame, Timeline::SAMPLE_RATE);
        let piece = Piece {
            begin,
            pcm: asset.pcm,
        };
        match self.inline.get(&asset.id) {
            Some(track) => self.timeline.inline[*track].pieces.push(piece),
            None => {
                self.inline.insert(asset.id, self.timeline.inline.len());
                self.timeline.inline.push(InlineTrack {
                    tone_frequency,
                    pieces: vec![piece],
                });
            }
        }
        Ok(())
    }

    fn boundary(&self, frame: u64) -> u64 {
        self.timeline.rate.sample_of(frame, Timeline::SAMPLE_RATE)
    }
}

/// Appends a step, which lengthens the last where the gain stays.
fn extend(loudness: &mut Vec<Loudness>, step: Loudness) {
    match loudness.last_mut() {
        Some(last) if last.gain == step.gain => last.end = step.end,
        _ => loudness.push(step),
    }
}

fn finite(id: &str, frame: u64, what: &'static str, value: f64) -> Result<f64, TimelineError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(TimelineError {
            id: id.to_owned(),
            frame,
            what,
            value,
        })
    }
}

fn positive(id: &str, frame: u64, what: &'static str, value: f64) -> Result<f64, TimelineError> {
    if value > 0.0 {
        finite(id, frame, what, value)
    } else {
        Err(TimelineError {
            id: id.to_owned(),
            frame,
            what,
            value,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(id: &str, media_frame: f64, volume: f64) -> AudioAsset {
        AudioAsset {
            id: id.to_owned(),
            source: Location::file("a.mp3"),
            stream: 0,
            media_frame,
            start_frame: 0.0,
            playback_rate: 1.0,
            tone_frequency: 1.0,
            volume,
        }
    }

    fn builder() -> TimelineBuilder {
        TimelineBuilder::new(FrameRate::new(30.0).unwrap())
    }

    #[test]
    fn an_id_on_consecutive_frames_is_one_track_with_steps_of_loudness() {
        let mut frames = builder();
        for volume in [1.0, 1.0, 0.5] {
            frames
                .push_frame([asset("a", 7.0, volume), asset("a", 9.0, 0.1)], [])
                .unwrap();
        }
        frames.push_frame([], []).unwrap();
        frames.push_frame([asset("a", 20.0, 1.0)], []).unwrap();
        let timeline = frames.finish();
        assert_eq!(timeline.samples(), 8000);
        let [first, second] = &timeline.tracks[..] else {
            panic!("{timeline:?}")
        };
        assert_eq!(
            first.loudness,
            [
                Loudness {
                    end: 3200,
                    gain: 1.0
                },
                Loudness {
                    end: 4800,
                    gain: 0.5
                }
            ]
        );
        assert_eq!((first.begin, first.trim), (0, 11_200));
        assert_eq!(
            (second.begin, second.trim, second.end()),
            (6400, 32_000, 8000)
        );
    }

    #[test]
    fn trims_are_counted_in_the_source_and_play_at_the_rate() {
        let cases = [
            (0.0, 20.0, 1.0, 20.0 / 30.0),
            (0.0, 20.0, 1.5, 20.0 / 30.0),
            (30.0, 50.0, 2.0, 0.5 + 20.0 / 30.0),
        ];
        for (start_frame, media_frame, playback_rate, seconds) in cases {
            let mut frames = builder();
            let asset = AudioAsset {
                start_frame,
                playback_rate,
                ..asset("a", media_frame, 1.0)
            };
            frames.push_frame([asset], []).unwrap();
            assert_eq!(
                frames.finish().tracks[0].trim,
                (seconds * 48_000.0_f64).round() as u64
            );
        }
    }

    #[test]
    fn what_cannot_be_played_is_refused_by_name() {
        let refused = builder()
            .push_frame(
                [AudioAsset {
                    playback_rate: 0.0,
                    ..asset("a", 0.0, 1.0)
                }],
                [],
            )
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            "playback rate of `a` in frame 0 is 0, which cannot be played"
        );
        assert!(
            builder()
                .push_frame([asset("a", f64::NAN, 1.0)], [])
                .is_err()
        );
        assert!(
            builder()
                .push_frame([asset("a", 0.0, f64::INFINITY)], [])
                .is_err()
        );
    }
}
