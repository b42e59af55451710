//! From looks at a render to what is new in them. Knows no clock and asks nobody.

use std::time::Duration;

use protocol::RenderId;
use protocol::error_info::EnhancedErrorInfo;
use protocol::progress::RenderMetadata;
use protocol::status::RenderProgress;
use tokio::time::Instant;

use super::RenderFailure;
use super::event::{Cost, Event, Outcome, OutputLocation, Plan, Snapshot};
use super::observe::{Observation, Pulse};
use super::pace::Pace;

/// What has been told about a render so far.
#[derive(Debug)]
pub(super) struct Tracker {
    pace: Pace,
    /// The last sign of life, and when it was first seen.
    pulse: Option<(Pulse, Instant)>,
    planned: bool,
    retries_told: usize,
    errors_told: usize,
    throttled: bool,
    last: Option<Counters>,
}

/// What a render's work is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counters {
    rendered: u32,
    encoded: u32,
    combined: u32,
    chunks: u32,
    invoked: u32,
}

/// What a look told.
#[derive(Debug, Default)]
pub(super) struct News {
    pub(super) events: Vec<Event>,
    /// How the render ended, if it has; an outcome is among the events.
    pub(super) failure: Option<Box<RenderFailure>>,
    pub(super) over: bool,
}

impl Tracker {
    pub(super) fn new() -> Self {
        Self {
            pace: Pace::default(),
            pulse: None,
            planned: false,
            retries_told: 0,
            errors_told: 0,
            throttled: false,
            last: None,
        }
    }

    /// How long there has been no sign of life.
    pub(super) fn silence(&self, now: Instant) -> Duration {
        self.pulse.map_or(Duration::ZERO, |(_, seen)| {
            now.saturating_duration_since(seen)
        })
    }

    /// Whether all frames are there, so that the end is near.
    pub(super) fn is_near_the_end(&self) -> bool {
        self.last
            .is_some_and(|last| last.rendered > 0 && last.combined > 0)
    }

    /// Takes a look and tells what is new in it.
    pub(super) fn observe(&mut self, seen: &Observation, now: Instant) -> News {
        self.note_pulse(seen, now);
        let mut news = News::default();
        let status = &seen.status;
        let plan = status.render_metadata.as_ref().map(plan_of);
        if let Some(plan) = plan.clone().filter(|_| !self.planned) {
            self.planned = true;
            news.events.push(Event::Planned(plan));
        }
        self.tell_trouble(seen, &mut news);
        self.tell_work(status, plan.as_ref(), now, &mut news);
        if status.done {
            news.over = true;
            if let Some(outcome) = plan.and_then(|plan| outcome_of(seen, plan)) {
                news.events.push(Event::Finished(Box::new(outcome)));
            }
        } else if let Some(error) = fatal(status) {
            news.over = true;
            news.failure = Some(Box::new(failure_of(status, error)));
        }
        news
    }

    /// A sign of life counts from when it was first seen, so that clocks need not agree; the first
    /// of all may be older.
    fn note_pulse(&mut self, seen: &Observation, now: Instant) {
        match self.pulse {
            Some((last, _)) if last == seen.pulse => {}
            Some(_) => self.pulse = Some((seen.pulse, now)),
            None => {
                let age = seen.age.unwrap_or_default();
                let since = now.checked_sub(age).unwrap_or(now);
                self.pulse = Some((seen.pulse, since));
            }
        }
    }

    fn tell_trouble(&mut self, seen: &Observation, news: &mut News) {
        let retries = &seen.status.retries_info;
        let fresh = retries.get(self.retries_told..).unwrap_or_default();
        news.events
            .extend(fresh.iter().map(|retry| Event::Retrying(*retry)));
        self.retries_told = retries.len();

        let errors = &seen.status.errors;
        let fresh = errors.get(self.errors_told..).unwrap_or_default();
        let warnings = fresh.iter().filter(|error| !ends_the_render(error));
        news.events
            .extend(warnings.map(|error| Event::Warning(Box::new(error.clone()))));
        self.errors_told = errors.len();

        if seen.throttled && !self.throttled {
            news.events.push(Event::Throttled);
        }
        self.throttled = seen.throttled;
    }

    fn tell_work(
        &mut self,
        status: &RenderProgress,
        plan: Option<&Plan>,
        now: Instant,
        news: &mut News,
    ) {
        let counters = Counters {
            rendered: status.frames_rendered,
            encoded: status
                .encoding_status
                .map_or(0, |encoding| encoding.frames_encoded),
            combined: status.combined_frames,
            chunks: status.chunks,
            invoked: status.lambdas_invoked,
        };
        self.pace.note(now, counters.rendered);
        if self.last.replace(counters) == Some(counters) {
            return;
        }
        let frames_total = plan.map(|plan| plan.frames);
        let left = frames_total.map(|total| total.saturating_sub(counters.rendered));
        news.events.push(Event::Advanced(Snapshot {
            frames_rendered: counters.rendered,
            frames_encoded: counters.encoded,
            frames_combined: counters.combined,
            frames_total,
            chunks_done: counters.chunks,
            chunks_total: plan.map(|plan| plan.chunks),
            renderers_invoked: counters.invoked,
            overall: status.overall_progress,
            frames_per_second: self.pace.per_second(),
            time_left: left.and_then(|left| self.pace.time_for(left)),
        }));
    }
}

fn plan_of(metadata: &RenderMetadata) -> Plan {
    // Pixels are whole numbers far below 2^32; the wire writes them as numbers of JavaScript.
    let pixels = |number: f64| number.round() as u32;
    Plan {
        composition: metadata.composition_id.clone(),
        frames: metadata.frame_count(),
        chunks: metadata.total_chunks,
        width: pixels(metadata.dimensions.width),
        height: pixels(metadata.dimensions.height),
    }
}

fn outcome_of(seen: &Observation, plan: Plan) -> Option<Outcome> {
    let status = &seen.status;
    let metadata = status.render_metadata.as_ref()?;
    let retries = u32::try_from(status.retries_info.len()).unwrap_or(u32::MAX);
    Some(Outcome {
        id: status.render_id.clone(),
        plan,
        output: OutputLocation {
            bucket: status.out_bucket.clone()?,
            key: status.out_key.clone()?,
        },
        size: status.output_size_in_bytes?,
        took: Duration::from_millis(status.time_to_finish?),
        invocations: seen.invocations.unwrap_or_else(|| {
            metadata
                .estimated_total_lambda_invokations
                .saturating_add(retries)
        }),
        retries,
        cost: Cost {
            amount: status.costs.accrued_so_far,
            display: status.costs.display_cost.clone(),
            currency: status.costs.currency.clone(),
            disclaimer: status.costs.disclaimer.clone(),
        },
    })
}

fn ends_the_render(error: &EnhancedErrorInfo) -> bool {
    error.error.is_fatal && !error.error.will_retry
}

fn fatal(status: &RenderProgress) -> Option<&EnhancedErrorInfo> {
    status.errors.iter().find(|error| ends_the_render(error))
}

fn failure_of(status: &RenderProgress, error: &EnhancedErrorInfo) -> RenderFailure {
    let id: RenderId = status.render_id.clone();
    let metadata = status.render_metadata.as_ref();
    let earlier = status.errors.iter().filter(|other| *other != error);
    RenderFailure {
        id,
        composition: metadata.map(|metadata| metadata.composition_id.clone()),
        error: error.clone(),
        earlier: earlier.cloned().collect(),
    }
}
