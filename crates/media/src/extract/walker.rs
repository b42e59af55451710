//! A decoder and the frames that came from it of late.

use crate::extract::decoder::{self, Event};
use crate::extract::frames::{Choice, Frame, Recent};
use crate::extract::source::{Failed, Opened, Unsupported};
use crate::ffmpeg::Ffmpeg;
use crate::probe::Rate;
use tokio::sync::mpsc;

/// A picture this much ahead is reached by walking; further ahead lies a jump. Decoding a second of video takes about as
/// long as starting anew.
const WALK_SECONDS: f64 = 3.0;

/// A jump lands this much before what is wanted, so that the frame before it is known too.
const MARGIN_SECONDS: f64 = 0.5;

/// Ticks by which the step between two frames of a constant rate may be rounded.
const ROUNDED_TICKS: f64 = 1.5;

/// The part of a step by which frames of a constant rate may be early or late.
const JITTER: f64 = 0.02;

/// Walks forward through a video.
#[derive(Debug)]
pub(super) struct Walker {
    events: mpsc::Receiver<Event>,
    recent: Recent,
    /// Second of the file that it has come to, at least.
    reached: f64,
    clock: Option<Clock>,
    from_beginning: bool,
}

/// How timestamps count.
#[derive(Debug, Clone, Copy)]
struct Clock {
    seconds_per_tick: f64,
    /// Ticks between frames, as far as that is known.
    step: Option<f64>,
}

/// What a walker comes back with.
#[derive(Debug)]
pub(super) enum Step {
    /// The frame, and the second of the file at which it is shown.
    Shown(Frame, f64),
    /// What is wanted lies before what this walker can still show.
    Behind,
}

impl Walker {
    /// Starts shortly before `seconds`, or at the beginning where that is not far.
    pub(super) fn jump(ffmpeg: &Ffmpeg, video: &Opened, seconds: f64) -> Result<Self, Failed> {
        let before = video
            .last_frame_at_least()
            .map_or(seconds, |end| seconds.min(end))
            - MARGIN_SECONDS;
        let from = (before > WALK_SECONDS).then_some(before);
        Self::start(ffmpeg, video, from)
    }

    /// Starts with the first frame.
    pub(super) fn from_beginning(ffmpeg: &Ffmpeg, video: &Opened) -> Result<Self, Failed> {
        Self::start(ffmpeg, video, None)
    }

    fn start(ffmpeg: &Ffmpeg, video: &Opened, from: Option<f64>) -> Result<Self, Failed> {
        let events =
            decoder::start(ffmpeg, &video.location, &video.stream, from).map_err(Failed::ffmpeg)?;
        Ok(Self {
            events,
            recent: Recent::new(from.is_some()),
            reached: from.unwrap_or(0.0),
            clock: None,
            from_beginning: from.is_none(),
        })
    }

    pub(super) fn is_from_beginning(&self) -> bool {
        self.from_beginning
    }

    /// Whether walking on to `seconds` is cheaper than a jump. What lies before is cheap too if it is still there, which
    /// [`Self::picture_at`] tells.
    pub(super) fn is_near(&self, seconds: f64) -> bool {
        let beyond_the_end = self.recent.is_complete() && seconds >= self.reached;
        beyond_the_end
            || (self.reached - WALK_SECONDS..=self.reached + WALK_SECONDS).contains(&seconds)
    }

    /// Walks to the frame that is shown at `seconds`.
    pub(super) async fn picture_at(
        &mut self,
        video: &Opened,
        seconds: f64,
    ) -> Result<Step, Failed> {
        loop {
            if let Some(clock) = self.clock {
                match self.recent.at(clock.position(seconds, video.start)) {
                    Choice::Shown(frame) => {
                        return Ok(Step::Shown(
                            frame.clone(),
                            clock.seconds(frame.ticks, video.start),
                        ));
                    }
                    Choice::Behind => return Ok(Step::Behind),
                    Choice::Nothing => return Err(Failed::NoFrames),
                    Choice::Ahead => {}
                }
            }
            match self.events.recv().await {
                Some(Event::TimeBase(numerator, denominator)) => {
                    self.clock = Some(Clock::new(numerator, denominator, video));
                }
                Some(Event::Frame(frame)) => self.take(frame, video)?,
                Some(Event::Failed(error)) => return Err(Failed::ffmpeg(error)),
                None => {
                    self.recent.complete();
                    // A decoder without a single frame may not even have told its ticks.
                    self.clock.get_or_insert(Clock {
                        seconds_per_tick: 1.0,
                        step: None,
                    });
                }
            }
        }
    }

    fn take(&mut self, frame: Frame, video: &Opened) -> Result<(), Failed> {
        if let (Some(clock), Some(newest)) = (self.clock, self.recent.newest()) {
            if !clock.allows(frame.ticks - newest) {
                return Err(Failed::Unsupported(Unsupported::VariableFrameRate));
            }
            self.reached = clock.seconds(frame.ticks, video.start);
        }
        self.recent.push(frame);
        Ok(())
    }
}

impl Clock {
    fn new(numerator: u32, denominator: u32, video: &Opened) -> Self {
        let seconds_per_tick = f64::from(numerator) / f64::from(denominator.max(1));
        let step = match video.stream.rate {
            Rate::Constant(rate) if rate > 0.0 => Some(1.0 / rate / seconds_per_tick),
            _ => None,
        };
        Self {
            seconds_per_tick,
            step,
        }
    }

    /// The last tick that is not after `seconds`.
    fn position(self, seconds: f64, start: f64) -> i64 {
        (seconds / self.seconds_per_tick).trunc() as i64
            + (start / self.seconds_per_tick).round() as i64
    }

    fn seconds(self, ticks: i64, start: f64) -> f64 {
        ticks as f64 * self.seconds_per_tick - start
    }

    /// Whether frames of a constant rate may be `ticks` apart.
    fn allows(self, ticks: i64) -> bool {
        self.step
            .is_none_or(|step| (ticks as f64 - step).abs() <= ROUNDED_TICKS.max(step * JITTER))
    }
}
