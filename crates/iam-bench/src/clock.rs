//! CPU time of this thread.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use crate::Failure;

/// How long a round lasts at least.
const ROUND: Duration = Duration::from_millis(50);
const ROUNDS: usize = 25;

fn now() -> Result<Duration, Failure> {
    Ok(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?.into())
}

/// What one run of `work` takes.
pub(crate) fn once<T>(work: impl FnOnce() -> T) -> Result<(T, Duration), Failure> {
    let start = now()?;
    let done = work();
    Ok((done, now()?.saturating_sub(start)))
}

/// Seconds that one run of `work` takes, in the best of several rounds.
pub(crate) fn best(mut work: impl FnMut()) -> Result<f64, Failure> {
    let mut runs = 1_u32;
    loop {
        let ((), took) = once(|| (0..runs).for_each(|_| work()))?;
        if took >= ROUND / 4 {
            runs = (f64::from(runs) * ROUND.as_secs_f64() / took.as_secs_f64()).ceil() as u32;
            break;
        }
        runs *= 4;
    }
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let ((), took) = once(|| (0..runs).for_each(|_| work()))?;
        best = best.min(took.as_secs_f64() / f64::from(runs));
    }
    Ok(best)
}
