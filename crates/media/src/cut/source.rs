//! What is cut.

use std::time::Instant;

use crate::cut::CutError;
use crate::cut::list::{Listing, list};
use crate::ffmpeg::Ffmpeg;
use crate::location::Location;
use crate::probe::{MediaInfo, ProbeError, Rate, probe};
use crate::rate::FrameRate;

/// Where in a source a clip begins or ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment {
    /// Seconds from the start of the source.
    Seconds(f64),
    /// The time at which the frame with this number is shown, counted from 0.
    Frame(u64),
}

/// A source that can be cut.
#[derive(Debug, Clone)]
pub struct Source {
    pub(super) ffmpeg: Ffmpeg,
    pub(super) location: Location,
    pub(super) info: MediaInfo,
    /// The frames' own clock, where there is video.
    clock: Option<Clock>,
}

/// When numbered frames are shown.
#[derive(Debug, Clone, Copy)]
struct Clock {
    /// Of the first frame, in seconds of the file's own time.
    first: f64,
    rate: Option<f64>,
}

/// Packets by which the rate of a source is judged.
const SAMPLE: usize = 40;

/// Before a key frame is given up as not there, listings begin so many seconds earlier: containers without an index
/// are searched by decoding times, and may be entered behind the key frame that is looked for.
const STEPS_BACK: [f64; 5] = [0.0, 2.0, 10.0, 60.0, f64::MAX];

impl Source {
    /// Opens a source: its beginning is read, and some of its packets.
    ///
    /// # Errors
    /// [`CutError::Unreadable`], [`CutError::NoMedia`], [`CutError::Encrypted`], [`CutError::Ffmpeg`].
    pub async fn open(
        ffmpeg: &Ffmpeg,
        location: Location,
        deadline: Instant,
    ) -> Result<Self, CutError> {
        let info = probe(ffmpeg, &location, deadline)
            .await
            .map_err(CutError::Unreadable)?;
        let stream = match (&info.video[..], &info.audio[..]) {
            ([], []) => return Err(CutError::NoMedia),
            ([], _) => "0:a:0",
            _ => "0:V:0",
        };
        let enough = |listing: &Listing| listing.packets.len() >= SAMPLE;
        let listed = list(ffmpeg, &location, stream, 0.0, deadline, enough).await;
        let sample = listed.map_err(CutError::ffmpeg("read the start of the source"))?;
        let Some(first) = sample.packets.iter().map(|packet| packet.pts).min() else {
            return Err(CutError::Unreadable(ProbeError::Undescribed { location }));
        };
        let is_mp4 = info.container.split(',').any(|name| name == "mp4");
        if is_mp4 && sample.packets.iter().all(|packet| packet.sealed) {
            return Err(CutError::Encrypted);
        }
        let visible = sample.packets.iter().filter(|packet| !packet.hidden);
        let first = visible.map(|packet| packet.pts).min().unwrap_or(first);
        let clock = info.video.first().map(|video| Clock {
            first: sample.base.seconds(first),
            rate: rate(&sample, video.rate),
        });
        Ok(Self {
            ffmpeg: ffmpeg.clone(),
            location,
            info,
            clock,
        })
    }

    /// How long it lasts, in seconds, where that is known.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.info.duration.map(|duration| duration.as_secs_f64())
    }

    /// What it holds.
    #[must_use]
    pub fn info(&self) -> &MediaInfo {
        &self.info
    }

    /// Seconds from the start of the source.
    pub(super) fn seconds_at(&self, moment: Moment) -> Result<f64, CutError> {
        match (moment, self.clock) {
            (Moment::Seconds(seconds), _) => Ok(seconds),
            (Moment::Frame(_), None) => Err(CutError::NoFrames),
            (Moment::Frame(frame), Some(clock)) => {
                let rate = clock.rate.ok_or(CutError::VariableRate)?;
                Ok(clock.first - self.info.start + frame as f64 / rate)
            }
        }
    }

    /// A listing of the video that begins with a key frame shown by `at`, in seconds of the file's own time, and goes on
    /// until there is `enough`; and the seconds from the start of the file at which it was entered.
    pub(super) async fn list_from(
        &self,
        at: f64,
        deadline: Instant,
        enough: impl Fn(&Listing) -> bool,
    ) -> Result<(Listing, f64), CutError> {
        let mut listed = None;
        for step in STEPS_BACK {
            let seek = (at - self.info.start - step).max(0.0);
            let listing = list(
                &self.ffmpeg,
                &self.location,
                "0:V:0",
                seek,
                deadline,
                &enough,
            );
            let listing = listing
                .await
                .map_err(CutError::ffmpeg("find the key frames of the source"))?;
            let found = listing.begins_by(listing.base.tick_from(at));
            listed = Some((listing, seek));
            if found || seek == 0.0 {
                break;
            }
        }
        listed.ok_or(CutError::NoFrames)
    }
}

/// The rate at which numbered frames are shown, where it is constant.
fn rate(sample: &Listing, told: Rate) -> Option<f64> {
    let told = match told {
        Rate::Constant(rate) => Some(rate),
        Rate::Variable(_) => return None,
        Rate::Unknown => None,
    };
    // Where all frames last equally many ticks, the container tells the rate exactly.
    let mut durations = sample.packets.iter().map(|packet| packet.duration);
    let first = durations.next().filter(|ticks| *ticks > 0)?;
    let exact = 1.0 / sample.base.seconds(first);
    let equal = durations.all(|ticks| ticks == first);
    if equal && told.is_none_or(|told| (told - exact).abs() < 0.02) {
        return Some(exact);
    }
    // Two decimals are told: the rates of television are meant, which are 1000/1001 of whole ones.
    let told = told?;
    let television = told.ceil() * 1000.0 / 1001.0;
    let meant = if (television - told).abs() < 0.006 {
        television
    } else {
        told
    };
    FrameRate::new(meant).ok().map(|_| meant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cut::ledger::{Packet, TimeBase};

    #[test]
    fn rates_are_exact_where_the_container_is() {
        let sample = |num, den, durations: &[i64]| Listing {
            base: TimeBase { num, den },
            packets: durations
                .iter()
                .map(|duration| Packet {
                    dts: 0,
                    pts: 0,
                    duration: *duration,
                    key: true,
                    hidden: false,
                    sealed: false,
                })
                .collect(),
            complete: false,
        };
        let ntsc = 30_000.0 / 1001.0;
        let check = |listing: Listing, told, expected: Option<f64>| match (
            rate(&listing, told),
            expected,
        ) {
            (Some(got), Some(expected)) => assert!((got - expected).abs() < 1e-9, "{got}"),
            (got, expected) => assert_eq!(got, expected),
        };
        check(
            sample(1, 30_000, &[1001, 1001]),
            Rate::Constant(29.97),
            Some(ntsc),
        );
        check(
            sample(1, 11_988, &[400, 400]),
            Rate::Constant(29.97),
            Some(29.97),
        );
        check(
            sample(1, 1000, &[33, 34]),
            Rate::Constant(29.97),
            Some(ntsc),
        );
        check(sample(1, 1000, &[33, 33]), Rate::Constant(30.0), Some(30.0));
        check(sample(1, 1000, &[40, 40]), Rate::Constant(25.0), Some(25.0));
        check(sample(1, 1000, &[33, 50]), Rate::Variable(18.0), None);
    }
}
