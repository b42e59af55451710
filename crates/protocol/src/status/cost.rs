//! What a render cost, from its progress document.

use super::StatusContext;
use crate::frames::ChunkIndex;
use crate::payload::CostInfo;
use crate::price;
use crate::progress::{ExpensiveFrameRange, FinalCost, Progress, Timing};
use crate::state::Plan;

/// What clients add to each renderer's duration for its start.
const START_MS: u64 = 100;

/// What the durations of renderers that have finished add up to.
#[must_use]
pub fn finished_duration(timings: &[Timing]) -> u64 {
    timings
        .iter()
        .map(|t| t.rendered.saturating_sub(t.start) + START_MS)
        .sum()
}

/// What the renderers' durations add up to until `now_unix_ms`, those still at work included.
#[must_use]
pub fn billing_duration(progress: &Progress, started_unix_ms: u64, now_unix_ms: u64) -> u64 {
    let finished = finished_duration(&progress.timings);
    if progress.post_render_data.is_some() {
        return finished;
    }
    let at_work = u64::from(progress.lambdas_invoked).saturating_sub(progress.timings.len() as u64);
    let until = progress.fatal_error_timestamp.unwrap_or(now_unix_ms);
    finished + at_work * until.saturating_sub(started_unix_ms)
}

/// What a render cost so far.
#[must_use]
pub fn running_cost(progress: &Progress, context: StatusContext<'_>) -> CostInfo {
    let currency = price::currency(context.region);
    if let Some(post) = &progress.post_render_data {
        return CostInfo {
            accrued_so_far: post.cost.estimated_cost,
            display_cost: price::display(post.cost.estimated_cost, currency),
            currency: currency.to_owned(),
            disclaimer: price::DISCLAIMER.to_owned(),
        };
    }
    let started = progress
        .render_metadata
        .as_ref()
        .map_or(context.now_unix_ms, |m| m.started_date);
    let duration = billing_duration(progress, started, context.now_unix_ms);
    let estimate = price::estimate(
        context.region,
        context.size,
        duration,
        progress.lambdas_invoked,
    );
    let accrued = price::to_five_digits(estimate.unwrap_or(0.0));
    CostInfo {
        accrued_so_far: accrued,
        display_cost: price::display(accrued, currency),
        currency: currency.to_owned(),
        disclaimer: price::DISCLAIMER.to_owned(),
    }
}

/// What a finished render cost: `duration_ms` of renderers in `invocations` invocations.
#[must_use]
pub fn final_cost(
    region: &str,
    size: price::FunctionSize,
    duration_ms: u64,
    invocations: u32,
) -> FinalCost {
    let amount = price::estimate(region, size, duration_ms, invocations).unwrap_or(0.0);
    let rounded = format!("{amount:.3}");
    let shown = rounded.trim_end_matches('0').trim_end_matches('.');
    FinalCost {
        estimated_cost: amount,
        estimated_display_cost: format!("${shown}"),
        currency: price::currency(region).to_owned(),
        disclaimer: price::FINAL_DISCLAIMER.to_owned(),
    }
}

/// The five chunks that took longest, the longest first.
#[must_use]
pub fn most_expensive(timings: &[Timing], plan: &Plan) -> Vec<ExpensiveFrameRange> {
    let expensive = |chunk: ChunkIndex, time_in_milliseconds| {
        Some(ExpensiveFrameRange {
            time_in_milliseconds,
            chunk,
            frame_range: plan.chunk(chunk)?,
        })
    };
    let mut ranges: Vec<_> = timings
        .iter()
        .filter_map(|t| expensive(t.chunk, t.rendered.saturating_sub(t.start)))
        .collect();
    ranges.sort_by_key(|range| std::cmp::Reverse(range.time_in_milliseconds));
    ranges.truncate(5);
    ranges
}
