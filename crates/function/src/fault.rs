//! Points at which tests let the function die.

use std::env::var;

use nix::sys::signal::{Signal, raise};

/// Names the points, separated by commas. Unset outside of tests.
const VARIABLE: &str = "FRAMEWRIGHT_FAULT_POINTS";

/// A point at which tests let the function die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// The page is evaluated, the plan not yet written.
    BeforePlan,
    /// A renderer has captured some of its frames.
    MidChunk,
    /// A renderer has stored its video and not yet its manifest.
    BetweenObjects,
    /// A renderer has merged chunks and not yet stored the result.
    MidMerge,
    /// A launch has had chunks merged, or some of them.
    WhileMerging,
    /// The output is being made.
    WhileConcatenating,
    /// The output is stored, the progress document does not say so.
    BeforeLastProgress,
}

impl Point {
    fn name(self) -> &'static str {
        match self {
            Self::BeforePlan => "before-plan",
            Self::MidChunk => "mid-chunk",
            Self::BetweenObjects => "between-objects",
            Self::MidMerge => "mid-merge",
            Self::WhileMerging => "while-merging",
            Self::WhileConcatenating => "while-concatenating",
            Self::BeforeLastProgress => "before-last-progress",
        }
    }
}

/// Dies here by SIGKILL if the environment names the point and this is the `first` try of its kind; later tries pass,
/// so that a test sees one death and the recovery from it.
pub(crate) fn point(point: Point, first: bool) {
    let Ok(points) = var(VARIABLE) else { return };
    if first && points.split(',').any(|name| name.trim() == point.name()) {
        tracing::warn!(point = point.name(), "dying as the fault plan says");
        if raise(Signal::SIGKILL).is_err() {
            std::process::abort();
        }
    }
}
