//! Where the cloud is told to die, so that tests see what a crash leaves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::sys::signal::{Signal, raise};

/// A moment at which the cloud can be told to die.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FaultPoint {
    /// Changes are written, the commit is not.
    BeforeCommit,
    /// The commit is durable, nobody has been answered.
    AfterCommit,
    /// An object's bytes are on disk under a temporary name.
    AfterObjectBytes,
    /// An asynchronous invocation returned, its event is still in the queue.
    BeforeEventRemoval,
}

/// The moments at which the cloud dies, each with the number of times it is passed before.
///
/// Dying is `SIGKILL` to the own process: nothing is flushed and no destructor runs.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan {
    remaining: Arc<BTreeMap<FaultPoint, AtomicU64>>,
}

impl FaultPlan {
    /// The cloud never dies on purpose.
    pub fn none() -> Self {
        Self::default()
    }

    /// The cloud dies when it reaches `point` for the `nth` time, counted from 1, for each pair.
    pub fn kill_at(points: impl IntoIterator<Item = (FaultPoint, u64)>) -> Self {
        let remaining = points
            .into_iter()
            .map(|(point, nth)| (point, AtomicU64::new(nth)))
            .collect();
        Self {
            remaining: Arc::new(remaining),
        }
    }

    /// Passes `point`, or dies there.
    pub(crate) fn reach(&self, point: FaultPoint) {
        let Some(remaining) = self.remaining.get(&point) else {
            return;
        };
        if remaining.fetch_sub(1, Ordering::Relaxed) == 1 {
            tracing::warn!(?point, "dying as the fault plan says");
            if let Err(error) = raise(Signal::SIGKILL) {
                tracing::error!(%error, "the process could not kill itself");
                std::process::abort();
            }
        }
    }
}
