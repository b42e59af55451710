//! Which stretches of which files are decoded, and who hears them when.
//!
//! A stretch that several tracks play is decoded once. Its bounds follow from the tracks alone, so that the samples are the
//! same however the frames were divided into chunks.

use crate::audio::decode::Stretch;
use crate::audio::timeline::{InlineTrack, Loudness, Timeline, Track};

/// Tracks whose parts of a file lie this close together share a stretch: 30 seconds.
const SHARED_GAP: u64 = 30 * Timeline::SAMPLE_RATE as u64;

/// What is decoded, and the voices in the order in which they are added up.
#[derive(Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) stretches: Vec<Planned>,
    pub(super) voices: Vec<Voice>,
}

/// A stretch and how many voices play it.
#[derive(Debug, PartialEq)]
pub(super) struct Planned {
    pub(super) stretch: Stretch,
    pub(super) uses: usize,
}

/// Something that is heard for a while.
#[derive(Debug, PartialEq)]
pub(super) struct Voice {
    /// Sample of the composition at which it begins.
    pub(super) begin: u64,
    /// Loudness from then to its end.
    pub(super) loudness: Vec<Loudness>,
    pub(super) sound: Sound,
}

/// Where the samples of a voice come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sound {
    /// A stretch, from this many samples after its beginning.
    Stretch { index: usize, offset: u64 },
    /// What the page made.
    Inline(InlineTrack),
}

impl Voice {
    /// Sample of the composition at which it ends.
    pub(super) fn end(&self) -> u64 {
        self.loudness.last().map_or(self.begin, |last| last.end)
    }
}

impl Plan {
    /// Plans `tracks`, which all have sound, and the inline tracks of `timeline`.
    pub(super) fn new(tracks: &[&Track], timeline: &Timeline) -> Self {
        let (stretches, places) = stretches(tracks);
        let tracks = tracks
            .iter()
            .zip(places)
            .map(|(track, (index, offset))| Voice {
                begin: track.begin,
                loudness: track.loudness.clone(),
                sound: Sound::Stretch { index, offset },
            });
        let inline = timeline
            .inline
            .iter()
            .filter_map(|track| inline_voice(track, timeline.samples()));
        Self {
            voices: tracks.chain(inline).collect(),
            stretches,
        }
    }
}

/// The stretches, and for each track the one that it plays and where in it.
fn stretches(tracks: &[&Track]) -> (Vec<Planned>, Vec<(usize, u64)>) {
    let mut order: Vec<usize> = (0..tracks.len()).collect();
    order.sort_by_key(|track| (tracks[*track].trim, *track));
    let mut planned: Vec<Planned> = Vec::new();
    let mut places = vec![(0, 0); tracks.len()];
    for track in order {
        let wanted = wanted(tracks[track]);
        let shared = planned
            .iter()
            .position(|planned| continues(&planned.stretch, &wanted));
        let index = shared.unwrap_or(planned.len());
        match shared.map(|index| &mut planned[index]) {
            Some(planned) => {
                planned.stretch.end = planned.stretch.end.max(wanted.end);
                planned.uses += 1;
            }
            None => planned.push(Planned {
                stretch: wanted.clone(),
                uses: 1,
            }),
        }
        places[track] = (index, wanted.begin - planned[index].stretch.begin);
    }
    (planned, places)
}

fn wanted(track: &Track) -> Stretch {
    Stretch {
        media: track.source.clone(),
        stream: track.stream,
        playback_rate: track.playback_rate,
        tone_frequency: track.tone_frequency,
        begin: track.trim,
        end: track.trim + (track.end() - track.begin),
    }
}

/// Whether `next`, which begins no earlier, is worth decoding together with `stretch`.
fn continues(stretch: &Stretch, next: &Stretch) -> bool {
    let same = Stretch {
        begin: stretch.begin,
        end: stretch.end,
        ..next.clone()
    } == *stretch;
    same && next.begin <= stretch.end + SHARED_GAP
}

fn inline_voice(track: &InlineTrack, samples: u64) -> Option<Voice> {
    let begin = track.pieces.first()?.begin;
    let end = track
        .pieces
        .iter()
        .map(|piece| piece.begin + piece.pcm.samples)
        .max()?
        .min(samples);
    let loudness = vec![Loudness { end, gain: 1.0 }];
    (begin < end).then(|| Voice {
        begin,
        loudness,
        sound: Sound::Inline(track.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::Location;

    fn track(source: &str, begin: u64, trim: u64, length: u64, playback_rate: f64) -> Track {
        Track {
            source: Location::file(source),
            stream: 0,
            playback_rate,
            tone_frequency: 1.0,
            begin,
            trim,
            loudness: vec![Loudness {
                end: begin + length,
                gain: 1.0,
            }],
        }
    }

    #[test]
    fn tracks_that_play_near_parts_of_a_file_share_a_stretch() {
        let second = u64::from(Timeline::SAMPLE_RATE);
        let tracks = [
            track("a", 0, 20 * second, second, 1.0),
            track("a", 50 * second, 0, second, 1.0),
            track("a", 60 * second, 0, second, 1.5),
            track("a", 70 * second, 600 * second, second, 1.0),
            track("b", 80 * second, 0, second, 1.0),
        ];
        let (stretches, places) = stretches(&tracks.iter().collect::<Vec<_>>());
        let seconds: Vec<_> = stretches
            .iter()
            .map(|planned| {
                (
                    planned.stretch.begin / second,
                    planned.stretch.end / second,
                    planned.uses,
                )
            })
            .collect();
        assert_eq!(seconds, [(0, 21, 2), (0, 1, 1), (0, 1, 1), (600, 601, 1)]);
        assert_eq!(places, [(0, 20 * second), (0, 0), (1, 0), (3, 0), (2, 0)]);
    }
}
