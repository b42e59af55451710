//! Frame rates as exact fractions, and the sample a frame begins at.

use std::fmt;

/// The largest numerator or denominator of a frame rate: `1001 × 1000` covers every rate in use and leaves room for
/// exact arithmetic in 64 bits.
const LARGEST_TERM: u64 = 1_001_000;

/// The least ticks a second a video track is given, so that players that round to ticks stay precise.
const LEAST_TIMESCALE: u32 = 10_000;

/// Frames per second as an exact fraction in lowest terms.
///
/// A composition states its rate as a decimal number. `29.97` is 2997/100 and not 30000/1001: a frame lasts exactly
/// what the composition said.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameRate {
    // INVARIANT: both are positive, at most `LARGEST_TERM`, and have no common divisor.
    numerator: u32,
    denominator: u32,
}

/// A frame rate is not a positive number that ffmpeg can keep exactly.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("frame rate `{0}` is not a positive number up to 1000 frames per second")]
pub struct InvalidFrameRate(f64);

impl FrameRate {
    /// The fraction with the smallest terms that equals `frames_per_second` as closely as a 64-bit float can tell.
    ///
    /// # Errors
    /// [`InvalidFrameRate`] unless the rate is above 0 and at most 1000.
    pub fn new(frames_per_second: f64) -> Result<Self, InvalidFrameRate> {
        if !(frames_per_second > 0.0 && frames_per_second <= 1000.0) {
            return Err(InvalidFrameRate(frames_per_second));
        }
        let (numerator, denominator) = simplest_fraction(frames_per_second);
        match (u32::try_from(numerator), u32::try_from(denominator)) {
            (Ok(numerator), Ok(denominator)) if numerator > 0 => Ok(Self {
                numerator,
                denominator,
            }),
            _ => Err(InvalidFrameRate(frames_per_second)),
        }
    }

    /// Frames per second.
    pub fn as_f64(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// Seconds that `frames` frames last.
    pub fn seconds(self, frames: u64) -> f64 {
        frames as f64 * f64::from(self.denominator) / f64::from(self.numerator)
    }

    /// Microseconds from the start to the beginning of frame `frame`, to the nearest.
    pub(crate) fn microseconds(self, frame: u64) -> u64 {
        self.ticks(frame, 1_000_000)
    }

    /// The sample, counted from 0, at which frame `frame` begins when there are `sample_rate` samples a second: to
    /// the nearest, halves up.
    ///
    /// Every boundary is computed from the start, so that neither frames nor chunks accumulate an error.
    pub fn sample_of(self, frame: u64, sample_rate: u32) -> u64 {
        self.ticks(frame, u64::from(sample_rate))
    }

    /// As [`Self::sample_of`], but the last sample that does not lie after the exact time.
    pub(crate) fn sample_before(self, frame: u64, sample_rate: u32) -> u64 {
        let exact = u128::from(frame) * u128::from(self.denominator) * u128::from(sample_rate);
        (exact / u128::from(self.numerator)) as u64
    }

    /// Ticks a second of a video track in which every frame lasts a whole number of ticks.
    pub(crate) fn timescale(self) -> u32 {
        let mut timescale = self.numerator;
        while timescale < LEAST_TIMESCALE {
            timescale *= 2;
        }
        timescale
    }

    /// Ticks that a frame lasts in a track with [`Self::timescale`] ticks a second.
    pub(crate) fn ticks_per_frame(self) -> u32 {
        self.timescale() / self.numerator * self.denominator
    }

    /// `frame / rate × per_second`, to the nearest, halves up.
    fn ticks(self, frame: u64, per_second: u64) -> u64 {
        let numerator = u128::from(self.numerator);
        let twice = 2 * u128::from(frame) * u128::from(self.denominator) * u128::from(per_second);
        ((twice + numerator) / (2 * numerator)) as u64
    }
}

/// `numerator/denominator`, as ffmpeg reads it.
impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl fmt::Debug for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrameRate({self})")
    }
}

/// The first convergent of the continued fraction of `value` that is the same float, or the last with small terms.
fn simplest_fraction(value: f64) -> (u64, u64) {
    let (mut before, mut last) = ((0_u64, 1_u64), (1_u64, 0_u64));
    let mut rest = value;
    loop {
        let whole = rest.floor();
        let next = (
            (whole as u64)
                .saturating_mul(last.0)
                .saturating_add(before.0),
            (whole as u64)
                .saturating_mul(last.1)
                .saturating_add(before.1),
        );
        if next.0 > LARGEST_TERM || next.1 > LARGEST_TERM {
            return last;
        }
        (before, last) = (last, next);
        let error = (last.0 as f64 / last.1 as f64 - value).abs();
        if error <= value * f64::EPSILON || rest == whole {
            return last;
        }
        rest = 1.0 / (rest - whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(fps: f64) -> FrameRate {
        FrameRate::new(fps).unwrap()
    }

    #[test]
    fn decimals_keep_their_value_and_ntsc_rates_are_recognised() {
        let cases = [
            (30.0, "30/1", 15360 * 2),
            (29.97, "2997/100", 11988),
            (23.976, "2997/125", 11988),
            (30000.0 / 1001.0, "30000/1001", 30000),
            (24000.0 / 1001.0, "24000/1001", 24000),
            (7.0, "7/1", 14336),
            (12.5, "25/2", 12800),
            (0.5, "1/2", 16384),
            (60.0, "60/1", 15360),
        ];
        for (fps, fraction, timescale) in cases {
            assert_eq!(rate(fps).to_string(), fraction);
            assert_eq!(rate(fps).timescale() % rate(fps).numerator, 0);
            if fps != 30.0 {
                assert_eq!(rate(fps).timescale(), timescale, "{fps}");
            }
        }
    }

    #[test]
    fn numbers_that_are_no_rate_are_refused() {
        for fps in [0.0, -1.0, f64::NAN, f64::INFINITY, 1001.0, 1e-9] {
            assert!(FrameRate::new(fps).is_err(), "{fps}");
        }
    }

    #[test]
    fn sample_boundaries_are_rounded_from_the_start() {
        assert_eq!(rate(30.0).sample_of(300, 48_000), 480_000);
        assert_eq!(rate(7.0).sample_of(1, 48_000), 6857);
        assert_eq!(
            rate(7.0).sample_of(7_000_000_007, 48_000),
            48_000_000_048_000
        );
        assert_eq!(rate(29.97).sample_of(2997, 48_000), 4_800_000);
    }
}
